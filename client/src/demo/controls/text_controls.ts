/** A text on the picture. */

import type { AllowedFilters } from "../app_rules";
import { newId, tag } from "../elements";
import { choice, labelled } from "../fields";
import { slider } from "../slider";
import type { Store } from "../store";
import { PLACES } from "../thumbnail_options";
import { group } from "./group";

const NAMES = ["text", "textPlace", "textSize", "textColor", "textFade"] as const;
const MAX_CHARACTERS = 100;

export function textControls(store: Store, allowed: AllowedFilters): HTMLElement | undefined {
  if (!allowed.has("text")) return undefined;
  const size = { name: "textSize", text: "Size", min: 8, max: 160, unit: "\u00a0px" } as const;
  const fade = {
    name: "textFade",
    text: "Transparency",
    min: 0,
    max: 100,
    unit: "\u00a0%",
  } as const;
  return group(
    store,
    "Text",
    NAMES,
    false,
    textField(store),
    tag("div", "keep", choice(store, "Place", "textPlace", places(), "grid"), colorField(store)),
    slider(store, size, allowed.range("text", 3)),
    slider(store, fade, allowed.range("text", 5)),
  );
}

function places(): (readonly [string, string])[] {
  return PLACES.map((place) => [place, place.replace("center middle", "center")] as const);
}

function textField(store: Store): HTMLElement {
  const input = tag("input", "field__input");
  Object.assign(input, {
    type: "text",
    id: newId("text"),
    name: "text",
    maxLength: MAX_CHARACTERS,
  });
  input.placeholder = "© Your name";
  input.addEventListener("input", () => store.set({ text: input.value }));
  store.watch(({ text }) => {
    if (input.value !== text) input.value = text;
  });
  return labelled("Words", input);
}

function colorField(store: Store): HTMLElement {
  const input = tag("input", "field__color");
  Object.assign(input, { type: "color", id: newId("color"), name: "textColor" });
  input.addEventListener("input", () => store.set({ textColor: input.value.slice(1) }));
  store.watch(({ textColor }) => {
    input.value = `#${textColor}`;
  });
  return labelled("Colour", input);
}
