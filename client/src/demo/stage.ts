/** Where the result is looked at: the picture, that it is on its way, or why there is none. */

import { tag } from "./elements";

export interface Size {
  width: number;
  height: number;
}

const NO_SCRIPTS =
  "This picture did not come. The app may not let scripts read its images, or the network is down.";

export class Stage {
  readonly element: HTMLElement;
  readonly #image = tag("img", "stage__image");
  readonly #words = tag("p", "stage__words");
  readonly #refusal: HTMLElement;
  #blobUrl = "";

  constructor() {
    this.#refusal = tag("div", "stage__refusal", tag("strong", "stage__title"), this.#words);
    this.#refusal.setAttribute("role", "alert");
    this.#refusal.hidden = true;
    this.#image.hidden = true;
    this.element = tag("div", "stage", this.#image, this.#refusal);
  }

  /** What is there stays until the next is known. */
  wait(): void {
    this.element.setAttribute("aria-busy", "true");
  }

  /** Shows bytes that have come; resolves to their size in pixels, if they are a picture. */
  async show(picture: Blob | string, alt: string): Promise<Size | undefined> {
    const before = this.#blobUrl;
    this.#blobUrl = typeof picture === "string" ? "" : URL.createObjectURL(picture);
    const image = new Image();
    image.src = this.#blobUrl || String(picture);
    try {
      await image.decode();
    } catch {
      this.refuse("No picture", NO_SCRIPTS);
      return undefined;
    }
    this.#image.src = image.src;
    this.#image.alt = alt;
    this.#image.hidden = false;
    this.#refusal.hidden = true;
    this.element.classList.remove("is-refused");
    this.element.removeAttribute("aria-busy");
    if (before) URL.revokeObjectURL(before);
    return { width: image.naturalWidth, height: image.naturalHeight };
  }

  /** Says why there is none, in the server's words. */
  refuse(title: string, words: string): void {
    this.element.removeAttribute("aria-busy");
    this.#image.alt = ""; // it is not what was asked for
    this.element.classList.add("is-refused");
    (this.#refusal.firstChild as HTMLElement).textContent = title;
    this.#words.textContent = words;
    this.#refusal.hidden = false;
  }
}
