/** Buttons as they are all made here. */

import { element } from "../dom";
import { type IconName, icon } from "./icons";

/** A button with an icon; without `text` its name must be given by `label`. */
export function button(
  part: string,
  iconName: IconName,
  text: string | undefined,
  onClick: () => void,
): HTMLButtonElement {
  const words = text ? [element("span", "label", text)] : [];
  const created = element("button", part, icon(iconName), ...words);
  created.type = "button";
  created.addEventListener("click", onClick);
  return created;
}

/** Names a button for those who do not see what it belongs to, and for the pointer. */
export function label(target: HTMLButtonElement, name: string, title: string): void {
  target.setAttribute("aria-label", name);
  target.title = title;
}
