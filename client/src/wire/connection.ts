/** Waits until the browser has a connection. */

/** Resolves at once where it has one. @throws the signal's reason once it is aborted. */
export async function untilOnline(
  signal: AbortSignal,
  onWait: (isOffline: boolean) => void,
): Promise<void> {
  if (isOnline()) return;
  onWait(true);
  await new Promise<void>((resolve) => {
    const done = () => {
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
  onWait(false);
  signal.throwIfAborted();
}

/** Whether the browser knows of a connection; that it has one does not mean that it works. */
export function isOnline(): boolean {
  return navigator.onLine !== false;
}
