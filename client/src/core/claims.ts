/** Who works on an upload in parts: one file of one page at a time. */

/** What this page works on, or has ended, and what lets other tabs have it. */
const mine = new Map<string, () => void>();

/** What this page has ever had. */
const known = new Set<string>();

/** Whether a file of this page has had an upload. */
export function isKnown(uploadId: string): boolean {
  return known.has(uploadId);
}

/** Takes an upload; false where another file of this page, or another tab, is at work on it. */
export async function claim(uploadId: string): Promise<boolean> {
  if (mine.has(uploadId)) return false;
  mine.set(uploadId, () => {});
  const unlock = await lock(uploadId);
  if (unlock) known.add(uploadId);
  if (unlock) mine.set(uploadId, unlock);
  else mine.delete(uploadId);
  return !!unlock;
}

/** Lets whoever comes next go on with it. */
export function release(uploadId: string): void {
  mine.get(uploadId)?.();
  mine.delete(uploadId);
}

/** It has ended: nobody is to go on with it. */
export function retire(uploadId: string): void {
  mine.get(uploadId)?.();
  mine.set(uploadId, () => {});
}

/** Resolves with what unlocks it; undefined where another tab has it. */
function lock(uploadId: string): Promise<(() => void) | undefined> {
  const nothing = () => {};
  // Without a secure connection there are no locks: tabs then do not know of each other.
  if (!navigator.locks) return Promise.resolve(nothing);
  return new Promise((resolve) => {
    const hold = (got: Lock | null) =>
      got ? new Promise<void>((unlock) => resolve(unlock)) : resolve(undefined);
    const name = `renuo-upload ${uploadId}`;
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(nothing));
  });
}
