/** Files in parts that are paused or cancelled. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeService, FakeXhr, s3Error, silent } from "./fakes";
import { film, MIB, made, sentParts, storeAll, underWay } from "./uploads";

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

describe("pausing", () => {
  test("stops what is under way, and sends only what is missing afterwards", async () => {
    const { upload, states, run } = made(film());
    const first = run();
    service.store(await underWay(1));
    await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
    const stopped = [await underWay(2), await underWay(3)];
    upload.pause();
    await first;
    expect(stopped.every(({ isAborted }) => isAborted)).toBe(true);
    upload.resume();
    expect(upload.loaded).toBe(8 * MIB);
    storeAll(service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3, 2, 3]);
    expect(service.times("begin")).toBe(1);
    expect(upload).toMatchObject({ state: "done", resumedBytes: 0 });
    expect(states.join(" ")).toBe(
      "signing uploading paused waiting signing uploading verifying done",
    );
  });

  test("a part of another size is sent again", async () => {
    const { upload, run } = made(film());
    const first = run();
    const request = await underWay(1);
    service.store(request);
    await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
    upload.pause();
    await first;
    service.uploads.get("upload1")?.set(2, { ETag: '"other"', Size: 5 });
    service.uploads.get("upload1")?.set(4, { ETag: '"more"', Size: 8 * MIB });
    upload.resume();
    storeAll(service);
    await run();
    expect(sentParts().slice(-2)).toEqual([2, 3]);
    expect(service.of("join")[0]?.body.parts).toHaveLength(3);
  });

  test("an upload that has ended meanwhile begins anew", async () => {
    const { upload, run } = made(film());
    const first = run();
    service.store(await underWay(1));
    await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
    upload.pause();
    await first;
    service.uploads.clear();
    upload.resume();
    storeAll(service);
    await run();
    expect(upload).toMatchObject({ state: "done", error: undefined });
    expect(sentParts().slice(-3)).toEqual([1, 2, 3]);
  });

  test("as it begins, before it is known under which id, begins anew", async () => {
    service.next("begin", silent);
    const { upload, run } = made(film());
    const first = run();
    await vi.waitFor(() => expect(service.times("begin")).toBe(1));
    upload.pause();
    await first;
    upload.resume();
    storeAll(service);
    await run();
    expect(upload.state).toBe("done");
  });
});

describe("cancelling", () => {
  test("has S3 throw the parts away, and nothing is kept", async () => {
    const { upload, run } = made(film());
    const done = run();
    service.store(await underWay(1));
    const second = await underWay(2);
    expect(localStorage).toHaveLength(1);
    upload.cancel();
    await done;
    expect(second.isAborted).toBe(true);
    await vi.waitFor(() => expect(service.uploads.size).toBe(0));
    expect(service.of("abort")[0]?.init.keepalive).toBe(true);
    expect(localStorage.getItem("renuo-upload")).toBe("{}");
    expect(upload.state).toBe("cancelled");
  });

  test("tries that again in the background", async () => {
    vi.useFakeTimers();
    service.next("abort", 503, 503);
    const { upload, run } = made(film());
    void run();
    await underWay(1);
    upload.cancel();
    await vi.runAllTimersAsync();
    expect(service.times("abort")).toBe(3);
    expect(service.uploads.size).toBe(0);
  });

  test("while it is paused or has failed throws the parts away, too", async () => {
    for (const end of ["pause", "fail"]) {
      const { upload, run } = made(film());
      const done = run();
      const request = await underWay(1);
      if (end === "pause") upload.pause();
      else request.answer(403, s3Error("AccessDenied"));
      await done;
      expect(service.uploads.size).toBe(1);
      upload.cancel();
      await vi.waitFor(() => expect(service.uploads.size).toBe(0));
    }
  });

  test("while it is verified takes the joined file away", async () => {
    service.next("verify", silent);
    const { upload, run } = made(film());
    storeAll(service);
    void run();
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    upload.cancel();
    await vi.waitFor(() => expect(service.times("abort")).toBe(1));
  });

  test("is no end: it can be sent after all, from the beginning", async () => {
    const { upload, run } = made(film());
    const first = run();
    service.store(await underWay(1));
    await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
    upload.cancel();
    upload.retry();
    expect(upload.loaded).toBe(0);
    storeAll(service);
    await Promise.all([first, run()]);
    expect(upload.result?.key).toBe("o/shop/p2/film.mp4");
    expect(sentParts().slice(-3)).toEqual([1, 2, 3]);
  });
});
