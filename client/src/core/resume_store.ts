/** Uploads in parts that have begun, kept so that they go on after the page was reloaded. */

import type { Begun } from "../wire/parts";
import type { Server } from "../wire/server";

/** What is kept of one. */
export interface Kept extends Begun {
  partSize: number;
  /** When it began, in milliseconds since 1970. */
  begun: number;
}

/** The name of the one item in localStorage. */
export const NAME = "renuo-upload";
const MOST = 50;
/** S3 takes no smaller parts. */
const LEAST_PART = 5 * 1024 ** 2;
const LIFETIME = 48 * 3600 * 1000;

/** What tells one file of a person from another, as far as a page may know. */
export function fingerprint(server: Server, file: File & { fullPath?: string }): string {
  const { name, size, type, lastModified, webkitRelativePath, fullPath } = file;
  // Of a folder: what was unpacked at once differs in nothing else.
  const path = webkitRelativePath || fullPath || name;
  return JSON.stringify([server.base, server.apiKey, path, size, type, lastModified]);
}

/** The upload that has begun of a file. */
export function find(id: string): Kept | undefined {
  return all().get(id);
}

/** Keeps one, unless there is one of the same facts. */
export function keep(id: string, kept: Kept): void {
  const records = all();
  if (!records.has(id)) write(records.set(id, kept));
}

/** Forgets one that has ended. */
export function forget(id: string, uploadId: string): void {
  const records = all();
  if (records.get(id)?.uploadId !== uploadId) return;
  records.delete(id);
  write(records);
}

function all(): Map<string, Kept> {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Record<string, unknown>;
    return new Map(Object.entries(found).filter(isUsable));
  } catch {
    return new Map(); // forbidden, or not ours: uploads then begin anew
  }
}

function isUsable(entry: [string, unknown]): entry is [string, Kept] {
  const kept = entry[1] as Partial<Kept> | null;
  const hasTexts = [kept?.uploadId, kept?.key, kept?.token, kept?.publicUrl].every(
    (text) => typeof text === "string",
  );
  const [size, begun] = [Number(kept?.partSize), Number(kept?.begun)];
  return hasTexts && Number.isInteger(size) && size >= LEAST_PART && begun > Date.now() - LIFETIME;
}

function write(records: ReadonlyMap<string, Kept>): void {
  const newest = [...records].sort(([, a], [, b]) => b.begun - a.begun).slice(0, MOST);
  try {
    localStorage.setItem(NAME, JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // Full or forbidden: it cannot go on after a reload, and that is all.
  }
}
