/** Two files of the same facts, in one page and in two tabs. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeXhr } from "./fakes";
import { Page } from "./page";
import { sentParts, storeAll } from "./uploads";

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("two files of the same facts", () => {
  test("at once are two uploads, and each arrives", async () => {
    const [first, second] = [page.made(), page.made()];
    storeAll(page.service);
    await Promise.all([first.run(), second.run()]);
    const keys = [first.upload.result?.key, second.upload.result?.key];
    expect(keys.sort()).toEqual(["o/shop/p1/film.mp4", "o/shop/p2/film.mp4"]);
    expect(sentParts().sort()).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test("do not take each other's parts: the record is that of the first", async () => {
    await page.interrupt();
    const first = page.made();
    void first.run();
    await FakeXhr.next(2);
    const second = page.made();
    void second.run();
    await FakeXhr.next(5);
    expect(sentParts()).toEqual([2, 3, 1, 2, 3]);
    second.upload.cancel();
    await vi.waitFor(() => expect(page.service.uploads.size).toBe(1));
    expect(page.only.uploadId).toBe("upload1");
    for (const request of FakeXhr.open) page.service.store(request);
    await vi.waitFor(() => expect(first.upload.state).toBe("done"));
  });

  test("of which one is paused: cancelling the other does not harm it", async () => {
    const first = page.made();
    const running = first.run();
    await page.firstPart(first.upload);
    first.upload.pause();
    await running;
    const second = page.made();
    second.upload.cancel();
    await new Promise((resolve) => setTimeout(resolve));
    expect(page.service.times("abort")).toBe(0);
    first.upload.resume();
    storeAll(page.service);
    await first.run();
    expect(sentParts().slice(3)).toEqual([2, 3]);
  });

  test("in two tabs are two uploads where browsers have locks", async () => {
    await page.interrupt();
    const request = vi.fn(
      async (_name: string, _options: LockOptions, use: LockGrantedCallback<void>) => use(null),
    );
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { run } = page.made();
    storeAll(page.service);
    await run();
    expect(request.mock.calls[0]?.[0]).toContain("upload1");
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(page.only.uploadId).toBe("upload1");
  });

  test("a lock is held until an upload ends", async () => {
    const held = new Set<string>();
    const request = async (name: string, _: LockOptions, use: LockGrantedCallback<void>) => {
      held.add(name);
      await use({ name, mode: "exclusive" });
      held.delete(name);
    };
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { upload, run } = page.made();
    const first = run();
    await FakeXhr.next(3);
    expect([...held]).toEqual(["renuo-upload upload1"]);
    upload.pause();
    await first;
    expect(held.size).toBe(0);
    upload.resume();
    storeAll(page.service);
    await run();
    expect(sentParts().slice(3)).toEqual([1, 2, 3]);
    expect(page.service.times("begin")).toBe(1);
    await vi.waitFor(() => expect(held.size).toBe(0));
  });

  test("locks that are forbidden do not hinder an upload", async () => {
    const request = () => Promise.reject(new DOMException("", "SecurityError"));
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { upload, run } = page.made();
    storeAll(page.service);
    await run();
    expect(upload.state).toBe("done");
  });
});
