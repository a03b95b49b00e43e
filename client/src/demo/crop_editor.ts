/** Drawing the part of the original that is used, by pointer or by keyboard. */

import { cropOf, NO_CROP } from "./controls/crop_controls";
import { type Area, type Bounds, isWhole, moved, stretched, whole } from "./crop_area";
import { followPointer } from "./crop_pointer";
import { newId, tag } from "./elements";
import type { Store } from "./store";
import { isCropped } from "./thumbnail_options";

const ARROWS: Record<string, [across: number, down: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEPS = 100; // keys to go from edge to edge
const HELP = "Drag to draw, move or stretch. Arrow keys move it, Shift with arrow keys resizes it.";

export class CropEditor {
  readonly element: HTMLElement;
  readonly #image = tag("img", "crop__image");
  readonly #box = tag("div", "crop__box");
  readonly #surface: HTMLElement;
  readonly #store: Store;
  #bounds: Bounds = { width: 0, height: 0 };

  /** @param url Of the whole picture. */
  constructor(store: Store, url: string) {
    this.#store = store;
    this.#image.alt = "The whole picture";
    this.#image.draggable = false;
    this.#image.src = url;
    const help = tag("p", "hint", HELP);
    help.id = newId("crop-help");
    this.#makeBox(help.id);
    this.#surface = tag("div", "crop__surface", this.#image, this.#box);
    this.element = tag("div", "crop", this.#surface, help);
    followPointer(this.#surface, this.#box, {
      bounds: () => this.#bounds,
      area: () => this.#area,
      set: (area) => this.#set(area),
    });
    store.watch(() => this.#draw());
  }

  /** The original's size in pixels; before, nothing can be drawn. */
  set bounds(bounds: Bounds) {
    this.#bounds = bounds;
    this.#draw();
  }

  focus(): void {
    this.#box.focus();
  }

  get #area(): Area {
    const { cropLeft, cropTop, cropRight, cropBottom } = this.#store.options;
    if (!isCropped(this.#store.options)) return whole(this.#bounds);
    return { left: cropLeft, top: cropTop, right: cropRight, bottom: cropBottom };
  }

  #makeBox(help: string): void {
    this.#box.tabIndex = 0;
    this.#box.setAttribute("role", "application"); // so that a screen reader leaves us the arrows
    this.#box.setAttribute("aria-roledescription", "crop area");
    this.#box.setAttribute("aria-describedby", help);
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    for (const down of [-1, 0, 1]) {
      for (const across of [-1, 0, 1]) {
        if (!across && !down) continue;
        const grip = tag("span", "crop__grip");
        Object.assign(grip.dataset, { across: `${across}`, down: `${down}` });
        this.#box.append(grip);
      }
    }
  }

  #press(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (!arrow || !this.#bounds.width) return;
    event.preventDefault();
    const { width, height } = this.#bounds;
    const across = arrow[0] * Math.max(width / STEPS, 1);
    const down = arrow[1] * Math.max(height / STEPS, 1);
    this.#set(
      event.shiftKey
        ? stretched(this.#area, { across: 1, down: 1 }, across, down, this.#bounds)
        : moved(this.#area, across, down, this.#bounds),
    );
  }

  #set(area: Area): void {
    this.#store.set(isWhole(area, this.#bounds) ? NO_CROP : cropOf(area));
  }

  #draw(): void {
    const { width, height } = this.#bounds;
    this.#box.hidden = !width;
    if (!width) return;
    const { left, top, right, bottom } = this.#area;
    const style = this.#box.style;
    style.left = `${(left / width) * 100}%`;
    style.top = `${(top / height) * 100}%`;
    style.width = `${((right - left) / width) * 100}%`;
    style.height = `${((bottom - top) / height) * 100}%`;
    const size = `${right - left} by ${bottom - top} pixels`;
    this.#box.setAttribute("aria-label", `Crop: ${size}, from ${left} left and ${top} top`);
  }
}
