/** One file's line in the list: picture, name, state, progress, what went wrong, what to do. */

import type { FileUpload, UploadState } from "../core/uploader";
import { element } from "../dom";
import type { Messages } from "../texts";
import { ProgressBar } from "./bar";
import { factsText, stateText } from "./facts";
import { focusedIn, focusOn, isHidden } from "./focus";
import { fileName } from "./name";
import { Thumb } from "./thumb";
import { type RowActions, RowTools } from "./tools";

/** Draws one upload; `draw` follows it, and writes only what has changed. */
export class UploadRow {
  readonly root: HTMLLIElement;
  readonly #thumb: Thumb;
  readonly #state = element("span", "state");
  readonly #facts = element("span", "facts-more");
  readonly #bar: ProgressBar;
  readonly #error = element("p", "error");
  readonly #problem = element("div", "problem", this.#error);
  readonly #tools: RowTools;
  #drawn: UploadState | undefined;

  constructor(
    private readonly upload: FileUpload,
    private readonly messages: Messages,
    actions: RowActions,
  ) {
    const { name } = upload.file;
    this.#thumb = new Thumb(upload);
    this.#bar = new ProgressBar(messages.text("progress", { name }));
    this.#tools = new RowTools(upload, messages, actions);
    const facts = element("span", "facts", this.#state, " ", this.#facts);
    const body = element("div", "body", fileName(name), facts, this.#bar.root);
    this.#problem.append(this.#tools.retry);
    this.root = element("li", "file", this.#thumb.root, body, this.#problem, this.#tools.root);
    this.draw();
  }

  /** Whether the state is another than the one on the page. */
  get isOutdated(): boolean {
    return this.#drawn !== this.upload.state;
  }

  /** Draws the upload as it is now. */
  draw(): void {
    const { upload, messages } = this;
    const words = stateText(upload, messages);
    write(this.#state, words);
    write(this.#facts, factsText(upload, messages));
    this.root.toggleAttribute("data-offline", upload.isOffline);
    this.#bar.draw(upload.state === "done" ? 1 : upload.progress, words);
    const focused = focusedIn(this.root);
    this.#tools.draw();
    if (this.isOutdated) this.#drawState();
    if (isHidden(focused)) focusOn(this.root);
  }

  #drawState(): void {
    const { upload, messages } = this;
    this.#drawn = upload.state;
    this.root.dataset.state = upload.state;
    write(this.#error, upload.error ? messages.error(upload.error) : "");
    this.#problem.hidden = !upload.error && this.#tools.retry.hidden;
    this.#thumb.draw();
  }
}

function write(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
