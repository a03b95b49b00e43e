/** Further attempts at what failed for a reason that may pass. */

import { isTransient, type UploadError } from "../errors";
import { isOnline, untilOnline } from "./connection";

/** The first wait is at most so many milliseconds, each further one twice as many. */
export const FIRST_WAIT = 500;
/** The longest wait, in milliseconds. */
export const LONGEST_WAIT = 30_000;
/** Whoever asks for a longer wait, in seconds, is not asked again by itself. */
export const LONGEST_ASKED = 60;

/** How attempts are made. */
export interface Attempts {
  /** Further attempts after the first one. */
  retries: number;
  signal: AbortSignal;
  /** Told when it begins and ends to wait for the connection. */
  onOffline: (isOffline: boolean) => void;
}

/**
 * Does `work` until it succeeds, fails for good, or has failed too often.
 *
 * Without a connection it waits until there is one; what fails meanwhile is not counted.
 *
 * @throws what `work` threw last; or the signal's reason once it is aborted.
 */
export async function retrying<T>(attempts: Attempts, work: () => Promise<T>): Promise<T> {
  const { retries, signal, onOffline } = attempts;
  for (let failed = 0; ; ) {
    signal.throwIfAborted();
    await untilOnline(signal, onOffline);
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      if (!isOnline()) continue;
      if (failed >= retries || asked(error) > LONGEST_ASKED) throw error;
      await pause(waitAfter(failed, error), signal);
      failed += 1;
    }
  }
}

/** Milliseconds: at random up to a bound that doubles, so that not all come back at once. */
function waitAfter(failed: number, error: UploadError): number {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failed);
  return 1_000 * asked(error) + Math.random() * most;
}

/** The seconds of Retry-After. */
function asked({ values }: UploadError): number {
  return Number(values.seconds ?? 0);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
