/** The demo page: choose an app, upload photos, see their thumbnails. */

import "./demo.css";
import type { RenuoUpload as Client } from "../index";
import { uploadCard } from "./card";
import { type App, type DemoConfig, readConfig } from "./config";

// The page loads the same single-file script that other sites use.
declare const RenuoUpload: typeof Client;

const ACCEPTED = "image/*,.heic,.heif,application/pdf";

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

function appChoice(app: App, chosen: boolean, choose: () => void): HTMLLabelElement {
  const input = document.createElement("input");
  input.type = "radio";
  input.name = "app";
  input.value = app.full_name;
  input.checked = chosen;
  input.addEventListener("change", choose);
  const label = document.createElement("label");
  label.append(input, app.full_name);
  return label;
}

function showApps(config: DemoConfig, upload: HTMLElement): void {
  const fieldset = byId("apps");
  config.apps.forEach((app, index) => {
    const choose = () => {
      upload.dataset.apikey = app.api_key;
    };
    if (index === 0) choose();
    fieldset.append(appChoice(app, index === 0, choose));
  });
  fieldset.hidden = false;
}

function start(): void {
  const config = readConfig(byId("demo-config").textContent);
  const upload = byId("upload");
  upload.dataset.signingurl = config.signing_url;
  showApps(config, upload);
  new RenuoUpload(upload, { acceptedFiles: ACCEPTED }, (result) => {
    byId("results").hidden = false;
    byId("cards").append(uploadCard(result));
  });
}

try {
  start();
} catch (error) {
  const notice = byId("notice");
  notice.textContent = `This page cannot start: ${(error as Error).message}`;
  notice.hidden = false;
}
