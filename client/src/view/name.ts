/** A file's name that is cut in the middle where there is no room: its end tells files apart. */

import { element } from "../dom";

const LONGEST_UNCUT = 20;
const END = 9;

/** The whole name as text and title, in two parts of which the first one gives way. */
export function fileName(name: string): HTMLSpanElement {
  const letters = [...name];
  let cut = letters.length > LONGEST_UNCUT ? letters.length - END : letters.length;
  // A space at the cut belongs to the part that hides it.
  while (letters[cut] === " ") cut += 1;
  const parts = [element("span", "name-start", letters.slice(0, cut).join(""))];
  if (cut < letters.length) parts.push(element("span", "name-end", letters.slice(cut).join("")));
  const whole = element("span", "name", ...parts);
  whole.title = name;
  whole.dir = "auto";
  return whole;
}
