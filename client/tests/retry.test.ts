import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { networkError, timeoutError, UploadError } from "../src/errors";
import { FIRST_WAIT, LONGEST_ASKED, LONGEST_WAIT, retrying } from "../src/wire/retry";
import { setOnline } from "./fakes";

const gone = networkError("server");
const asking = (seconds: number) => new UploadError("TooManyRequests", true, { seconds });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Work that fails so often, and how it goes. */
function start(errors: unknown[], retries = 5) {
  const left = [...errors];
  const work = vi.fn(async () => {
    const error = left.shift();
    if (error) throw error;
    return "good";
  });
  const stop = new AbortController();
  const onOffline = vi.fn();
  const outcome = retrying({ retries, signal: stop.signal, onOffline }, work).catch((it) => it);
  return { work, stop, onOffline, outcome };
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

test("what succeeds is done once", async () => {
  const { work, outcome } = start([]);
  expect(await outcome).toBe("good");
  expect(work).toHaveBeenCalledTimes(1);
});

test.each([
  "Network",
  "Timeout",
  "ServerUnavailable",
  "TooManyRequests",
  "SlowDown",
  "InternalError",
  "RequestTimeout",
  "ServiceUnavailable",
])("%s is tried again", async (code) => {
  const { work, outcome } = start([new UploadError(code, true)]);
  await pass(FIRST_WAIT);
  expect(await outcome).toBe("good");
  expect(work).toHaveBeenCalledTimes(2);
});

test.each([
  new UploadError("AccessDenied", true),
  new UploadError("StorageFailed", true),
  new UploadError("FileUnreadable", false),
  new TypeError("a fault of ours"),
])("%s is thrown at once", async (error) => {
  const { work, outcome } = start([error]);
  expect(await outcome).toBe(error);
  expect(work).toHaveBeenCalledTimes(1);
});

test.each([0, 1, 5])(
  "%i further attempts are made, and the last error is thrown",
  async (retries) => {
    const last = timeoutError("server");
    const { work, outcome } = start([...Array(retries).fill(gone), last, gone], retries);
    await pass(10 * LONGEST_WAIT);
    expect(await outcome).toBe(last);
    expect(work).toHaveBeenCalledTimes(retries + 1);
  },
);

test("waits are at most twice as long each time, up to a bound", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { work } = start(Array(9).fill(gone), 9);
  const waits = [500, 1_000, 2_000, 4_000, 8_000, 16_000, LONGEST_WAIT, LONGEST_WAIT];
  await pass(0);
  for (const [failed, wait] of waits.entries()) {
    await pass(wait - 1);
    expect(work).toHaveBeenCalledTimes(failed + 1);
    await pass(1);
    expect(work).toHaveBeenCalledTimes(failed + 2);
  }
});

test("waits are spread at random, so that not all come back at once", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.2);
  const { work } = start([gone]);
  await pass(0.2 * FIRST_WAIT - 1);
  expect(work).toHaveBeenCalledTimes(1);
  await pass(1);
  expect(work).toHaveBeenCalledTimes(2);
});

test("a server that asks for a wait gets it, and a random one on top", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { work } = start([asking(20)]);
  await pass(20_000 + 0.5 * FIRST_WAIT - 1);
  expect(work).toHaveBeenCalledTimes(1);
  await pass(1);
  expect(work).toHaveBeenCalledTimes(2);
});

test("a server that asks for a very long wait is not asked again", async () => {
  const error = asking(LONGEST_ASKED + 1);
  const { work, outcome } = start([error]);
  expect(await outcome).toBe(error);
  expect(work).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("the longest wait that is granted is granted", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const { outcome } = start([asking(LONGEST_ASKED)]);
  await pass(1_000 * LONGEST_ASKED);
  expect(await outcome).toBe("good");
});

test("whoever is stopped in a wait is stopped at once, and leaves no timer", async () => {
  const { work, stop, outcome } = start([gone]);
  await pass(0);
  stop.abort();
  expect(await outcome).toBe(stop.signal.reason);
  expect(vi.getTimerCount()).toBe(0);
  await pass(LONGEST_WAIT);
  expect(work).toHaveBeenCalledTimes(1);
});

test("whoever is stopped before does nothing", async () => {
  const work = vi.fn();
  const signal = AbortSignal.abort();
  const attempts = { retries: 1, signal, onOffline: () => {} };
  await expect(retrying(attempts, work)).rejects.toBe(signal.reason);
  expect(work).not.toHaveBeenCalled();
});

test("no listener stays on the signal", async () => {
  const stop = new AbortController();
  const add = vi.spyOn(stop.signal, "addEventListener");
  const remove = vi.spyOn(stop.signal, "removeEventListener");
  const work = vi.fn().mockRejectedValueOnce(gone).mockResolvedValue("good");
  const outcome = retrying({ retries: 1, signal: stop.signal, onOffline: () => {} }, work);
  await pass(FIRST_WAIT);
  expect(await outcome).toBe("good");
  expect(add).toHaveBeenCalled();
  expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
});

test("without a connection nothing is tried until it is back, and that is told", async () => {
  setOnline(false);
  const { work, onOffline, outcome } = start([]);
  await pass(3_600_000);
  expect(work).not.toHaveBeenCalled();
  expect(onOffline.mock.calls).toEqual([[true]]);
  setOnline(true);
  expect(await outcome).toBe("good");
  expect(onOffline.mock.calls).toEqual([[true], [false]]);
});

test("what fails while the connection is away is not counted", async () => {
  setOnline(true);
  let cuts = 0;
  const work = vi.fn(async () => {
    cuts += 1;
    if (cuts > 20) return "good";
    setOnline(false);
    throw gone;
  });
  const signal = new AbortController().signal;
  const outcome = retrying({ retries: 0, signal, onOffline: () => {} }, work);
  for (let cut = 0; cut < 20; cut += 1) {
    await pass(10);
    setOnline(true);
  }
  expect(await outcome).toBe("good");
});

test("whoever is stopped without a connection is stopped at once, and listens no more", async () => {
  setOnline(false);
  const remove = vi.spyOn(window, "removeEventListener");
  const { work, stop, outcome } = start([]);
  await pass(0);
  stop.abort();
  expect(await outcome).toBe(stop.signal.reason);
  expect(remove).toHaveBeenCalledWith("online", expect.any(Function));
  setOnline(true);
  await pass(0);
  expect(work).not.toHaveBeenCalled();
});
