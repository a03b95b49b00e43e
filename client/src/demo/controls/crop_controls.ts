/** What is cut out of the original first, in numbers, and which way round it is. */

import { type Area, type Bounds, within } from "../crop_area";
import { button, newId, tag } from "../elements";
import { choice, labelled, toggle } from "../fields";
import type { Store } from "../store";
import { isCropped, type ThumbnailOptions, TURNS } from "../thumbnail_options";
import { group } from "./group";

type Side = "left" | "top" | "width" | "height";
const NAMES = ["cropLeft", "cropTop", "cropRight", "cropBottom"] as const;
const SIDES: readonly [side: Side, text: string][] = [
  ["left", "Left"],
  ["top", "Top"],
  ["width", "Width"],
  ["height", "Height"],
];

/** @param onDraw Opens the picture to draw on. */
export function cropControls(
  store: Store,
  bounds: () => Bounds,
  canTurn: boolean,
  onDraw: () => void,
): HTMLElement {
  const fields = SIDES.map(([side, text]) => sideField(store, bounds, side, text));
  const draw = button("button", "Crop on the picture", onDraw);
  const clear = button("button button--plain", "Whole picture", () => store.set(NO_CROP));
  store.watch((options) => {
    clear.disabled = !isCropped(options);
  });
  return group(
    store,
    "Crop and turn",
    [...NAMES, "flipAcross", "flipDown", "turn"],
    false,
    tag("div", "row", draw, clear),
    tag("div", "quad", ...fields),
    tag(
      "div",
      "row",
      toggle(store, "Mirror across", "flipAcross"),
      toggle(store, "Mirror down", "flipDown"),
    ),
    canTurn
      ? choice(
          store,
          "Turn",
          "turn",
          TURNS.map((turn) => [turn, `${turn}°`] as const),
        )
      : undefined,
  );
}

export const NO_CROP = { cropLeft: 0, cropTop: 0, cropRight: 0, cropBottom: 0 };

/** The options for a rectangle. */
export function cropOf({ left, top, right, bottom }: Area): typeof NO_CROP {
  return { cropLeft: left, cropTop: top, cropRight: right, cropBottom: bottom };
}

function sideField(store: Store, bounds: () => Bounds, side: Side, text: string): HTMLElement {
  const input = tag("input", "field__input");
  Object.assign(input, {
    type: "number",
    min: "0",
    id: newId(`crop-${side}`),
    name: `crop-${side}`,
  });
  input.inputMode = "numeric";
  // When it is left, for a half-written number would move the others.
  input.addEventListener("change", () => {
    store.set(changed(store.options, bounds(), side, Math.round(Number(input.value)) || 0));
  });
  store.watch((options) => {
    input.value = `${valuesOf(options, bounds())[side]}`;
  });
  return labelled(text, input);
}

function valuesOf(options: ThumbnailOptions, bounds: Bounds): Record<Side, number> {
  if (!isCropped(options)) return { left: 0, top: 0, ...bounds };
  const { cropLeft: left, cropTop: top, cropRight, cropBottom } = options;
  return { left, top, width: cropRight - left, height: cropBottom - top };
}

function changed(options: ThumbnailOptions, bounds: Bounds, side: Side, value: number) {
  const next = { ...valuesOf(options, bounds), [side]: value };
  const { left, top } = next;
  const area = { left, top, right: left + next.width, bottom: top + next.height };
  return cropOf(within(area, bounds));
}
