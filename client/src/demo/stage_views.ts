/** The result or the whole picture: one of them is seen at a time. */

import type { CropEditor } from "./crop_editor";
import { newId, tag } from "./elements";
import type { Stage } from "./stage";

export class StageViews {
  readonly element: HTMLElement;
  readonly #crop: CropEditor;
  readonly #stage: Stage;
  readonly #group = newId("view");
  readonly #inputs: Record<"result" | "crop", HTMLInputElement>;

  constructor(stage: Stage, crop: CropEditor) {
    this.#stage = stage;
    this.#crop = crop;
    this.#inputs = { result: this.#input("result"), crop: this.#input("crop") };
    const row = tag(
      "fieldset",
      "views",
      tag("legend", "visually-hidden", "Show"),
      tag("label", "views__label", this.#inputs.result, "Result"),
      tag("label", "views__label", this.#inputs.crop, "Crop"),
    );
    this.element = tag("div", "viewer", row, stage.element, crop.element);
    this.#inputs.result.checked = true;
    this.#switch();
  }

  /** Opens the whole picture, to draw on. */
  draw(): void {
    this.#inputs.crop.checked = true;
    this.#switch();
    this.#crop.focus();
  }

  #input(value: string): HTMLInputElement {
    const input = tag("input", "views__input");
    Object.assign(input, { type: "radio", name: this.#group, value });
    input.addEventListener("change", () => this.#switch());
    return input;
  }

  #switch(): void {
    this.#stage.element.hidden = this.#inputs.crop.checked;
    this.#crop.element.hidden = !this.#inputs.crop.checked;
  }
}
