/** What a person sees: the button to drop on, a sentence about the whole, a line for each file. */

import { element, uploadIcon } from "./dom";
import { UploadRow } from "./row";
import type { FileUpload } from "./uploader";

/** Draws every upload of one element. */
export class UploadView {
  /** Opens the file dialog; files can be dropped anywhere on the element around it. */
  readonly button: HTMLButtonElement;
  readonly #status = element("p", "status");
  readonly #list = element("ul", "list");
  readonly #rows = new Map<FileUpload, UploadRow>();

  constructor(
    root: HTMLElement,
    message: string | undefined,
    private readonly onRetry: (upload: FileUpload) => void,
  ) {
    this.button = dropButton(message);
    // Polite and always on the page: a live region that appears with its text is not read out.
    this.#status.setAttribute("role", "status");
    root.classList.add("renuo-upload");
    root.append(this.button, this.#status, this.#list);
  }

  /** Takes everything off the page. */
  clear(): void {
    for (const part of [this.button, this.#status, this.#list]) part.remove();
  }

  /** Shows a file that was picked or dropped. */
  add(upload: FileUpload): void {
    const row = new UploadRow(upload, () => this.#retry(upload));
    this.#rows.set(upload, row);
    this.#list.append(row.root);
    this.#announce();
  }

  /** Redraws a file. */
  update(upload: FileUpload): void {
    this.#rows.get(upload)?.update();
    this.#announce();
  }

  /** Takes a file off the page. */
  remove(upload: FileUpload): void {
    this.#rows.get(upload)?.root.remove();
    this.#rows.delete(upload);
    this.#announce();
  }

  /** The button that had the focus disappears, so the focus must not fall back to the page's top. */
  #retry(upload: FileUpload): void {
    const row = this.#rows.get(upload)?.root;
    this.onRetry(upload);
    row?.setAttribute("tabindex", "-1");
    row?.focus();
  }

  #announce(): void {
    const text = summary([...this.#rows.keys()]);
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }
}

/** One sentence that changes only when a file ends, not with every percent. */
export function summary(uploads: Pick<FileUpload, "state">[]): string {
  if (!uploads.length) return "";
  const count = (state: string) => uploads.filter((upload) => upload.state === state).length;
  const files = uploads.length === 1 ? "file" : "files";
  const failed = count("failed") ? `, ${count("failed")} failed` : "";
  return `${count("done")} of ${uploads.length} ${files} uploaded${failed}`;
}

function dropButton(message: string | undefined): HTMLButtonElement {
  const icon = element("span", "icon", uploadIcon());
  const title = element("span", "title", message ?? "Choose files");
  const hint = message ? [] : [element("span", "hint", "or drop them here")];
  // Dropzone adds a button of its own unless it finds an element of the class dz-message.
  const button = element("button", "drop dz-message", icon, title, ...hint);
  button.type = "button";
  return button;
}
