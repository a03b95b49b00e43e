/** The life of a file that goes as a form. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UploadError } from "../src/errors";
import { STALL_TIMEOUT } from "../src/wire/transfer";
import { FakeService, FakeXhr, folderPolicy, s3Error, setOnline, silent } from "./fakes";
import { film, made, photo } from "./uploads";

let service: FakeService;
const EXPIRED = s3Error("AccessDenied", "Invalid according to Policy: Policy expired.");

beforeEach(() => {
  service = FakeService.install();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets S3 store whatever form comes next. */
async function store(count: number): Promise<void> {
  (await FakeXhr.next(count)).answer(204);
}

describe("a file", () => {
  test("is signed, uploaded, verified, done", async () => {
    const { upload, states, run } = made(photo());
    expect(upload).toMatchObject({ state: "waiting", total: 5, progress: 0, isInParts: false });
    const done = run();
    const request = await FakeXhr.next();
    request.progress(1, 2);
    expect(upload.progress).toBe(0.5);
    request.answer(204);
    await done;
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(upload.result).toMatchObject({ key: "o/shop/p1/a.jpg", width: 40 });
    expect(upload).toMatchObject({ progress: 1, loaded: 5, error: undefined });
    expect(service.of("verify")[0]?.body).toMatchObject({
      key: "o/shop/p1/a.jpg",
      token: "token1",
    });
  });

  test("is declared by its clean name and the type that its name says", async () => {
    const { run } = made(photo("IMG 1.HEIC", ""), { cleanName: "img-1.heic" });
    const done = run();
    await store(1);
    await done;
    expect(service.of("sign")[0]?.body).toMatchObject({
      filename: "img-1.heic",
      content_type: "image/heic",
      size: "5",
    });
  });

  test("without bytes is whole once it has arrived", async () => {
    const { upload, run } = made(new File([], "empty.txt"));
    const done = run();
    await FakeXhr.next();
    expect(upload.progress).toBe(0);
    await store(1);
    await done;
    expect(upload.progress).toBe(1);
  });

  test("without a signature fails and never reaches S3", async () => {
    service.next("sign", () => new Response("Invalid request.", { status: 403 }));
    const { upload, states, run } = made(photo());
    await run();
    expect(states).toEqual(["signing", "failed"]);
    expect(upload.error).toMatchObject({ code: "InvalidApiKey", retryable: false });
    expect(FakeXhr.sent).toHaveLength(0);
  });

  test("that S3 has refused can go again, with a signature of its own", async () => {
    const { upload, states, run } = made(photo());
    const first = run();
    const request = await FakeXhr.next();
    request.progress(4, 5);
    request.answer(403, s3Error("AccessDenied"));
    await first;
    expect(upload.error?.code).toBe("AccessDenied");
    upload.retry();
    expect(upload).toMatchObject({ loaded: 0, error: undefined, state: "waiting" });
    const second = run();
    await store(2);
    await second;
    expect(states.slice(1, 4)).toEqual(["uploading", "failed", "waiting"]);
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });

  test("is not disturbed by a fault of the page's", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { upload, run } = made(photo());
    Object.assign(upload, { onChange: () => (undefined as unknown as string).length });
    const done = run();
    await store(1);
    await done;
    expect(upload.state).toBe("done");
  });

  test("that runs already, or has ended, does not run again", async () => {
    const { upload, run } = made(photo());
    const both = Promise.all([run(), run()]);
    await store(1);
    await both;
    await run();
    expect(service.times("sign")).toBe(1);
    expect(upload.state).toBe("done");
  });

  test("that is prepared is sent as what was made of it", async () => {
    const small = new File(["123"], "a.webp", { type: "image/webp" });
    const prepare = vi.fn(async () => small);
    const { upload, run } = made(film("a.png"), { prepare });
    expect(upload.isInParts).toBe(false);
    const done = run();
    const { form } = await FakeXhr.next();
    expect(upload.total).toBe(3);
    expect((form.get("file") as File).size).toBe(3);
    await store(1);
    await done;
    expect(service.of("sign")[0]?.body).toMatchObject({ content_type: "image/webp", size: "3" });
    expect(upload.result?.originalName).toBe("a.png");
    expect(prepare).toHaveBeenCalledTimes(1);
  });

  test("that cannot be prepared fails, and nothing is asked of anybody", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { upload, run } = made(photo(), { prepare: () => Promise.reject(new TypeError("x")) });
    await run();
    expect(upload.error).toMatchObject({ code: "Unexpected", retryable: true });
    expect(service.asked).toEqual([]);
  });
});

