/** Bytes on their way to S3: progress, standstill, and how many at once. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inPlace } from "../src/wire/places";
import { STALL_TIMEOUT, transfer } from "../src/wire/transfer";
import { FakeXhr } from "./fakes";

beforeEach(() => {
  vi.useFakeTimers();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const BYTES = new Blob(["1"]);
const never = new AbortController().signal;

describe("a transfer", () => {
  function start(signal = never, onProgress = (_sent: number, _all: number) => {}, file = BYTES) {
    const url = "https://s3.test/1";
    const load = { method: "PUT", url, body: file, file, onProgress } as const;
    const outcome = transfer(load, signal).then(
      ({ status }) => status,
      (error) => error.code ?? error,
    );
    return { outcome, request: FakeXhr.sent[0] as FakeXhr };
  }

  test("sends the body as it is, and hands on the answer, whatever it is", async () => {
    const { outcome, request } = start();
    expect(request).toMatchObject({ method: "PUT", url: "https://s3.test/1" });
    expect((request.body as Blob).type).toBe("");
    request.answer(403, "<Error/>");
    expect(await outcome).toBe(403);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells its progress", () => {
    const told: number[][] = [];
    const { request } = start(never, (...progress) => told.push(progress));
    request.progress(30, 120);
    expect(told).toEqual([[30, 120]]);
  });

  test("to a storage that cannot be reached is a network error of the storage", async () => {
    const { outcome, request } = start();
    request.fail();
    expect(await outcome).toBe("Network");
  });

  test("of a file that is not readable any more says so, for good", async () => {
    const gone = new Blob(["1"]);
    vi.spyOn(gone, "slice").mockReturnValue({
      arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")),
    } as unknown as Blob);
    const { outcome, request } = start(never, () => {}, gone);
    request.fail();
    expect(await outcome).toBe("FileUnreadable");
  });

  test("that moves may take for ever, one that stands still is given up", async () => {
    const { outcome, request } = start();
    for (let minute = 0; minute < 30; minute += 1) {
      await vi.advanceTimersByTimeAsync(STALL_TIMEOUT - 1);
      expect(request.isAborted).toBe(false);
      request.progress(minute, 100);
    }
    await vi.advanceTimersByTimeAsync(STALL_TIMEOUT);
    expect(request.isAborted).toBe(true);
    expect(await outcome).toBe("Timeout");
  });

  test("is aborted when it is stopped, and fails with the reason for it", async () => {
    const stop = new AbortController();
    const { outcome, request } = start(stop.signal);
    stop.abort("paused");
    expect(request.isAborted).toBe(true);
    expect(await outcome).toBe("paused");
  });

  test("does not begin once it is stopped", async () => {
    const { outcome } = start(AbortSignal.abort("paused"));
    expect(await outcome).toBe("paused");
    expect(FakeXhr.sent).toHaveLength(0);
  });
});

describe("places", () => {
  function work() {
    let finish = () => {};
    const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    return { run, finish: () => finish() };
  }

  const tick = () => vi.advanceTimersByTimeAsync(0);

  test("are six on the whole page, and taken in turn", async () => {
    const works = Array.from({ length: 8 }, work);
    const all = works.map(({ run }) => inPlace(never, run));
    await tick();
    const begun = () => works.map(({ run }) => run.mock.calls.length);
    expect(begun()).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    works[3]?.finish();
    await tick();
    expect(begun()).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
    for (const each of works) {
      each.finish();
      await tick();
    }
    works[7]?.finish();
    await Promise.all(all);
  });

  test("are free again after a failure", async () => {
    const failing = () => inPlace(never, () => Promise.reject("no")).catch(() => {});
    await Promise.all(Array.from({ length: 20 }, failing));
    const next = work();
    const done = inPlace(never, next.run);
    await tick();
    expect(next.run).toHaveBeenCalled();
    next.finish();
    await done;
  });

  test("are not taken by who was stopped while waiting", async () => {
    const works = Array.from({ length: 6 }, work);
    const all = works.map(({ run }) => inPlace(never, run));
    const stop = new AbortController();
    const [stopped, last] = [work(), work()];
    const waiting = inPlace(stop.signal, stopped.run).catch((reason) => reason);
    const after = inPlace(never, last.run);
    await tick();
    stop.abort("paused");
    expect(await waiting).toBe("paused");
    for (const each of works) each.finish();
    await tick();
    expect(stopped.run).not.toHaveBeenCalled();
    expect(last.run).toHaveBeenCalled();
    last.finish();
    await Promise.all([...all, after]);
  });
});
