/** Numbers as people read them. */

import type { Made } from "./ask_for";

const UNITS = ["B", "kB", "MB", "GB"];
const MINUS = "\u2212";

/** `42.3 kB`, in steps of a thousand. */
export function bytesInWords(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  const digits = step && value < 100 ? 1 : 0;
  return `${value.toFixed(digits)}\u00a0${UNITS[step]}`;
}

/** `85 ms`, or `1.2 s`. */
export function timeInWords(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}\u00a0ms`;
  return `${(milliseconds / 1000).toFixed(1)}\u00a0s`;
}

/** How much less or more that is than before: `−93 %`. */
export function changeInWords(bytes: number, before: number): string {
  if (!before) return "";
  const percent = Math.round((bytes / before - 1) * 100);
  const sign = percent > 0 ? "+" : percent < 0 ? MINUS : "±";
  return `${sign}${Math.abs(percent)}\u00a0%`;
}

/** A media type without its family: `AVIF`. */
export function typeInWords(type: string): string {
  return (
    type
      .replace(/^.*\//, "")
      .replace(/;.*|\+.*/, "")
      .toUpperCase() || "unknown type"
  );
}

/** Where an image came from, by Server-Timing (docs/http.md). */
export function originInWords({ timing, isCached }: Pick<Made, "timing" | "isCached">): string {
  if (isCached) return "from this browser’s cache";
  if (/\bencode\b/.test(timing)) return "made just now";
  if (/\bmemory\b/.test(timing)) return "from memory";
  if (/\bshared\b/.test(timing)) return "made elsewhere just now";
  return timing ? "stored before" : "";
}

/** What the server did, and how long each step took, in milliseconds. */
export function stepsInWords({ timing, isCached }: Pick<Made, "timing" | "isCached">): string {
  if (isCached) return "";
  const steps = [...timing.matchAll(/(\w+);dur=([\d.]+)/g)].map(
    ([, name, took]) => `${name} ${Math.round(Number(took))}`,
  );
  return steps.length > 1 ? `${steps.join(" · ")} ms` : "";
}