describe("progress", () => {
  test("is told as it comes, and never runs backwards", async () => {
    const { upload, run } = made(photo());
    const seen: number[] = [];
    Object.assign(upload, { onChange: () => seen.push(upload.loaded) });
    const done = run();
    const request = await FakeXhr.next();
    for (const bytes of [1, 3, 2, 5]) request.progress(bytes, 5);
    expect(seen.slice(-4)).toEqual([1, 3, 3, 5]);
    await store(1);
    await done;
  });

  test("after the end is not told", async () => {
    const { upload, run } = made(photo());
    const done = run();
    const request = await FakeXhr.next();
    upload.pause();
    await done;
    request.progress(5, 5);
    expect(upload.loaded).toBe(0);
  });
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
    await store(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(service.times("verify")).toBe(1);
    return service.times("sign");
  }

  test("that has run out on its way is renewed once, without anybody noticing", async () => {
    const { upload, states, run } = made(photo());
    const done = run();
    (await FakeXhr.next()).answer(403, EXPIRED);
    await store(2);
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
    await store(2);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(service.times("sign")).toBe(1);
  });

  test("of the server does not end it either", async () => {
    service.next("sign", 503, 503);
    const { upload, run } = made(photo());
    void run();
    await vi.advanceTimersByTimeAsync(500 + 1_000);
    await store(1);
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
    await store(2);
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
  });

  test("of the verification does not send the file again, nor does Retry", async () => {
    for (let time = 0; time < 9; time += 1) service.next("verify", 503);
    const { upload, states, run } = made(photo());
    void run();
    await store(1);
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
    await store(1);
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
    await store(1);
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

describe("what is refused after it has arrived", () => {
  test("says why, and would be sent again", async () => {
    service.next("verify", () => Response.json({ error: "content_broken" }, { status: 422 }));
    const { upload, run } = made(photo());
    const first = run();
    await store(1);
    await first;
    expect(upload.error).toMatchObject({ code: "ContentBroken", retryable: false });
    expect(upload.result).toBeUndefined();
    upload.retry();
    expect(upload.loaded).toBe(0);
    const second = run();
    await store(2);
    await second;
    expect(upload.state).toBe("done");
  });

  test.each([403, 404])("as unknown (%i) is sent again by Retry", async (status) => {
    service.next("verify", status);
    const { upload, run } = made(photo());
    const first = run();
    await store(1);
    await first;
    expect(upload.error).toMatchObject({ code: "UploadEnded", retryable: true });
    upload.retry();
    const second = run();
    await store(2);
    await second;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });
});

describe("pausing a form", () => {
  test("stops it, and it starts anew", async () => {
    const { upload, states, run } = made(photo());
    const first = run();
    const request = await FakeXhr.next();
    request.progress(4, 5);
    upload.pause();
    await first;
    expect(request.isAborted).toBe(true);
    expect(upload).toMatchObject({ state: "paused", error: undefined });
    upload.resume();
    expect(upload.loaded).toBe(0);
    const second = run();
    await store(2);
    await second;
    expect(states.join(" ")).toBe(
      "signing uploading paused waiting signing uploading verifying done",
    );
  });

  test("while it waits or is signed keeps it from being sent", async () => {
    const { upload, run } = made(photo());
    upload.pause();
    await run();
    expect(service.asked).toEqual([]);
    upload.resume();
    const done = run();
    upload.pause();
    await done;
    expect(upload.state).toBe("paused");
    expect(FakeXhr.sent).toHaveLength(0);
  });

  test("at the moment in which it arrives does not send it again", async () => {
    const { upload, run } = made(photo());
    const first = run();
    const request = await FakeXhr.next();
    request.answer(204);
    upload.pause();
    await first;
    expect(upload.state).toBe("paused");
    upload.resume();
    await run();
    expect(upload.state).toBe("done");
    expect(FakeXhr.sent).toHaveLength(1);
  });

  test("while it is prepared sends nothing, and does not prepare it twice", async () => {
    let finish = (_file: File) => {};
    const prepare = vi.fn(() => new Promise<File>((resolve) => (finish = resolve)));
    const { upload, run } = made(photo(), { prepare });
    const first = run();
    await vi.waitFor(() => expect(prepare).toHaveBeenCalled());
    upload.pause();
    upload.resume();
    const second = run();
    finish(photo("small.jpg"));
    await first;
    await store(1);
    await second;
    expect(upload.state).toBe("done");
    expect(service.times("sign")).toBe(1);
    expect(prepare).toHaveBeenCalledTimes(1);
  });
});

describe("cancelling a form", () => {
  test("stops it, throws nothing away, and it can be sent after all", async () => {
    const { upload, states, run } = made(photo());
    const first = run();
    const request = await FakeXhr.next();
    upload.cancel();
    await first;
    expect(request.isAborted).toBe(true);
    expect(states).toEqual(["signing", "uploading", "cancelled"]);
    expect(upload.error).toBeUndefined();
    expect(service.times("abort")).toBe(0);
    upload.retry();
    const second = run();
    await store(2);
    await second;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });

  test("while it is verified forgets that it has arrived", async () => {
    service.next("verify", silent);
    const { upload, run } = made(photo());
    void run();
    await store(1);
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    upload.cancel();
    expect(upload.state).toBe("cancelled");
    upload.retry();
    const again = run();
    await store(2);
    await again;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });
});

describe("a service that signs for a folder only", () => {
  test("gets the file, and is asked for nothing else", async () => {
    service.next("sign", () => Response.json(folderPolicy()));
    const { upload, run } = made(photo("My Photo.JPG"), { cleanName: "my-photo.jpg" });
    const done = run();
    await store(1);
    await done;
    expect(service.times("verify")).toBe(0);
    expect(upload.result).toMatchObject({
      key: "o/shop-demo/qstu/0b1c/my-photo.jpg",
      filePath: "qstu/0b1c/my-photo.jpg",
      publicUrl: "//cdn.test/o/shop-demo/qstu/0b1c/my-photo.jpg",
      size: 5,
      contentType: "image/jpeg",
    });
  });

  test("gets large files as forms, too", async () => {
    service.next("begin", 404);
    service.next("sign", () => Response.json(folderPolicy()));
    const { upload, states, run } = made(film());
    const done = run();
    const request = await FakeXhr.next();
    expect(request.method).toBe("POST");
    expect(upload.isInParts).toBe(false);
    request.answer(204);
    await done;
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
  });
});

describe("what a file cannot do", () => {
  const refusal = new UploadError("FileTooLarge", false);

  test("is waited for, it says where it stands", async () => {
    const { upload } = made(photo());
    expect(() => upload.resume()).toThrow("from waiting to waiting");
    expect(() => upload.retry()).toThrow("from waiting to waiting");
    upload.reject(refusal);
    expect(upload).toMatchObject({ state: "failed", error: refusal });
    expect(() => upload.reject(refusal)).toThrow("from failed to failed");
    expect(() => upload.pause()).toThrow("from failed to paused");
    expect(() => upload.resume()).toThrow("from failed to waiting");
    upload.cancel();
    expect(upload).toMatchObject({ state: "cancelled", error: undefined });
    expect(() => upload.cancel()).toThrow("from cancelled to cancelled");
  });

  test("is refuse what is on its way, or pause what is verified", async () => {
    service.next("verify", silent);
    const { upload, run } = made(photo());
    void run();
    await FakeXhr.next();
    expect(() => upload.reject(refusal)).toThrow("from uploading to failed");
    expect(upload.error).toBeUndefined();
    await store(1);
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    expect(() => upload.pause()).toThrow("from verifying to paused");
  });

  test("is change once it is done", async () => {
    const { upload, run } = made(photo());
    const done = run();
    await store(1);
    await done;
    for (const act of [
      () => upload.cancel(),
      () => upload.pause(),
      () => upload.retry(),
      () => upload.reject(refusal),
    ]) {
      expect(act).toThrow("from done");
    }
    expect(upload).toMatchObject({ state: "done", error: undefined });
  });
});
