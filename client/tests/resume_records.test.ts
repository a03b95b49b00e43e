/** What the browser keeps of uploads in parts, and what it may do to it. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NAME } from "../src/core/resume_store";
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

describe("what is kept", () => {
  async function begin(file = film()): Promise<void> {
    const before = page.service.times("begin");
    const { upload, run } = page.made(file);
    const done = run();
    await vi.waitFor(() => expect(page.service.times("begin")).toBe(before + 1));
    await vi.waitFor(() => expect(upload.state).toBe("uploading"));
    upload.pause();
    await done;
  }

  test("is what it takes to go on, and nothing of the file", async () => {
    await begin();
    expect(page.only).toEqual({
      key: "o/shop/p1/film.mp4",
      uploadId: "upload1",
      token: "token1",
      publicUrl: "//cdn.test/o/shop/p1/film.mp4",
      partSize: 8 * MIB,
      begun: expect.any(Number),
    });
  });

  test("is dropped after two days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await begin();
    vi.setSystemTime(Date.now() + 49 * 3_600_000);
    await page.reload();
    const { run } = page.made();
    storeAll(page.service);
    await run();
    expect(page.service.times("begin")).toBe(2);
    expect(sentParts()).toEqual([1, 2, 3]);
  });

  test("is the newest fifty at most", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    for (let number = 1; number <= 52; number += 1) {
      vi.setSystemTime(Date.now() + 1_000);
      await begin(film(`${number}.mp4`));
    }
    const keys = Object.values(page.kept).map(({ key }) => key);
    expect(keys).toHaveLength(50);
    expect(keys).not.toContain("o/shop/p1/1.mp4");
    expect(keys).not.toContain("o/shop/p2/2.mp4");
    expect(keys).toContain("o/shop/p52/52.mp4");
  });

  test.each(["null", "[]", "no JSON", '{"x":null,"y":{"uploadId":5}}'])(
    "may be %s: uploads then begin anew",
    async (content) => {
      localStorage.setItem(NAME, content);
      const { upload, run } = page.made();
      storeAll(page.service);
      await run();
      expect(upload.state).toBe("done");
    },
  );

  test("of a record without a usable part size is nothing", async () => {
    await page.interrupt();
    const [[id, record]] = Object.entries(page.kept) as [[string, object]];
    localStorage.setItem(NAME, JSON.stringify({ [id]: { ...record, partSize: 0 } }));
    const { run } = page.made();
    storeAll(page.service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3]);
  });

  test.each(["getItem", "setItem"] as const)(
    "where %s is forbidden is nothing, and a pause is no loss all the same",
    async (method) => {
      const forbidden = () => {
        throw new DOMException("", "SecurityError");
      };
      vi.stubGlobal("localStorage", {
        getItem: () => null,
        setItem: () => {},
        [method]: forbidden,
      });
      const { upload, run } = page.made();
      const first = run();
      await page.firstPart(upload);
      upload.pause();
      await first;
      upload.resume();
      storeAll(page.service);
      await run();
      expect(upload.state).toBe("done");
      expect(sentParts()).toEqual([1, 2, 3, 2, 3]);
    },
  );
});
