/** Hidden fields for the form around the element, as servers of the old client read them. */

import type { UploadResult } from "./core/result";

const FIELDS = ["orginalName", "cleanName", "extension", "size", "publicUrl", "filePath"] as const;

/** The fields of all verified files of one element. */
export class FormFields {
  readonly #inputs = new Map<string, { name: string; inputs: HTMLInputElement[] }>();

  constructor(private readonly root: HTMLElement) {}

  /** Adds `renuoupload[<name>][…]`, one for each field. */
  add(result: UploadResult): void {
    const name = this.#freeName(result.name);
    const inputs = FIELDS.map((field) => {
      return hidden(`renuoupload[${name}][${field}]`, String(result[field]));
    });
    this.root.append(...inputs);
    this.#inputs.set(result.key, { name, inputs });
  }

  /** Takes a file's fields away again. */
  remove(result: UploadResult): void {
    for (const input of this.#inputs.get(result.key)?.inputs ?? []) input.remove();
    this.#inputs.delete(result.key);
  }

  /** Takes all away. */
  clear(): void {
    for (const { inputs } of this.#inputs.values()) for (const input of inputs) input.remove();
    this.#inputs.clear();
  }

  /** A server keeps the last of two files of one name: the second one gets a number. */
  #freeName(name: string): string {
    const taken = new Set([...this.#inputs.values()].map((entry) => entry.name));
    for (let number = 1; ; number += 1) {
      const free = number === 1 ? name : `${name}-${number}`;
      if (!taken.has(free)) return free;
    }
  }
}

function hidden(name: string, value: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}
