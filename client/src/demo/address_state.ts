/** What the builder shows, in the address after `#`: a reload keeps it, and a link hands it on. */

import { FITS, PLACES, PLAIN, type ThumbnailOptions, TURNS } from "./thumbnail_options";

export interface BuilderState {
  /** The object key of the original. */
  key: string;
  options: ThumbnailOptions;
}

const MAX_NUMBER = 65_535;
const MAX_KEY = 1024;
/** What a value must be one of, or look like. */
const CHECKS: Partial<Record<keyof ThumbnailOptions, (value: string) => boolean>> = {
  fit: (value) => (FITS as readonly string[]).includes(value),
  align: (value) => PLACES.includes(value),
  textPlace: (value) => PLACES.includes(value),
  turn: (value) => TURNS.includes(Number(value)),
  textColor: (value) => /^[0-9a-f]{6}$/.test(value),
  text: (value) => value.length <= 200,
  preset: (value) => /^[a-z0-9][a-z0-9-]{0,49}$/.test(value),
  format: (value) => /^[a-z]{3,4}$/.test(value),
};

/** Only what is not the default is written. */
export function writeState({ key, options }: BuilderState): string {
  const written = new URLSearchParams({ key });
  for (const name of Object.keys(PLAIN) as (keyof ThumbnailOptions)[]) {
    if (options[name] !== PLAIN[name]) written.set(name, String(options[name]));
  }
  return `#${written}`;
}

/**
 * Reads it again; what cannot be is left out.
 *
 * @param apps The full names of those whose keys are taken.
 * @returns undefined where there is no such key.
 */
export function readState(hash: string, apps: readonly string[]): BuilderState | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const key = given.get("key") ?? "";
  if (!isOwnKey(key, apps)) return undefined;
  const options: Record<string, unknown> = { ...PLAIN };
  for (const [name, plain] of Object.entries(PLAIN)) {
    const value = given.get(name);
    const check = CHECKS[name as keyof ThumbnailOptions];
    if (value !== null && (!check || check(value))) options[name] = like(plain, value);
  }
  return { key, options: options as unknown as ThumbnailOptions };
}

/** Whether a key names an object of one of these apps. */
export function isOwnKey(key: string, apps: readonly string[]): boolean {
  const parts = key.split("/");
  const isWhole = parts.length > 2 && parts.every((part) => part && part !== "." && part !== "..");
  return isWhole && key.length <= MAX_KEY && parts[0] === "o" && apps.includes(parts[1] ?? "");
}

/** A value of the same type as the default, which stands in for what is none. */
function like(plain: unknown, value: string): unknown {
  if (typeof plain === "boolean") return value === "true";
  if (typeof plain !== "number") return value;
  const number = value.trim() ? Number(value) : Number.NaN;
  return Math.abs(number) <= MAX_NUMBER ? number : plain;
}
