/** The recent uploads, as pictures to choose from. */

import { askFor } from "./ask_for";
import { type App, appOf, type DemoConfig, imageBase } from "./config";
import { button, tag } from "./elements";
import { previewOptions } from "./first_options";
import { isImage } from "./original";
import type { Upload } from "./recent_uploads";
import { thumbnailPath } from "./thumbnail_url";

export interface CardEvents {
  onOpen(upload: Upload): void;
  onForget(upload: Upload): void;
}

export class UploadCards {
  readonly #list: HTMLElement;
  readonly #base: string;
  readonly #config: DemoConfig;
  readonly #events: CardEvents;

  constructor(list: HTMLElement, config: DemoConfig, events: CardEvents) {
    this.#list = list;
    this.#config = config;
    this.#base = imageBase(config);
    this.#events = events;
  }

  /** Shows these, and keeps the cards that are there already. */
  show(uploads: readonly Upload[]): void {
    const before = new Map(this.#cards().map((card) => [card.dataset.uploadKey, card]));
    this.#list.replaceChildren(
      ...uploads.map((upload) => before.get(upload.key) ?? this.#card(upload)),
    );
  }

  /** Marks the one that the builder shows. */
  choose(key: string): void {
    for (const card of this.#cards()) {
      const isOpen = card.dataset.uploadKey === key;
      card.classList.toggle("is-open", isOpen);
      card.querySelector(".card__open")?.setAttribute("aria-pressed", `${isOpen}`);
    }
  }

  /** Says of an upload that it is not there any more. */
  markGone(key: string): void {
    const card = this.#cards().find((one) => one.dataset.uploadKey === key);
    if (!card || card.classList.contains("is-gone")) return;
    card.classList.add("is-gone");
    card.querySelector(".card__open")?.append(tag("span", "card__mark", "Gone"));
  }

  #cards(): HTMLElement[] {
    return [...this.#list.children] as HTMLElement[];
  }

  #card(upload: Upload): HTMLElement {
    const open = button("card__open", "", () => this.#events.onOpen(upload));
    open.append(this.#frame(upload), tag("span", "card__name", upload.name));
    open.setAttribute("aria-pressed", "false");
    const forget = button("card__forget", "×", () => this.#events.onForget(upload));
    forget.setAttribute("aria-label", `Forget ${upload.name}`);
    forget.title = "Forget: only this list changes, the file stays";
    const card = tag("li", "card", open, forget);
    card.dataset.uploadKey = upload.key;
    return card;
  }

  #frame(upload: Upload): HTMLElement {
    const extension = /\.(\w{1,5})$/.exec(upload.name)?.[1] ?? "file";
    const frame = tag("span", "card__frame", tag("span", "card__type", extension.toUpperCase()));
    const options = previewOptions(appOf(this.#config, upload.key) as App);
    if (!options || !isImage(upload)) return frame;
    const image = tag("img", "card__image");
    image.alt = "";
    image.loading = "lazy";
    const url = this.#base + thumbnailPath(options, upload.key);
    image.addEventListener("load", () => frame.classList.add("has-image"));
    image.addEventListener("error", () => this.#see(url, upload.key));
    image.src = url;
    frame.append(image);
    return frame;
  }

  /** A browser does not say why an image failed. */
  async #see(url: string, key: string): Promise<void> {
    const outcome = await askFor(url, new AbortController().signal);
    if (outcome.kind === "refused" && outcome.status === 404) this.markGone(key);
  }
}
