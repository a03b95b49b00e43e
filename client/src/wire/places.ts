/** How many files and parts are on their way to the storage at once, of the whole page. */

/** A browser holds so many connections to one host; what waits behind them looks stalled. */
const MOST = 6;

let taken = 0;
const waiting: (() => void)[] = [];

/** Does `work` when there is a place for it. @throws the signal's reason once it is aborted. */
export async function inPlace<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (taken >= MOST) await turn(signal);
  else taken += 1;
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  }
}

/** Whoever leaves hands its place on, so that nobody comes in between. */
function turn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(start), 1);
      reject(signal.reason);
    };
    signal.throwIfAborted();
    waiting.push(start);
    signal.addEventListener("abort", leave, { once: true });
  });
}
