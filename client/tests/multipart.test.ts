/** Files in parts: what is sent, what is sent again, and how it is joined. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { STALL_TIMEOUT } from "../src/wire/transfer";
import { FakeService, FakeXhr, largeFile, s3Error } from "./fakes";
import { film, MIB, made, partOf, sentParts, storeAll, underWay } from "./uploads";

let service: FakeService;

beforeEach(() => {
  localStorage.clear();
  service = FakeService.install();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a file in parts", () => {
  test("is one that is larger than the threshold", async () => {
    expect(made(largeFile(16 * MIB)).upload.isInParts).toBe(false);
    expect(made(largeFile(16 * MIB + 1)).upload.isInParts).toBe(true);
  });

  test("is sent, joined in order, verified, done", async () => {
    const { upload, states, run } = made(film("my-film.mp4"));
    const done = run();
    for (const number of [3, 1, 2]) service.store(await underWay(number));
    await done;
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    const sizes = FakeXhr.sent.map(({ body }) => (body as Blob).size / MIB);
    expect(sizes).toEqual([8, 8, 4]);
    expect(service.of("begin")[0]?.body).toEqual({
      filename: "my-film.mp4",
      type: "video/mp4",
      metadata: { size: String(20 * MIB) },
    });
    expect(service.of("join").map(({ body }) => body)).toEqual([
      {
        parts: [
          { PartNumber: 1, ETag: '"etag-1"' },
          { PartNumber: 2, ETag: '"etag-2"' },
          { PartNumber: 3, ETag: '"etag-3"' },
        ],
      },
    ]);
    expect(service.of("verify")[0]?.body).toMatchObject({ token: "token1" });
    expect(upload.result?.key).toBe("o/shop/p1/my-film.mp4");
    expect(service.times("list")).toBe(0);
  });

  test.each([1, 2, 3])("has %i parts on their way at once, and no more", async (parallelParts) => {
    const { run } = made(largeFile(100 * MIB), { parallelParts });
    const done = run();
    for (let number = 1; number <= 13; number += 1) {
      const expected = Math.min(parallelParts, 14 - number);
      await vi.waitFor(() => expect(FakeXhr.open).toHaveLength(expected));
      service.store(FakeXhr.open[0] as FakeXhr);
    }
    await done;
    expect(sentParts()).toHaveLength(13);
  });

  test("counts the bytes of all parts, and never backwards", async () => {
    const { upload, run } = made(film());
    const done = run();
    const [first, second] = [await underWay(1), await underWay(2)];
    first.progress(3 * MIB, 8 * MIB);
    second.progress(2 * MIB, 8 * MIB);
    expect(upload.loaded).toBe(5 * MIB);
    service.store(first);
    await vi.waitFor(() => expect(upload.loaded).toBe(10 * MIB));
    second.answer(503, s3Error("SlowDown"));
    await vi.waitFor(() => expect(FakeXhr.sent).toHaveLength(4));
    expect(upload.loaded).toBe(10 * MIB);
    // What was sent of it in vain does not count any more.
    (await underWay(3)).progress(2 * MIB, 4 * MIB);
    expect(upload.loaded).toBe(10 * MIB);
    (await underWay(2)).progress(4 * MIB, 8 * MIB);
    expect(upload.loaded).toBe(14 * MIB);
    for (const number of [2, 3]) service.store(await underWay(number));
    await done;
    expect(upload.progress).toBe(1);
  });
});

describe("a part that fails", () => {
  test("is sent again alone, with an address of its own", async () => {
    vi.useFakeTimers();
    const { upload, run } = made(film());
    void run();
    (await underWay(2)).fail();
    for (const number of [1, 3, 2]) service.store(await underWay(number));
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(sentParts()).toEqual([1, 2, 3, 2]);
    expect(service.times("part")).toBe(4);
  });

  test("by standing still is sent again", async () => {
    vi.useFakeTimers();
    const { upload, run } = made(film(), { parallelParts: 1 });
    void run();
    const stalled = await underWay(1);
    await vi.advanceTimersByTimeAsync(STALL_TIMEOUT + 600);
    expect(stalled.isAborted).toBe(true);
    storeAll(service);
    service.store(await underWay(1));
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
  });

  test("for good stops the others; Retry sends only what is missing", async () => {
    const { upload, run } = made(film());
    const first = run();
    service.store(await underWay(1));
    const [second, third] = [await underWay(2), await underWay(3)];
    second.answer(403, s3Error("AccessDenied"));
    await first;
    expect(third.isAborted).toBe(true);
    expect(upload.error?.code).toBe("AccessDenied");
    upload.retry();
    storeAll(service);
    await run();
    expect(upload.state).toBe("done");
    expect(sentParts().slice(3)).toEqual([2, 3]);
    expect(service.times("begin")).toBe(1);
    expect(service.of("join")[0]?.body.parts).toHaveLength(3);
  });

  test("too often ends the upload", async () => {
    vi.useFakeTimers();
    const { upload, run } = made(film(), { retries: 1 });
    FakeXhr.auto = (request) => {
      if (partOf(request) === 2) request.fail();
      else service.store(request);
    };
    void run();
    await vi.runAllTimersAsync();
    expect(upload.error).toMatchObject({ code: "Network", values: { party: "storage" } });
    expect(sentParts().filter((number) => number === 2)).toHaveLength(2);
  });

  test("by an ETag that scripts may not read is not sent again", async () => {
    FakeXhr.auto = (request) => request.answer(200);
    const { upload, run } = made(film(), { parallelParts: 1 });
    await run();
    expect(upload.error).toMatchObject({ code: "StorageMisconfigured", retryable: false });
    expect(FakeXhr.sent).toHaveLength(1);
  });

  test("because the upload has ended makes Retry begin anew", async () => {
    const { upload, run } = made(film());
    const first = run();
    (await underWay(1)).answer(404, s3Error("NoSuchUpload"));
    await first;
    expect(upload.error).toMatchObject({ code: "UploadEnded", retryable: true });
    upload.retry();
    expect(upload.loaded).toBe(0);
    storeAll(service);
    await run();
    expect(upload.result?.key).toBe("o/shop/p2/film.mp4");
    expect(sentParts().slice(-3)).toEqual([1, 2, 3]);
  });
});

describe("joining", () => {
  test("is tried again where it fails, and nothing is sent again", async () => {
    vi.useFakeTimers();
    service.next("join", 503);
    const { upload, run } = made(film());
    storeAll(service);
    void run();
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect(service.times("join")).toBe(2);
    expect(FakeXhr.sent).toHaveLength(3);
  });

  test("what is refused there is refused for good, and not kept", async () => {
    service.next("join", () => Response.json({ error: "content_infected" }, { status: 422 }));
    const { upload, run } = made(film());
    storeAll(service);
    await run();
    expect(upload.error).toMatchObject({ code: "ContentInfected", retryable: false });
    expect(localStorage.getItem("renuo-upload")).toBe("{}");
  });

  test("parts that S3 lacks after all are sent by Retry", async () => {
    service.next("join", 400);
    const { upload, run } = made(film());
    storeAll(service);
    await run();
    expect(upload.error).toMatchObject({ code: "SigningFailed", values: { status: 400 } });
    service.uploads.get("upload1")?.delete(2);
    upload.retry();
    await run();
    expect(upload.state).toBe("done");
    expect(sentParts()).toEqual([1, 2, 3, 2]);
  });

  test("is not repeated where only the verification has failed", async () => {
    vi.useFakeTimers();
    for (let time = 0; time < 5; time += 1) service.next("verify", 502);
    const { upload, run } = made(film());
    storeAll(service);
    void run();
    await vi.runAllTimersAsync();
    expect(upload.error?.code).toBe("ServerUnavailable");
    upload.retry();
    void run();
    await vi.runAllTimersAsync();
    expect(upload.state).toBe("done");
    expect([service.times("join"), service.times("list"), FakeXhr.sent.length]).toEqual([1, 0, 3]);
  });
});
