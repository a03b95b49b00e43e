/** Uploads in parts that have begun, kept so that they go on after the page was reloaded. */

import type { Begun } from "../wire/parts";
import type { Server } from "../wire/server";

/** What is kept of one. */
export interface Kept extends Begun {
  partSize: number;
  /** When it began, in milliseconds since 1970. */
  begun: number;
}

const NAME = "renuo-upload";
const MOST = 50;
/** The service lets go of them after that time, too. */
const LIFETIME = 48 * 3600 * 1000;

/** Those that this page is at work on: a second file of the same facts begins anew. */
const inUse = new Set<string>();

/** What tells one file of a person from another, as far as a page may know. */
export function fingerprint(server: Server, file: File): string {
  const { name, size, type, lastModified } = file;
  return JSON.stringify([server.base, server.apiKey, name, size, type, lastModified]);
}

/** Takes the one kept for a file, unless this page has it in use; nobody else gets it then. */
export function take(id: string): Kept | undefined {
  if (inUse.has(id)) return undefined;
  const kept = all()[id];
  if (kept) inUse.add(id);
  return kept;
}

/** Keeps one; false where another file of the same facts has the place. */
export function keep(id: string, kept: Kept): boolean {
  if (inUse.has(id)) return false;
  inUse.add(id);
  write({ ...all(), [id]: kept });
  return true;
}

/** Lets go of one that this page works on no more; it can be taken again. */
export function release(id: string): void {
  inUse.delete(id);
}

/** Forgets one that has ended. */
export function forget(id: string): void {
  inUse.delete(id);
  const { [id]: _ended, ...others } = all();
  write(others);
}

function all(): Record<string, Kept> {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Record<string, Kept>;
    const young = Object.entries(found).filter(([, kept]) => kept.begun > Date.now() - LIFETIME);
    return Object.fromEntries(young);
  } catch {
    return {}; // forbidden, or not ours: uploads then begin anew
  }
}

function write(records: Record<string, Kept>): void {
  const newest = Object.entries(records).sort(([, a], [, b]) => b.begun - a.begun);
  try {
    localStorage.setItem(NAME, JSON.stringify(Object.fromEntries(newest.slice(0, MOST))));
  } catch {
    // Full or forbidden: it cannot go on after a reload, and that is all.
  }
}
