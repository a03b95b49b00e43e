/** A file's picture, or its extension where there is none. */

import type { FileUpload } from "../core/uploader";
import { element } from "../dom";
import { preview } from "../image/preview";
import { badgeText } from "./facts";
import { type IconName, icon } from "./icons";

const SIDE = 48;

/** Draws the picture of one upload, and a mark for how it ended. */
export class Thumb {
  readonly #badge: HTMLElement;
  readonly #mark = element("span", "mark");
  readonly root: HTMLElement;
  #picture: "none" | "wanted" | "shown" = "wanted";

  constructor(private readonly upload: FileUpload) {
    this.#badge = element("span", "badge", badgeText(upload.file.name) || icon("document"));
    this.root = element("span", "thumb", this.#badge, this.#mark);
    this.root.setAttribute("aria-hidden", "true");
    void this.#preview();
  }

  /** Follows the upload's state. */
  draw(): void {
    const { state } = this.upload;
    const mark: IconName | undefined = state === "done" || state === "failed" ? state : undefined;
    this.#mark.replaceChildren(...(mark ? [icon(mark)] : []));
    if (state === "done" && this.#picture === "none") this.#showUploaded();
  }

  async #preview(): Promise<void> {
    const side = Math.round(SIDE * Math.min(3, window.devicePixelRatio || 1));
    const canvas = await preview(this.upload.file, side, () => this.root.isConnected);
    if (canvas) return this.#show(canvas);
    this.#picture = "none";
    this.draw();
  }

  /** What this browser cannot draw (HEIC in most of them), the server can. */
  #showUploaded(): void {
    const { result } = this.upload;
    if (!result?.contentType.startsWith("image/")) return;
    this.#picture = "shown";
    const image = element("img", "picture");
    image.alt = "";
    image.addEventListener("load", () => this.#show(image));
    image.addEventListener("error", () => image.remove());
    image.src = result.thumbnailUrl(`${2 * SIDE}x${2 * SIDE}/smart`);
  }

  #show(picture: HTMLElement): void {
    this.#picture = "shown";
    picture.classList.add("renuo-upload__picture");
    this.#badge.replaceWith(picture);
  }
}
