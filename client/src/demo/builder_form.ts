/** The builder's controls: those that this app allows. */

import type { AllowedFilters } from "./app_rules";
import type { App, DemoConfig } from "./config";
import { cropControls } from "./controls/crop_controls";
import { effectControls, toneControls } from "./controls/filter_controls";
import { formatControls } from "./controls/format_controls";
import { sizeControls } from "./controls/size_controls";
import { textControls } from "./controls/text_controls";
import type { Bounds } from "./crop_area";
import { button, tag } from "./elements";
import type { Store } from "./store";
import { PLAIN } from "./thumbnail_options";
import { optionsPath } from "./thumbnail_url";

/**
 * @param bounds The original's size.
 * @param onDraw Opens the picture to draw a crop on.
 */
export function builderForm(
  store: Store,
  config: DemoConfig,
  app: App,
  allowed: AllowedFilters,
  bounds: () => Bounds,
  onDraw: () => void,
): HTMLElement {
  const form = tag("form", "controls", head(store, app));
  form.noValidate = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.setAttribute("aria-label", "Options of the thumbnail");
  if (app.presets_only) {
    form.append(tag("p", "hint", "This app serves its presets only: choose one above."));
    return form;
  }
  const groups = [
    sizeControls(store, app, allowed.has("stretch")),
    cropControls(store, bounds, allowed.has("rotate"), onDraw),
    toneControls(store, allowed),
    effectControls(store, allowed),
    textControls(store, allowed),
    formatControls(store, config.formats, allowed),
  ];
  form.append(...groups.filter((made) => made !== undefined));
  return form;
}

function head(store: Store, app: App): HTMLElement {
  const reset = button("button button--plain", "Start over", () => {
    store.replace(app.presets_only ? { preset: app.presets[0] ?? "" } : PLAIN);
  });
  store.watch((options) => {
    reset.disabled = optionsPath(options) === "";
  });
  return tag("div", "controls__head", tag("h3", "controls__title", "Options"), reset);
}
