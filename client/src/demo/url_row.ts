/** An address in a field, with a button that copies it. */

import { tag } from "../dom";

const FEEDBACK_MILLISECONDS = 2_000;

/** @param what What the address leads to, for those who cannot see the row's surroundings. */
export function urlRow(url: string, what: string): HTMLElement {
  const field = tag("input", "url__field");
  field.readOnly = true;
  field.value = url;
  field.setAttribute("aria-label", `Address of ${what}`);
  field.addEventListener("focus", () => field.select());
  const button = tag("button", "url__copy", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", `Copy the address of ${what}`);
  button.addEventListener("click", () => copy(field, button));
  return tag("div", "url", field, button);
}

async function copy(field: HTMLInputElement, button: HTMLButtonElement): Promise<void> {
  const copied = await copyText(field);
  button.textContent = copied ? "Copied" : "Selected";
  announce(copied ? "Address copied." : "The address is selected. Copy it from the field.");
  if (copied) button.focus();
  setTimeout(() => {
    button.textContent = "Copy";
    announce("");
  }, FEEDBACK_MILLISECONDS);
}

/** The clipboard interface exists on https and localhost only, and may be forbidden there too. */
async function copyText(field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

function announce(text: string): void {
  const region = document.getElementById("announcement");
  if (region) region.textContent = text;
}
