/** The place to drop or choose files. */

import { element } from "../dom";
import type { Messages } from "../texts";
import { button, label } from "./buttons";
import { icon } from "./icons";

/** What is offered beside the button. */
export interface DropSettings {
  /** Instead of "Choose files". */
  message?: string;
  /** Instead of "or drop them here". */
  hint?: string;
  folders: boolean;
  camera: boolean;
  multiple: boolean;
}

let count = 0;

/** Draws a panel that can be clicked anywhere, and its quieter buttons. */
export class DropArea {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly #limits = element("p", "limits");

  constructor(messages: Messages, settings: DropSettings, add: (files: File[]) => void) {
    this.button = dropButton(messages, settings);
    // Tells what may be uploaded together with the button's name.
    this.#limits.id = `renuo-upload-limits-${++count}`;
    this.button.setAttribute("aria-describedby", this.#limits.id);
    this.root = element("div", "panel", element("div", "main", this.button, this.#limits));
    const others = element("div", "others");
    if (settings.camera) others.append(...cameraButton(messages, add));
    if (settings.folders) others.append(...folderButton(messages, add));
    if (others.childElementCount) this.root.append(others);
  }

  /** Shows the limits in words. */
  hint(text: string): void {
    this.#limits.textContent = text;
  }
}

function dropButton({ text }: Messages, settings: DropSettings): HTMLButtonElement {
  const many = settings.multiple ? "files" : "file";
  const title = element("span", "title", settings.message ?? text(`drop.${many}`));
  const hint = settings.hint ?? (settings.message ? "" : text(`drop.${many}Hint`));
  const release = element("span", "release", text("drop.release"));
  const words = element("span", "words", title, element("span", "hint", hint), release);
  // Dropzone adds a button of its own unless it finds an element of the class dz-message.
  const created = element(
    "button",
    "drop dz-message",
    element("span", "icon", icon("upload")),
    words,
  );
  created.type = "button";
  return created;
}

function folderButton(messages: Messages, add: (files: File[]) => void): HTMLElement[] {
  const input = picker(add);
  if (!("webkitdirectory" in input)) return [];
  input.webkitdirectory = true;
  return [opener("folder", messages, input), input];
}

function cameraButton(messages: Messages, add: (files: File[]) => void): HTMLElement[] {
  const input = picker(add);
  input.accept = "image/*";
  input.setAttribute("capture", "environment");
  return [opener("camera", messages, input), input];
}

/** Named twice: where there is little room, its words are not shown. */
function opener(name: "folder" | "camera", { text }: Messages, input: HTMLInputElement) {
  const words = text(`drop.${name}`);
  const created = button(name, name, words, () => input.click());
  label(created, words, words);
  return created;
}

function picker(add: (files: File[]) => void): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "file";
  input.hidden = true;
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // the same file can be picked again
    if (files.length) add(files);
  });
  return input;
}
