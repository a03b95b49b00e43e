/** Sliders for the filters that the server has and the app allows. */

import type { AllowedFilters } from "../app_rules";
import { toggle } from "../fields";
import { type SliderSpec, slider } from "../slider";
import type { Store } from "../store";
import { group } from "./group";

/** A slider, the filter that it sets, and which of its arguments. */
type Entry = SliderSpec & { filter: string; place?: number };

const PERCENT = { min: -100, max: 100, unit: "\u00a0%" };
const TONES: readonly Entry[] = [
  { name: "brightness", text: "Brightness", filter: "brightness", ...PERCENT },
  { name: "contrast", text: "Contrast", filter: "contrast", ...PERCENT },
  { name: "saturation", text: "Saturation", filter: "saturation", min: 0, max: 3, step: 0.05 },
  { name: "red", text: "Red", filter: "rgb", place: 0, ...PERCENT },
  { name: "green", text: "Green", filter: "rgb", place: 1, ...PERCENT },
  { name: "blue", text: "Blue", filter: "rgb", place: 2, ...PERCENT },
];
const PIXELS = "\u00a0px";
const EFFECTS: readonly Entry[] = [
  { name: "sharpen", text: "Sharpen", filter: "sharpen", min: 0, max: 10, step: 0.1 },
  { name: "blur", text: "Blur", filter: "blur", min: 0, max: 40, unit: PIXELS },
  { name: "noise", text: "Noise", filter: "noise", min: 0, max: 100, unit: "\u00a0%" },
  {
    name: "corners",
    text: "Corners",
    filter: "round_corner",
    min: 0,
    max: 200,
    unit: PIXELS,
  },
];

export function toneControls(store: Store, allowed: AllowedFilters): HTMLElement | undefined {
  const sliders = slidersOf(store, allowed, TONES);
  const grey = allowed.has("grayscale") ? [toggle(store, "Shades of grey", "grayscale")] : [];
  const names = [...TONES.map(({ name }) => name), "grayscale"] as const;
  const all = [...sliders, ...grey];
  return all.length ? group(store, "Light and colour", names, false, ...all) : undefined;
}

export function effectControls(store: Store, allowed: AllowedFilters): HTMLElement | undefined {
  const sliders = slidersOf(store, allowed, EFFECTS);
  const names = EFFECTS.map(({ name }) => name);
  return sliders.length ? group(store, "Effects", names, false, ...sliders) : undefined;
}

function slidersOf(
  store: Store,
  allowed: AllowedFilters,
  entries: readonly Entry[],
): HTMLElement[] {
  return entries
    .filter(({ filter }) => allowed.has(filter))
    .map((entry) => slider(store, entry, allowed.range(entry.filter, entry.place ?? 0)));
}
