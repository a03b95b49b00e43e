/** How large the picture is, and how it gets there. */

import { allowsSize, offeredSizes } from "../app_rules";
import type { App } from "../config";
import { button, newId, tag } from "../elements";
import { choice, numberField, toggle } from "../fields";
import type { Store } from "../store";
import { type Fit, PLACES } from "../thumbnail_options";
import { group } from "./group";

const MOST_SIZES = 8;
const SIZES: readonly [width: number, height: number][] = [
  [200, 200],
  [400, 300],
  [800, 600],
  [1200, 630],
  [1600, 0],
  [0, 0],
];
const FITS: readonly [fit: Fit, text: string, explanation: string][] = [
  ["fill", "Fill", "The picture fills the size; what does not fit is cut off."],
  ["fit-in", "Fit", "The whole picture, within the size; it is never enlarged."],
  ["full-fit-in", "Full fit", "As large as the larger side needs; the other one may go beyond."],
  ["adaptive-fit-in", "Adaptive", "As fit, with width and height swapped for upright pictures."],
  ["stretch", "Stretch", "Exactly the size, whatever becomes of the proportions."],
];

export function sizeControls(store: Store, app: App, canStretch: boolean): HTMLElement {
  const fits = FITS.filter(([fit]) => canStretch || fit !== "stretch");
  return group(
    store,
    "Size",
    ["width", "height", "fit", "align", "smart"],
    true,
    sizeButtons(store, app),
    tag(
      "div",
      "pair",
      numberField(store, "Width", "width", app.max_side),
      tag("span", "pair__times", "×"),
      numberField(store, "Height", "height", app.max_side),
    ),
    fitChoice(store, fits),
    alignment(store),
  );
}

function sizeButtons(store: Store, app: App): HTMLElement {
  const sizes = app.sizes.length
    ? offeredSizes(app.sizes, MOST_SIZES)
    : SIZES.filter(([width, height]) => allowsSize(app.sizes, width, height));
  const buttons = sizes.map(([width, height]) => {
    const chip = button("chip", sizeInWords(width, height), () => store.set({ width, height }));
    store.watch((options) => {
      chip.setAttribute("aria-pressed", `${options.width === width && options.height === height}`);
    });
    return chip;
  });
  const row = tag("div", "chips", ...buttons);
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Common sizes");
  return row;
}

function sizeInWords(width: number, height: number): string {
  if (!width && !height) return "Original size";
  if (!height) return `${width} wide`;
  return width ? `${width} × ${height}` : `${height} high`;
}

function fitChoice(store: Store, fits: typeof FITS): HTMLElement {
  const explanation = tag("p", "hint");
  explanation.id = newId("fit");
  store.watch(({ fit }) => {
    explanation.textContent = fits.find(([name]) => name === fit)?.[2] ?? "";
  });
  const fields = choice(
    store,
    "Fit",
    "fit",
    fits.map(([fit, text]) => [fit, text] as const),
  );
  fields.setAttribute("aria-describedby", explanation.id);
  return tag("div", "field", fields, explanation);
}

/** Of use only where the picture fills a size of two sides. */
function alignment(store: Store): HTMLElement {
  const places = PLACES.map((place) => [place, place.replace("center middle", "center")] as const);
  const grid = choice(store, "Keep", "align", places, "grid");
  const row = tag("div", "keep", grid, toggle(store, "Smart: find what matters", "smart"));
  store.watch(({ fit, smart, width, height }) => {
    row.hidden = fit !== "fill" || !width || !height;
    grid.disabled = smart;
  });
  return row;
}
