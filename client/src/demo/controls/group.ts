/** A part of the builder's form that opens and closes, and shows whether anything in it is set. */

import { tag } from "../elements";
import type { Store } from "../store";
import { PLAIN, type ThumbnailOptions } from "../thumbnail_options";

/** What the person has opened stays open for the next picture. */
const opened = new Map<string, boolean>();

/** @param names The options that belong to it. */
export function group(
  store: Store,
  title: string,
  names: readonly (keyof ThumbnailOptions)[],
  isOpen: boolean,
  ...children: (HTMLElement | undefined)[]
): HTMLElement {
  const mark = tag("span", "group__mark");
  const summary = tag("summary", "group__summary", tag("span", "group__title", title), mark);
  const body = tag("div", "group__body", ...children.filter((child) => child !== undefined));
  const details = tag("details", "group", summary, body);
  details.open = opened.get(title) ?? isOpen;
  details.addEventListener("toggle", () => opened.set(title, details.open));
  store.watch((options) => {
    const isSet = names.some((name) => options[name] !== PLAIN[name]);
    mark.textContent = isSet ? "set" : "";
  });
  return details;
}
