/** Files in parts that go on after the page was reloaded. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aServer, FakeXhr, largeFile } from "./fakes";
import { Page } from "./page";
import { film, MIB, sentParts, storeAll } from "./uploads";

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("after a reload", () => {
  test("only what is missing of the same file is sent", async () => {
    await page.interrupt();
    const { upload, states, run } = page.made();
    storeAll(page.service);
    await run();
    expect(sentParts()).toEqual([2, 3]);
    expect(page.service.times("begin")).toBe(1);
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(upload).toMatchObject({ resumedBytes: 8 * MIB, total: 20 * MIB, progress: 1 });
    expect(upload.result?.key).toBe("o/shop/p1/film.mp4");
    expect(page.service.of("verify")[0]?.body).toMatchObject({ token: "token1" });
    expect(page.kept).toEqual({});
  });

  test("its parts keep their size, whatever the page wants by now", async () => {
    await page.interrupt();
    const { run } = page.made(film(), { partSize: 5 * MIB });
    storeAll(page.service);
    await run();
    expect(FakeXhr.sent.map(({ body }) => (body as Blob).size / MIB)).toEqual([8, 4]);
  });

  test("bytes of before stay told of through a pause", async () => {
    await page.interrupt();
    const { upload, run } = page.made();
    const first = run();
    await FakeXhr.next(2);
    upload.pause();
    await first;
    upload.resume();
    storeAll(page.service);
    await run();
    expect(upload.resumedBytes).toBe(8 * MIB);
  });

  test.each([
    ["name", film("other.mp4")],
    ["size", largeFile(21 * MIB)],
    ["type", largeFile(20 * MIB, "film.mp4", { type: "video/webm" })],
    ["date", largeFile(20 * MIB, "film.mp4", { lastModified: 2 })],
  ])("a file of another %s is another file", async (_fact, file) => {
    await page.interrupt();
    const { upload, run } = page.made(file);
    storeAll(page.service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(upload.resumedBytes).toBe(0);
  });

  test("the same file for another app is another one", async () => {
    await page.interrupt();
    const { run } = page.made(film(), { server: aServer() });
    storeAll(page.service);
    await run();
    expect(page.service.times("begin")).toBe(2);
  });

  test.each([403, 404])("one that has ended (%i) begins anew by itself", async (status) => {
    await page.interrupt();
    page.service.next("list", status);
    const { upload, states, run } = page.made();
    storeAll(page.service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(upload).toMatchObject({ state: "done", resumedBytes: 0 });
    expect(upload.result?.key).toBe("o/shop/p2/film.mp4");
    expect(page.kept).toEqual({});
  });

  test("one whose parts are joined already has to be verified only", async () => {
    await page.interrupt();
    const joined = [1, 2, 3].map((PartNumber) => ({ PartNumber, ETag: '"whole-3"', Size: 0 }));
    page.service.next("list", () => Response.json(joined));
    const { upload, states, run } = page.made();
    await run();
    expect(states).toEqual(["signing", "verifying", "done"]);
    expect(FakeXhr.sent).toHaveLength(0);
    expect(page.service.times("join")).toBe(0);
    expect(upload.progress).toBe(1);
  });

  test("a list that cannot be had for now is no reason to begin anew", async () => {
    await page.interrupt();
    page.service.next("list", 503, 503, 503);
    vi.useFakeTimers();
    const { upload, run } = page.made();
    void run();
    await vi.runAllTimersAsync();
    expect(upload.error?.code).toBe("ServerUnavailable");
    expect(Object.keys(page.kept)).toHaveLength(1);
    upload.retry();
    storeAll(page.service);
    void run();
    await vi.runAllTimersAsync();
    expect(sentParts()).toEqual([2, 3]);
    expect(upload.resumedBytes).toBe(8 * MIB);
  });

  test("cancelling before it goes on throws away what S3 has", async () => {
    await page.interrupt();
    const { upload } = page.made();
    upload.cancel();
    await vi.waitFor(() => expect(page.service.uploads.size).toBe(0));
    expect(page.kept).toEqual({});
  });

  test("what was verified meanwhile is not kept, what was not is", async () => {
    page.service.next("verify", () => new Promise(() => {}));
    const { upload, run } = page.made();
    storeAll(page.service);
    void run();
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    expect(page.only.uploadId).toBe("upload1");
  });

  test("a prepared file is not gone on with: it may be another one by now", async () => {
    const prepare = async (file: File) => largeFile(17 * MIB, file.name);
    const { upload, run } = page.made(film(), { prepare });
    void run();
    await FakeXhr.next(3);
    expect(upload.isInParts).toBe(true);
    expect(page.kept).toEqual({});
  });
});
