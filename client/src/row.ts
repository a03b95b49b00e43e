/** One file's line in the list: name, size, progress, state, and what went wrong. */

import { element } from "./dom";
import { splitName } from "./names";
import type { FileUpload } from "./uploader";

/** Draws one upload; `update` follows it. */
export class UploadRow {
  readonly root: HTMLLIElement;
  readonly #state = element("span", "state");
  readonly #bar = element("span", "bar");
  readonly #progress = element("div", "progress", this.#bar);
  readonly #error = element("p", "error");
  readonly #retry: HTMLButtonElement;

  constructor(
    private readonly upload: FileUpload,
    onRetry: () => void,
  ) {
    const { name, size } = upload.file;
    const badge = element("span", "badge", splitName(name).extension.slice(0, 4) || "file");
    badge.setAttribute("aria-hidden", "true");
    const title = element("span", "name", name);
    title.title = name;
    const facts = element("span", "facts", formatSize(size), " · ", this.#state);
    this.#retry = retryButton(name, onRetry);
    this.#describeProgress(name);
    // A live region of its own: the status line tells how many failed, this tells why.
    this.#error.setAttribute("role", "alert");
    const body = element("div", "body", title, facts, this.#progress, this.#error);
    this.root = element("li", "file", badge, body, this.#retry);
    this.update();
  }

  /** Draws the upload as it is now. */
  update(): void {
    const { state, error } = this.upload;
    const percent = Math.round(100 * this.upload.progress);
    this.root.dataset.state = state;
    this.#state.textContent = this.#stateText(percent);
    this.#progress.setAttribute("aria-valuenow", String(percent));
    this.#bar.style.transform = `scaleX(${percent / 100})`;
    this.#error.textContent = error?.message ?? "";
    this.#retry.hidden = !(state === "failed" && error?.retryable);
  }

  #stateText(percent: number): string {
    if (this.upload.state === "uploading") {
      return percent < 100 ? `Uploading, ${percent} %` : "Finishing";
    }
    const words = { waiting: "Waiting", signing: "Preparing", done: "Uploaded", failed: "Failed" };
    return words[this.upload.state];
  }

  #describeProgress(name: string): void {
    const bar = this.#progress;
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", `Upload of ${name}`);
    bar.setAttribute("aria-valuemin", "0");
    bar.setAttribute("aria-valuemax", "100");
  }
}

function retryButton(name: string, onRetry: () => void): HTMLButtonElement {
  const button = element("button", "retry", "Retry");
  button.type = "button";
  button.setAttribute("aria-label", `Retry ${name}`);
  button.addEventListener("click", onRetry);
  return button;
}

/** Bytes as people read them, in powers of 1000 as phones and desktops show them. */
export function formatSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  while (value >= 999.5 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  const text = value >= 10 || units[0] === "bytes" ? value.toFixed(0) : value.toFixed(1);
  return `${text} ${units[0]}`;
}
