/** The demo page: choose an app, upload photos, and try what thumbnails can be made of them. */

import "./demo.css";
import type { RenuoUpload as Client, UploadResult } from "../index";
import { readState } from "./address_state";
import { appChoice } from "./app_choice";
import { type DemoConfig, readConfig } from "./config";
import { announce, byId } from "./elements";
import { browserStorage, RecentUploads, type Upload } from "./recent_uploads";
import { UploadCards } from "./upload_cards";
import { Workbench } from "./workbench";

// The page loads the same single-file script that other sites use.
declare const RenuoUpload: typeof Client;

const ACCEPTED = "image/*,.heic,.heif,application/pdf";

class Page {
  readonly #config: DemoConfig;
  readonly #apps: string[];
  readonly #recent: RecentUploads;
  readonly #cards: UploadCards;
  readonly #workbench: Workbench;
  /** Of several files at once, the first that arrives is opened. */
  #isOpened = false;

  constructor(config: DemoConfig) {
    this.#config = config;
    this.#apps = config.apps.map((app) => app.full_name);
    this.#recent = new RecentUploads(browserStorage(), this.#apps);
    this.#workbench = new Workbench(byId("builder"), config, {
      onLearn: (key, facts) => this.#recent.learn(key, facts),
      onGone: (key) => this.#cards.markGone(key),
    });
    this.#cards = new UploadCards(byId("cards"), config, {
      onOpen: (upload) => this.#open(this.#recent.find(upload.key) ?? upload, { isChosen: true }),
      onForget: ({ key }) => this.#forget(key),
    });
    byId("forget-all").addEventListener("click", () => this.#forgetAll());
  }

  start(): void {
    this.#showCards();
    this.#openUploads();
    this.#restore();
    window.addEventListener("hashchange", () => this.#restore());
  }

  #openUploads(): void {
    const area = byId("upload");
    area.dataset.signingurl = this.#config.signing_url;
    appChoice(byId("apps"), this.#config.apps, (app) => {
      area.dataset.apikey = app.api_key;
    });
    const client = new RenuoUpload(area, { acceptedFiles: ACCEPTED }, (result) => {
      this.#add(result);
      this.#isOpened = client.isBusy;
    });
  }

  #add(result: UploadResult): void {
    const upload = uploadOf(result);
    this.#recent.add(upload);
    this.#showCards();
    if (!this.#isOpened) this.#open(upload);
  }

  /** What the address names, if it is one of ours. */
  #restore(): void {
    const state = readState(window.location.hash, this.#apps);
    if (!state) return;
    const unknown = { name: state.key.split("/").at(-1) ?? "", bytes: 0, width: 0, height: 0 };
    const upload = this.#recent.find(state.key) ?? { key: state.key, contentType: "", ...unknown };
    this.#workbench.open(upload, state.options);
    this.#cards.choose(state.key);
  }

  #open(upload: Upload, { isChosen = false } = {}): void {
    this.#workbench.open(upload);
    this.#cards.choose(upload.key);
    if (isChosen) this.#workbench.focus();
  }

  #forget(key: string): void {
    const name = this.#recent.find(key)?.name ?? "";
    this.#recent.forget(key);
    if (this.#workbench.key === key) this.#close();
    this.#showCards();
    byId("results-title").focus();
    announce(`Forgotten: ${name}.`);
  }

  #forgetAll(): void {
    this.#recent.forgetAll();
    this.#close();
    this.#showCards();
    announce("All are forgotten.");
  }

  #close(): void {
    this.#workbench.close();
    history.replaceState(null, "", window.location.pathname);
  }

  #showCards(): void {
    byId("results").hidden = this.#recent.all.length === 0;
    this.#cards.show(this.#recent.all);
    this.#cards.choose(this.#workbench.key);
  }
}

/** A server that signs in the old way verifies nothing, and then some facts are missing. */
function uploadOf(result: UploadResult): Upload {
  return {
    key: result.key,
    name: result.originalName ?? result.orginalName,
    bytes: result.size,
    width: result.width ?? 0,
    height: result.height ?? 0,
    contentType: result.contentType ?? "",
  };
}

try {
  new Page(readConfig(byId("demo-config").textContent)).start();
} catch (error) {
  const notice = byId("notice");
  notice.textContent = `This page cannot start: ${(error as Error).message}`;
  notice.hidden = false;
}
