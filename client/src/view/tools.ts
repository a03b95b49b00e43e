/** The buttons of one file. */

import type { FileUpload } from "../core/uploader";
import { element } from "../dom";
import type { Messages } from "../texts";
import { button, label } from "./buttons";

/** What a person can do with a file. */
export type RowAction = "retry" | "pause" | "resume" | "cancel" | "remove";

/** Does it. */
export type RowActions = Record<RowAction, (upload: FileUpload) => void>;

const QUIET: readonly RowAction[] = ["pause", "resume", "cancel", "remove"];

/** Shows those buttons that make sense in the upload's state. */
export class RowTools {
  /** Stands beside the reason of a failure, not with the others. */
  readonly retry: HTMLButtonElement;
  readonly root: HTMLElement;
  readonly #buttons = new Map<RowAction, HTMLButtonElement>();
  #shown = "";

  constructor(
    private readonly upload: FileUpload,
    private readonly messages: Messages,
    private readonly actions: RowActions,
  ) {
    this.retry = this.#create("retry");
    this.root = element("div", "tools", ...QUIET.map((action) => this.#create(action)));
  }

  draw(): void {
    const wanted = possibleActions(this.upload);
    if (this.#shown === String(wanted)) return;
    this.#shown = String(wanted);
    for (const [action, one] of this.#buttons) one.hidden = !wanted.includes(action);
  }

  #create(action: RowAction): HTMLButtonElement {
    const { messages, upload } = this;
    const word = messages.text(`action.${action}`);
    const text = action === "retry" ? word : undefined;
    const created = button(action, action, text, () => this.actions[action](upload));
    const name = messages.text("action.named", { action: word, name: upload.file.name });
    label(created, name, word);
    created.hidden = true;
    this.#buttons.set(action, created);
    return created;
  }
}

/** What makes sense with an upload now. */
export function possibleActions(upload: FileUpload): RowAction[] {
  const { state, error, isInParts } = upload;
  switch (state) {
    case "done":
      return ["remove"];
    case "failed":
      return error?.retryable ? ["retry", "remove"] : ["remove"];
    case "cancelled":
      return ["retry", "remove"];
    case "paused":
      return ["resume", "cancel"];
    case "uploading":
      return isInParts ? ["pause", "cancel"] : ["cancel"];
    default:
      return ["cancel"];
  }
}
