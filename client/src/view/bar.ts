/** A progress bar, told to assistive technology. */

import { element } from "../dom";

/** Writes to the page only when its whole percent changes. */
export class ProgressBar {
  readonly #fill = element("span", "bar");
  readonly root = element("div", "progress", this.#fill);
  #percent = -1;
  #words = "";

  constructor(label: string) {
    this.root.setAttribute("role", "progressbar");
    this.root.setAttribute("aria-label", label);
    this.root.setAttribute("aria-valuemin", "0");
    this.root.setAttribute("aria-valuemax", "100");
  }

  /** @param words What is read out instead of the number. */
  draw(share: number, words: string): void {
    const percent = Math.floor(100 * share);
    if (percent !== this.#percent) {
      this.#percent = percent;
      this.root.setAttribute("aria-valuenow", String(percent));
      this.#fill.style.transform = `scaleX(${percent / 100})`;
    }
    if (words !== this.#words) {
      this.#words = words;
      this.root.setAttribute("aria-valuetext", words);
    }
  }
}
