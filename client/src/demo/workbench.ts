/** The chosen upload on the page: its name, its original, and the builder if it is an image. */

import { writeState } from "./address_state";
import { Builder, type BuilderEvents } from "./builder";
import { type App, appOf, type DemoConfig, imageBase } from "./config";
import { CopyField } from "./copy_field";
import { tag } from "./elements";
import { firstOptions } from "./first_options";
import { isImage } from "./original";
import type { Upload } from "./recent_uploads";
import { PLAIN } from "./thumbnail_options";
import { encodedKey } from "./thumbnail_url";
import { bytesInWords, typeInWords } from "./words";

export class Workbench {
  readonly #section: HTMLElement;
  readonly #config: DemoConfig;
  readonly #events: BuilderEvents;
  #builder: Builder | undefined;
  #upload: Upload | undefined;
  readonly #facts = tag("p", "builder__facts");

  constructor(section: HTMLElement, config: DemoConfig, events: BuilderEvents) {
    this.#section = section;
    this.#config = config;
    this.#events = {
      ...events,
      onLearn: (key, facts) => {
        events.onLearn(key, facts);
        if (this.#upload?.key === key) this.#tell({ ...this.#upload, ...facts });
      },
    };
  }

  /** The key of the upload that is shown; "" while there is none. */
  get key(): string {
    return this.#upload?.key ?? "";
  }

  open(upload: Upload, options = firstOptions(appOf(this.#config, upload.key) as App)): void {
    this.close();
    this.#upload = upload;
    this.#section.append(this.#head(upload));
    if (isImage(upload)) {
      this.#builder = new Builder(this.#config, upload, options, this.#events);
      this.#section.append(this.#builder.element);
    } else {
      history.replaceState(null, "", writeState({ key: upload.key, options: PLAIN }));
      const address = new CopyField("Address of the original");
      address.text = this.#originalUrl(upload.key);
      const words = tag("p", "hint", "This file is no image: it is served as it is.");
      this.#section.append(words, address.element);
    }
    this.#section.hidden = false;
  }

  close(): void {
    this.#builder?.close();
    this.#builder = undefined;
    this.#upload = undefined;
    this.#section.replaceChildren();
    this.#section.hidden = true;
  }

  /** For those who have chosen an upload further up. */
  focus(): void {
    const title = this.#section.querySelector<HTMLElement>("#builder-title");
    title?.focus({ preventScroll: true });
    this.#section.scrollIntoView({ block: "start" });
  }

  #originalUrl(key: string): string {
    return `${imageBase(this.#config)}/${encodedKey(key)}`;
  }

  #head(upload: Upload): HTMLElement {
    const title = tag("h2", "builder__title", upload.name);
    title.id = "builder-title";
    title.tabIndex = -1;
    this.#tell(upload);
    return tag("div", "builder__head", title, this.#facts, tag("p", "builder__key", upload.key));
  }

  /** What is known of the original, and where it lies. */
  #tell(upload: Upload): void {
    const link = tag("a", "original__link", "Open the original");
    link.href = this.#originalUrl(upload.key);
    link.target = "_blank";
    link.rel = "noopener";
    const facts = [
      upload.width && `${upload.width} × ${upload.height} · `,
      upload.bytes && `${bytesInWords(upload.bytes)} · `,
      upload.contentType && `${typeInWords(upload.contentType)} · `,
    ];
    this.#facts.replaceChildren(...facts.filter((fact) => typeof fact === "string"), link);
  }
}
