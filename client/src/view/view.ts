/** What a person sees: a place to drop files, all of them together, a line for each. */

import type { FileUpload } from "../core/uploader";
import { element } from "../dom";
import type { Messages } from "../texts";
import { Announcer } from "./announcer";
import { DropArea, type DropSettings } from "./drop";
import { focusedIn, focusOn } from "./focus";
import { UploadRow } from "./row";
import { sumsOf } from "./sums";
import type { RowActions } from "./tools";
import { type AllActions, Totals } from "./totals";

/** What the buttons do. */
export interface ViewActions extends RowActions, AllActions {
  /** Files of a chosen folder, or a photo just taken. */
  add(files: File[]): void;
}

/** How the view presents itself. */
export interface ViewSettings extends DropSettings {
  /** MIME types and extensions, separated by commas. */
  accept: string;
}

/** Draws every upload of one element. */
export class UploadView {
  /** Opens the file dialog; files can be dropped anywhere on the element around it. */
  readonly button: HTMLButtonElement;
  readonly #rows = new Map<FileUpload, UploadRow>();
  readonly #outdated = new Set<UploadRow>();
  readonly #drop: DropArea;
  readonly #totals: Totals;
  readonly #announcer: Announcer;
  readonly #list = element("ul", "list");
  #frame: number | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly messages: Messages,
    private readonly actions: ViewActions,
    settings: ViewSettings,
  ) {
    this.#drop = new DropArea(messages, settings, (files) => actions.add(files));
    this.button = this.#drop.button;
    this.#totals = new Totals(messages, actions, () => this.button.focus());
    this.#announcer = new Announcer(messages);
    this.#list.setAttribute("aria-label", messages.text("list"));
    this.#list.setAttribute("role", "list"); // Safari takes it from lists without bullets
    root.classList.add("renuo-upload");
    if (!root.lang) root.lang = messages.language;
    root.append(...this.#parts());
    this.#drawWhole();
  }

  /** Takes everything off the page. */
  clear(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#announcer.stop();
    for (const part of this.#parts()) part.remove();
  }

  /** Says in words what may be uploaded. */
  hint(text: string): void {
    this.#drop.hint(text);
  }

  /** Says something to those who do not see it. */
  announce(text: string): void {
    this.#announcer.say(text);
  }

  /** Shows a file that was picked or dropped. */
  add(upload: FileUpload): void {
    const row = new UploadRow(upload, this.messages, this.actions);
    this.#rows.set(upload, row);
    this.#list.append(row.root);
    this.#drawSoon();
  }

  /** Redraws a file: a new state at once, progress with the next frame. */
  update(upload: FileUpload): void {
    const row = this.#rows.get(upload);
    if (!row) return;
    if (row.isOutdated) row.draw();
    else this.#outdated.add(row);
    this.#drawSoon();
  }

  /** Takes a file off the page; the focus goes to the next one. */
  remove(upload: FileUpload): void {
    const row = this.#rows.get(upload)?.root;
    if (!row) return;
    const neighbour = row.nextElementSibling ?? row.previousElementSibling ?? this.button;
    const focused = focusedIn(row);
    this.#rows.delete(upload);
    row.remove();
    if (focused) focusOn(neighbour as HTMLElement);
    this.#drawSoon();
  }

  #parts(): HTMLElement[] {
    return [this.#drop.root, this.#totals.root, this.#announcer.root, this.#list];
  }

  #drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      for (const row of this.#outdated) row.draw();
      this.#outdated.clear();
      this.#drawWhole();
    });
  }

  #drawWhole(): void {
    const uploads = [...this.#rows.keys()];
    const sums = sumsOf(uploads);
    this.root.toggleAttribute("data-filled", uploads.length > 0);
    this.#totals.draw(sums, performance.now() / 1000);
    this.#announcer.follow(uploads, sums);
  }
}
