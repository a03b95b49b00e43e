/** Accepted kinds of files as people call them. */

import { en } from "./en";
import type { Messages, TextKey } from "./index";

const OFFICE: readonly [pattern: RegExp, name: string][] = [
  [/word|^docx?$/, "Word"],
  [/excel|spreadsheetml|^xlsx?$/, "Excel"],
  [/powerpoint|presentationml|^pptx?$/, "PowerPoint"],
];

/** @param accepted Content types, wildcards and extensions, separated by commas. */
export function typesInWords(accepted: string, messages: Messages): string {
  const names = accepted
    .split(/[,\s]+/)
    .filter(Boolean)
    .map((type) => typeName(type, messages));
  return new Intl.ListFormat(messages.language, { type: "disjunction" }).format(new Set(names));
}

function typeName(type: string, messages: Messages): string {
  const wildcard = `types.${type.split("/")[0]}`;
  if (type.endsWith("/*") && wildcard in en) return messages.text(wildcard as TextKey);
  return formatName(type);
}

/** A content type or an extension: `image/svg+xml` and `.svg` are "SVG", `.jpg` is "JPEG". */
export function formatName(type: string): string {
  const name = type.toLowerCase().replace(/^.*\/|^\./, "");
  const office = OFFICE.find(([pattern]) => pattern.test(name));
  if (office) return office[1];
  return name
    .replace(/^x-|^vnd\.|\+\w+$/g, "")
    .replace(/^jpg$/, "jpeg")
    .toUpperCase();
}
