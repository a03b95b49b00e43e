/** What this browser has uploaded lately; it is told to nobody. */

import { isOwnKey } from "./address_state";

export interface Upload {
  /** The object key. */
  key: string;
  /** As it was on the person's disk. */
  name: string;
  /** Of the original; 0 where that is not known, as of the sides. */
  bytes: number;
  width: number;
  height: number;
  contentType: string;
}

export const MOST = 24;
const STORED_AS = "renuo-demo-uploads";
const TEXTS = ["key", "name", "contentType"] as const;
const NUMBERS = ["bytes", "width", "height"] as const;

/** A list, the newest first, that outlives the page where the browser lets it. */
export class RecentUploads {
  readonly #storage: Storage | undefined;
  #uploads: Upload[];

  /** @param apps The full names of those whose uploads are shown. */
  constructor(storage: Storage | undefined, apps: readonly string[]) {
    this.#storage = storage;
    this.#uploads = read(storage).filter((upload) => isOwnKey(upload.key, apps));
  }

  get all(): readonly Upload[] {
    return this.#uploads;
  }

  find(key: string): Upload | undefined {
    return this.#uploads.find((upload) => upload.key === key);
  }

  add(upload: Upload): void {
    const others = this.#uploads.filter(({ key }) => key !== upload.key);
    this.#keep([upload, ...others].slice(0, MOST));
  }

  /** Keep what has become known of an upload. */
  learn(key: string, facts: Partial<Upload>): void {
    this.#keep(this.#uploads.map((one) => (one.key === key ? { ...one, ...facts } : one)));
  }

  forget(key: string): void {
    this.#keep(this.#uploads.filter((upload) => upload.key !== key));
  }

  forgetAll(): void {
    this.#keep([]);
  }

  #keep(uploads: Upload[]): void {
    this.#uploads = uploads;
    try {
      this.#storage?.setItem(STORED_AS, JSON.stringify(uploads));
    } catch {
      // The browser stores nothing (private window, no room): then the list ends with the page.
    }
  }
}

/** The browser's store; a page that may not use it has none. */
export function browserStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

function read(storage: Storage | undefined): Upload[] {
  try {
    const found: unknown = JSON.parse(storage?.getItem(STORED_AS) ?? "[]");
    return Array.isArray(found) ? found.filter(isUpload).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isUpload(value: unknown): value is Upload {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return (
    TEXTS.every((name) => typeof fields[name] === "string") &&
    NUMBERS.every((name) => Number.isFinite(fields[name]))
  );
}
