/** What ends no upload: signatures that run out, failures that pass, a lost connection. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { STALL_TIMEOUT } from "../src/wire/transfer";
import { FakeService, FakeXhr, s3Error, setOnline } from "./fakes";
import { made, photo, storeForm } from "./uploads";

const EXPIRED = s3Error("AccessDenied", "Invalid according to Policy: Policy expired.");
let service: FakeService;

beforeEach(() => {
  service = FakeService.install();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a signature", () => {
  /** Cuts the line at the first form, for so long. */
  async function cutOff(seconds: number): Promise<number> {
    vi.useFakeTimers();
    const { run } = made(photo());
    void run();
    const first = await FakeXhr.next();
    setOnline(false);
    first.fail();
    await vi.advanceTimersByTimeAsync(1_000 * seconds);
    setOnline(true);
    await vi.advanceTimersByTimeAsync(0);
    await storeForm(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(service.times("verify")).toBe(1);
    return service.times("sign");
  }

  test("that has run out on its way is renewed once, without anybody noticing", async () => {
    const { upload, states, run } = made(photo());
    const done = run();
    (await FakeXhr.next()).answer(403, EXPIRED);
    await storeForm(2);
    await done;
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(service.times("sign")).toBe(2);
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });

  test("that always runs out is renewed no more than once", async () => {
    const { upload, run } = made(photo());
    FakeXhr.auto = (request) => request.answer(403, EXPIRED);
    await run();
    expect(upload.error?.code).toBe("PolicyExpired");
    expect(FakeXhr.sent).toHaveLength(2);
  });

  test("is used again as long as it lasts", async () => {
    expect(await cutOff(265)).toBe(1);
  });

  test("is renewed before it runs out", async () => {
    expect(await cutOff(275)).toBe(2);
  });

  test("lasts as long as the app says, whatever our clock says", async () => {
    service.app = { policy_seconds: 900 };
    expect(await cutOff(865)).toBe(1);
  });

  test("of an app that cannot be asked about lasts until it says itself", async () => {
    for (let time = 0; time < 9; time += 1) service.next("app", 404);
    expect(await cutOff(275)).toBe(2);
  });
});

describe("a failure that passes", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(1);
  });

  test("of the storage does not end an upload, nor ask for another signature", async () => {
    const { upload, run } = made(photo());
    void run();
    (await FakeXhr.next()).answer(503, s3Error("SlowDown"));
    expect(upload.state).toBe("uploading");
    await storeForm(2);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(service.times("sign")).toBe(1);
  });

  test("of the server does not end it either", async () => {
    service.next("sign", 503, 503);
    const { upload, run } = made(photo());
    void run();
    await vi.advanceTimersByTimeAsync(500 + 1_000);
    await storeForm(1);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
  });

  test("too often ends it", async () => {
    service.next("sign", 503, 503, 503);
    const { upload, run } = made(photo());
    void run();
    await vi.runAllTimersAsync();
    expect(upload.error).toMatchObject({ code: "ServerUnavailable", retryable: true });
  });

  test("is a form that stands still: it is sent again", async () => {
    const { upload, run } = made(photo());
    void run();
    const stalled = await FakeXhr.next();
    await vi.advanceTimersByTimeAsync(STALL_TIMEOUT + 600);
    expect(stalled.isAborted).toBe(true);
    await storeForm(2);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
  });

  test("of the verification does not send the file again, nor does Retry", async () => {
    for (let time = 0; time < 9; time += 1) service.next("verify", 503);
    const { upload, states, run } = made(photo());
    void run();
    await storeForm(1);
    await vi.runAllTimersAsync();
    expect(upload).toMatchObject({ state: "failed", progress: 1 });
    const before = service.times("verify");
    expect(before).toBe(5); // more patience than with other requests
    upload.retry();
    expect(upload.progress).toBe(1);
    void run();
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(states.slice(-5)).toEqual(["failed", "waiting", "signing", "verifying", "done"]);
    expect(FakeXhr.sent).toHaveLength(1);
    expect(service.times("sign")).toBe(1);
  });

  test("is somebody else's check of the same upload", async () => {
    service.next("verify", 409);
    const { upload, run } = made(photo());
    void run();
    await storeForm(1);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(service.times("verify")).toBe(2);
  });
});

describe("without a connection", () => {
  afterEach(() => setOnline(true));

  test("a file waits for it, says so, and goes on", async () => {
    vi.useFakeTimers();
    setOnline(false);
    const { upload, run } = made(photo());
    void run();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(upload).toMatchObject({ isOffline: true, state: "signing" });
    expect(service.times("sign")).toBe(0);
    setOnline(true);
    await storeForm(1);
    await vi.runAllTimersAsync();
    expect(upload).toMatchObject({ isOffline: false, state: "done" });
  });

  test("a file can be paused and cancelled, and does not say that it waits", async () => {
    setOnline(false);
    const { upload, run } = made(photo());
    const done = run();
    await vi.waitFor(() => expect(upload.isOffline).toBe(true));
    upload.pause();
    await done;
    expect(upload).toMatchObject({ isOffline: false, state: "paused" });
    upload.cancel();
    expect(upload.state).toBe("cancelled");
  });
});
