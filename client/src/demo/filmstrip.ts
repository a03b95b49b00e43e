/** Ready-made options, each shown on the picture itself: a click takes them into the builder. */

import type { AllowedFilters } from "./app_rules";
import type { App } from "./config";
import { tag } from "./elements";
import { isAllowed } from "./first_options";
import type { Store } from "./store";
import { PLAIN, type ThumbnailOptions } from "./thumbnail_options";
import { optionsPath } from "./thumbnail_url";

type Sample = readonly [text: string, options: Partial<ThumbnailOptions>];

export const SAMPLES: readonly Sample[] = [
  ["Square", { width: 200, height: 200, smart: true }],
  ["In 400 × 300", { width: 400, height: 300, fit: "fit-in" }],
  ["Cropped", { width: 300, height: 200 }],
  ["Grey", { width: 300, height: 300, grayscale: true }],
  ["Brighter", { width: 300, height: 300, fit: "fit-in", brightness: 20, contrast: 20 }],
  ["Rounded", { width: 300, height: 300, fit: "fit-in", corners: 30 }],
];

/** @param url The address for options. */
export function filmstrip(
  store: Store,
  app: App,
  allowed: AllowedFilters,
  url: (options: ThumbnailOptions) => string,
): HTMLElement {
  const presets = app.presets.map((preset): Sample => [preset, { preset }]);
  const samples = [...presets, ...SAMPLES].filter(([, options]) =>
    isAllowed(app, allowed, { ...PLAIN, ...options }),
  );
  const strip = tag("ul", "thumbnails", ...samples.map((sample) => frame(store, sample, url)));
  strip.setAttribute("aria-label", "Ready-made");
  strip.hidden = samples.length === 0;
  return strip;
}

function frame(
  store: Store,
  [text, some]: Sample,
  url: (options: ThumbnailOptions) => string,
): HTMLElement {
  const options = { ...PLAIN, ...some };
  const path = optionsPath(options);
  const image = tag("img", "thumbnail__image");
  image.loading = "lazy";
  image.alt = "";
  image.dataset.thumbnail = path;
  const box = tag("span", "thumbnail__frame", image);
  const settle = (isBroken: boolean) => {
    image.hidden = isBroken;
    box.classList.add("is-loaded");
  };
  image.addEventListener("load", () => settle(false));
  image.addEventListener("error", () => settle(true));
  image.src = url(options);
  const take = tag("button", "thumbnail", box, tag("span", "thumbnail__caption", text));
  take.type = "button";
  take.title = path;
  take.addEventListener("click", () => store.replace(some));
  store.watch((now) => take.setAttribute("aria-pressed", `${optionsPath(now) === path}`));
  return tag("li", "thumbnails__item", take);
}
