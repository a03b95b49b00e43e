/** A text in a field, with a button that copies it. */

import { announce, newId, tag } from "./elements";

const FEEDBACK_MILLISECONDS = 2_000;
type Field = HTMLInputElement | HTMLTextAreaElement;

export class CopyField {
  readonly element: HTMLElement;
  readonly #field: Field;

  /**
   * @param what What it is, shown above.
   * @param isCode It has several lines.
   */
  constructor(what: string, { isCode = false } = {}) {
    this.#field = isCode ? tag("textarea", "code__field") : tag("input", "url__field");
    this.#field.readOnly = true;
    this.#field.spellcheck = false;
    this.#field.id = newId("copied");
    this.#field.addEventListener("focus", () => this.#field.select());
    const label = tag("label", "copy__label", what);
    label.htmlFor = this.#field.id;
    const button = copyButton(this.#field, what);
    const row = tag("div", isCode ? "code" : "url", this.#field, button);
    this.element = tag("div", "copy", label, row);
  }

  set text(text: string) {
    this.#field.value = text;
    if (this.#field instanceof HTMLTextAreaElement) this.#field.rows = text.split("\n").length;
  }
}

function copyButton(field: Field, what: string): HTMLButtonElement {
  const button = tag("button", "url__copy", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", `Copy: ${what}`);
  button.addEventListener("click", () => copy(field, button));
  return button;
}

async function copy(field: Field, button: HTMLButtonElement): Promise<void> {
  const copied = await copyText(field);
  button.textContent = copied ? "Copied" : "Selected";
  announce(copied ? "Copied." : "It is selected. Copy it from the field.");
  if (copied) button.focus();
  setTimeout(() => {
    button.textContent = "Copy";
  }, FEEDBACK_MILLISECONDS);
}

/** The clipboard interface exists on https and localhost only, and may be forbidden there too. */
async function copyText(field: Field): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
