/** An error in words, with its limits in units that people know. */

import type { UploadError } from "../errors";
import { en } from "./en";
import type { Messages, PluralKey, TextKey, Values } from "./index";

/** One or two sentences: what happened, and what to do. */
export function errorText(error: UploadError, messages: Messages): string {
  // Whoever rejects a file says why.
  if (error.code === "Rejected") return String(error.values.message ?? "");
  return messages.text(keyOf(error), inWords(error, messages));
}

function keyOf({ code, values }: UploadError): TextKey | PluralKey {
  if (code === "EntityTooLarge" && values.limit) return "error.FileTooLarge";
  if (code === "FileTooSmall" && !values.size) return "error.EntityTooSmall";
  if (code === "TooManyRequests" && !values.seconds) return "error.SlowDown";
  const party = values.party === "storage" ? "storage" : "server";
  const candidates = [`error.${code}`, `error.${code}.${party}`, `error.${code}.other`];
  const known = candidates.find((key) => key in en) ?? "error.StorageFailed";
  // Without its ending the key stands for both plural forms.
  return known.replace(/\.other$/, "") as TextKey | PluralKey;
}

function inWords({ code, values }: UploadError, messages: Messages): Values {
  const written: Record<string, (value: number) => string | number> = {
    limit: code === "TooManyPixels" ? (pixels) => pixels / 1e6 : messages.size,
    // Rounded up: "50 megapixels, at most 50 are allowed" would explain nothing.
    pixels: (pixels) => Math.ceil(pixels / 1e5) / 10,
    seconds: messages.duration,
    status: String,
  };
  const words: Record<string, string | number> = { code };
  for (const [name, value] of Object.entries(values)) {
    words[name] = written[name]?.(Number(value)) ?? value;
  }
  if (values.types) words.types = messages.types(String(values.types));
  if (code === "TooManyFiles") words.count = Number(values.limit);
  return words;
}
