/** Asks for a thumbnail as a browser's `<img>` does, and sees what came: bytes, type, time. */

const ACCEPT = "image/avif,image/webp,image/*,*/*;q=0.8";

export interface Made {
  kind: "made";
  blob: Blob;
  /** From the first byte sent to the last received. */
  milliseconds: number;
  /** The header Server-Timing; "" where it is not told. */
  timing: string;
  /** Nobody was asked: the browser had it. */
  isCached: boolean;
}

export interface Refused {
  kind: "refused";
  status: number;
  /** In the server's words. */
  message: string;
}

/** No script may read the answer, or there is none. */
export interface Unreadable {
  kind: "unreadable";
}

export type Outcome = Made | Refused | Unreadable;

/**
 * Asks once.
 *
 * @param isAnew The browser's cache is not looked at.
 * @throws DOMException `AbortError`, once the signal says so.
 */
export async function askFor(url: string, signal: AbortSignal, isAnew = false): Promise<Outcome> {
  performance.clearResourceTimings(); // a full buffer would take no more
  const began = performance.now();
  try {
    const answer = await fetch(url, {
      signal,
      headers: { Accept: ACCEPT },
      credentials: "omit",
      cache: isAnew ? "reload" : "default",
    });
    if (!answer.ok) return await refusal(answer);
    const blob = await answer.blob();
    const milliseconds = performance.now() - began;
    const timing = answer.headers.get("Server-Timing") ?? "";
    return { kind: "made", blob, milliseconds, timing, isCached: isFromCache(url) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: "unreadable" };
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const body = await answer.json().catch(() => ({}));
  const message = String(body.message ?? `The server answered ${answer.status}.`);
  return { kind: "refused", status: answer.status, message };
}

/** Resource Timing 2, 4.5.7: nothing was transferred for what has a body. */
function isFromCache(url: string): boolean {
  const entries = performance.getEntriesByName(url, "resource");
  const entry = entries.at(-1) as PerformanceResourceTiming | undefined;
  return entry !== undefined && entry.transferSize === 0 && entry.decodedBodySize > 0;
}
