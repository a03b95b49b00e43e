/** A slider with its value beside it, and a button that takes the value back. */

import { button, newId, tag } from "./elements";
import type { NamesOf, Store } from "./store";
import { PLAIN } from "./thumbnail_options";

export interface SliderSpec {
  name: NamesOf<number>;
  text: string;
  min: number;
  max: number;
  step?: number;
  /** After the number. */
  unit?: string;
  /** Where the thumb rests while nothing is asked for, if not at the default. */
  rest?: number;
  /** What the default is called. */
  plain?: string;
}

/** @param range What the app allows, if it says so. */
export function slider(
  store: Store,
  spec: SliderSpec,
  range?: readonly [low: number, high: number],
): HTMLElement {
  const [low, high] = [Math.max(spec.min, range?.[0] ?? spec.min), range?.[1] ?? spec.max];
  const input = rangeInput(spec, low, Math.min(spec.max, high));
  const output = tag("output", "slider__value");
  output.htmlFor.add(input.id);
  output.setAttribute("aria-live", "off"); // the slider itself is read
  const label = tag("label", "slider__label", spec.text);
  label.htmlFor = input.id;
  const reset = button("slider__reset", "↺", () => {
    store.set({ [spec.name]: PLAIN[spec.name] });
    input.focus();
  });
  reset.setAttribute("aria-label", `Reset ${spec.text}`);
  input.addEventListener("input", () => store.set({ [spec.name]: Number(input.value) }));
  const row = tag("div", "slider", label, output, reset, input);
  store.watch((options) => {
    const value = options[spec.name];
    const isPlain = value === PLAIN[spec.name];
    input.value = `${isPlain ? (spec.rest ?? value) : value}`;
    output.textContent = isPlain && spec.plain ? spec.plain : `${value}${spec.unit ?? ""}`;
    input.setAttribute("aria-valuetext", output.textContent);
    row.classList.toggle("is-set", !isPlain);
    fill(input, isPlain ? Number(input.value) : PLAIN[spec.name]);
    reset.disabled = isPlain;
  });
  return row;
}

/** Colours the way from the value that changes nothing to the thumb. */
function fill(input: HTMLInputElement, plain: number): void {
  const low = Number(input.min);
  const width = Number(input.max) - low || 1;
  const ends = [plain, Number(input.value)].map((value) => Math.max(value - low, 0) / width);
  input.style.setProperty("--low", `${Math.min(...ends)}`);
  input.style.setProperty("--high", `${Math.max(...ends)}`);
}

function rangeInput(spec: SliderSpec, low: number, high: number): HTMLInputElement {
  const input = tag("input", "slider__input");
  const step = spec.step ?? 1;
  Object.assign(input, { type: "range", min: `${low}`, max: `${high}`, step: `${step}` });
  input.id = newId(spec.name);
  input.name = spec.name;
  return input;
}
