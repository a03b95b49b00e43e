/** What is known of a result: its bytes against the original's, its type, its size, its time. */

import type { Made } from "./ask_for";
import { announce, button, tag } from "./elements";
import type { Size } from "./stage";
import {
  bytesInWords,
  changeInWords,
  originInWords,
  stepsInWords,
  timeInWords,
  typeInWords,
} from "./words";

export class Facts {
  readonly element: HTMLElement;
  readonly #bytes = tag("strong", "facts__bytes");
  readonly #change = tag("span", "facts__change");
  readonly #type = tag("span", "facts__type");
  readonly #pixels = tag("span", "facts__pixels");
  readonly #time = tag("span", "facts__time");
  readonly #steps = tag("p", "facts__steps");

  /** @param again Asks the server once more, past the browser's cache. */
  constructor(again: () => void) {
    const first = tag("p", "facts__main", this.#bytes, this.#change, this.#type);
    const second = tag("p", "facts__more", this.#pixels, this.#time);
    const asked = button("facts__again", "Again", again);
    asked.setAttribute("aria-label", "Again: ask the server once more");
    asked.title = "Ask the server once more, past the browser’s cache";
    const words = tag("div", "facts__words", first, second, this.#steps);
    this.element = tag("div", "facts", words, asked);
    this.clear();
  }

  /** Its place stays, so that nothing below moves. */
  clear(): void {
    this.element.classList.add("is-unknown");
  }

  /** @param originalBytes 0 where that is not known. */
  show(made: Made, { width, height }: Size, originalBytes: number, times: readonly number[]): void {
    const bytes = bytesInWords(made.blob.size);
    const change = changeInWords(made.blob.size, originalBytes);
    const type = typeInWords(made.blob.type);
    this.#bytes.textContent = bytes;
    this.#change.textContent = change;
    this.#change.hidden = !change;
    this.#change.classList.toggle("is-more", made.blob.size > originalBytes);
    this.#type.textContent = type;
    this.#pixels.textContent = `${width} × ${height}`;
    const taken = times.map(timeInWords).join(", again ");
    this.#time.textContent = [taken, originInWords(made)].filter(Boolean).join(" · ");
    this.#steps.textContent = stepsInWords(made);
    this.element.classList.remove("is-unknown");
    const against = change && `, ${change} against the original`;
    announce(`${bytes}${against}, ${type}, ${width} by ${height} pixels, ${taken}.`);
  }
}
