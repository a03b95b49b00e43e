/** The builder's form fields; each shows the store's options, and changes them. */

import { newId, tag } from "./elements";
import type { NamesOf, Store } from "./store";

/** A whole number of pixels; empty is 0. */
export function numberField(
  store: Store,
  text: string,
  name: NamesOf<number>,
  max: number,
): HTMLElement {
  const input = tag("input", "field__input");
  Object.assign(input, { type: "number", min: "0", max: `${max}`, id: newId(name), name });
  input.inputMode = "numeric";
  input.placeholder = "auto";
  input.addEventListener("input", () => {
    store.set({ [name]: Math.max(Math.round(Number(input.value)), 0) || 0 });
  });
  store.watch((options) => {
    const shown = options[name] ? `${options[name]}` : "";
    if (document.activeElement !== input || Number(input.value) !== options[name]) {
      input.value = shown;
    }
  });
  return labelled(text, input);
}

/** On or off. */
export function toggle(store: Store, text: string, name: NamesOf<boolean>): HTMLElement {
  const input = tag("input", "toggle__input");
  Object.assign(input, { type: "checkbox", name });
  input.addEventListener("change", () => store.set({ [name]: input.checked }));
  store.watch((options) => {
    input.checked = options[name];
  });
  return tag("label", "toggle", input, tag("span", "toggle__track"), text);
}

/** One of a few, side by side. */
export function choice<Name extends NamesOf<string> | NamesOf<number>>(
  store: Store,
  text: string,
  name: Name,
  entries: readonly (readonly [value: string | number, text: string])[],
  className = "choice",
): HTMLFieldSetElement {
  const group = newId(name);
  const inputs = entries.map(([value, shown]) => {
    const input = tag("input", `${className}__input`);
    Object.assign(input, { type: "radio", name: group, value: `${value}` });
    input.addEventListener("change", () => store.set({ [name]: value }));
    store.watch((options) => {
      input.checked = options[name] === value;
    });
    return tag("label", `${className}__label`, input, tag("span", `${className}__text`, shown));
  });
  const row = tag("div", `${className}__row`, ...inputs);
  return tag("fieldset", className, tag("legend", "field__label", text), row);
}

/** A field under its label. */
export function labelled(text: string, input: HTMLElement): HTMLElement {
  const label = tag("label", "field__label", text);
  label.htmlFor = input.id;
  return tag("div", "field", label, input);
}
