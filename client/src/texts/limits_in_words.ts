/** What may be uploaded, in one line. */

import type { Messages } from "./index";

/** Limits to tell; what is left out is not mentioned. */
export interface Limits {
  /** Content types, wildcards and extensions, separated by commas. */
  types?: string | undefined;
  bytes?: number | undefined;
  pixels?: number | undefined;
  files?: number | undefined;
}

/** For example "Images or PDF, up to 20 MB, at most 10 files"; `""` without any limit. */
export function limitsInWords(limits: Limits, messages: Messages): string {
  const { types, bytes, pixels, files } = limits;
  const parts = [
    types && messages.types(types),
    bytes && messages.text("limits.size", { size: messages.size(bytes) }),
    pixels &&
      messages.text("limits.pixels", {
        pixels: pixels < 1e6 ? pixels / 1e6 : Math.floor(pixels / 1e5) / 10,
      }),
    files && messages.text("limits.files", { count: files }),
  ];
  const words = parts.filter(Boolean).join(", ");
  return words.charAt(0).toLocaleUpperCase(messages.language) + words.slice(1);
}
