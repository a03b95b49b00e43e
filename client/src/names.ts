/** File names as they become the last segment of an object key. */

const MAX_NAME_LENGTH = 200;
const MAX_EXTENSION_LENGTH = 50;

/** Splits at the last dot. A name without one has the extension `""`. */
export function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  if (dot < 0) return { stem: name, extension: "" };
  return { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/**
 * Lower case, blanks and `_` as `-`, nothing but `[a-z0-9.-]`, at most 200 characters.
 *
 * A stem without any character left becomes `file`, so that a key never ends in `/.png`, nor in
 * `/..`, which every server on the way would resolve.
 */
export function cleanName(name: string): string {
  const allowed = name
    .toLowerCase()
    .replace(/[\s_]/g, "-")
    .replace(/[^\w.-]/g, "");
  const { stem, extension } = splitName(allowed);
  const suffix = allowed.includes(".") ? `.${extension.slice(0, MAX_EXTENSION_LENGTH)}` : "";
  const safeStem = /^\.*$/.test(stem) ? "file" : stem;
  return safeStem.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}
