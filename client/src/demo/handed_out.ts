/** What is copied from the page: the address, the image's markup, the upload client's. */

import type { App, DemoConfig } from "./config";
import { CopyField } from "./copy_field";
import { tag } from "./elements";
import { imageSnippet, type Picture, pageSnippet } from "./snippets";
import type { ThumbnailOptions } from "./thumbnail_options";

export class HandedOut {
  readonly element: HTMLElement;
  readonly #address = new CopyField("Address of this thumbnail");
  readonly #markup = new CopyField("Image for every screen", { isCode: true });
  readonly #app: App;
  readonly #url: (options: ThumbnailOptions) => string;

  /** @param url The address for options. */
  constructor(config: DemoConfig, app: App, url: (options: ThumbnailOptions) => string) {
    this.#app = app;
    this.#url = url;
    const title = `Upload client ${config.client.version} on a page of yours`;
    const page = new CopyField(title, { isCode: true });
    page.text = pageSnippet(config.client, window.location.origin, app.api_key);
    const snippets = tag("div", "handed-out__code", this.#markup.element, page.element);
    this.element = tag("div", "handed-out", this.#address.element, snippets);
  }

  show(picture: Picture): void {
    this.#address.text = this.#url(picture.options);
    this.#markup.text = imageSnippet(picture, this.#app, this.#url);
  }
}
