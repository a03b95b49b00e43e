/** Files in parts that go on after the page was reloaded. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NAME } from "../src/core/resume_store";
import type { FileUpload } from "../src/core/uploader";
import { aServer, FakeService, FakeXhr, largeFile } from "./fakes";
import { film, MIB, made, partOf, sentParts, storeAll } from "./uploads";

let service: FakeService;
let server: ReturnType<typeof aServer>;
/** The page's class of uploads. */
let Upload: typeof FileUpload;

beforeEach(async () => {
  localStorage.clear();
  service = FakeService.install();
  server = aServer();
  await reloaded();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What is kept, by the facts of the file. */
function kept(): Record<string, Record<string, unknown>> {
  return JSON.parse(localStorage.getItem(NAME) ?? "{}");
}

function only(): Record<string, unknown> {
  return Object.values(kept())[0] ?? {};
}

/** Sends the first part of a film, and has the page reloaded then. */
async function interrupted(file = film()) {
  const { upload, run } = made(file, { server }, Upload);
  void run();
  await FakeXhr.next(3);
  service.store(FakeXhr.sent[0] as FakeXhr);
  await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
  await reloaded();
}

/** Begins with a page that shares nothing with the one before but localStorage. */
async function reloaded() {
  FakeXhr.install();
  vi.resetModules();
  Upload = (await import("../src/core/uploader")).FileUpload;
}

describe("after a reload", () => {
  test("only what is missing of the same file is sent", async () => {
    await interrupted();
    const { upload, states, run } = made(film(), { server }, Upload);
    storeAll(service);
    await run();
    expect(sentParts()).toEqual([2, 3]);
    expect(service.times("begin")).toBe(1);
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(upload).toMatchObject({ resumedBytes: 8 * MIB, total: 20 * MIB, progress: 1 });
    expect(upload.result?.key).toBe("o/shop/p1/film.mp4");
    expect(service.of("verify")[0]?.body).toMatchObject({ token: "token1" });
    expect(kept()).toEqual({});
  });

  test("its parts keep their size, whatever the page wants by now", async () => {
    await interrupted();
    const { run } = made(film(), { server, partSize: 5 * MIB }, Upload);
    storeAll(service);
    await run();
    expect(FakeXhr.sent.map(({ body }) => (body as Blob).size / MIB)).toEqual([8, 4]);
  });

  test("bytes of before stay told of through a pause", async () => {
    await interrupted();
    const { upload, run } = made(film(), { server }, Upload);
    const first = run();
    await FakeXhr.next(2);
    upload.pause();
    await first;
    upload.resume();
    storeAll(service);
    await run();
    expect(upload.resumedBytes).toBe(8 * MIB);
  });

  test.each([
    ["name", film("other.mp4")],
    ["size", largeFile(21 * MIB)],
    ["type", largeFile(20 * MIB, "film.mp4", { type: "video/webm" })],
    ["date", largeFile(20 * MIB, "film.mp4", { lastModified: 2 })],
  ])("a file of another %s is another file", async (_fact, file) => {
    await interrupted();
    const { upload, run } = made(file, { server }, Upload);
    storeAll(service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(upload.resumedBytes).toBe(0);
  });

  test("the same file for another app is another one", async () => {
    await interrupted();
    const { run } = made(film(), { server: aServer() }, Upload);
    storeAll(service);
    await run();
    expect(service.times("begin")).toBe(2);
  });

  test.each([403, 404])("one that has ended (%i) begins anew by itself", async (status) => {
    await interrupted();
    service.next("list", status);
    const { upload, states, run } = made(film(), { server }, Upload);
    storeAll(service);
    await run();
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(states).toEqual(["signing", "uploading", "verifying", "done"]);
    expect(upload).toMatchObject({ state: "done", resumedBytes: 0 });
    expect(upload.result?.key).toBe("o/shop/p2/film.mp4");
    expect(kept()).toEqual({});
  });

  test("one whose parts are joined already has to be verified only", async () => {
    await interrupted();
    const joined = [1, 2, 3].map((PartNumber) => ({ PartNumber, ETag: '"whole-3"', Size: 0 }));
    service.next("list", () => Response.json(joined));
    const { upload, states, run } = made(film(), { server }, Upload);
    await run();
    expect(states).toEqual(["signing", "verifying", "done"]);
    expect(FakeXhr.sent).toHaveLength(0);
    expect(service.times("join")).toBe(0);
    expect(upload.progress).toBe(1);
  });

  test("a list that cannot be had for now is no reason to begin anew", async () => {
    await interrupted();
    service.next("list", 503, 503, 503);
    vi.useFakeTimers();
    const { upload, run } = made(film(), { server }, Upload);
    void run();
    await vi.runAllTimersAsync();
    expect(upload.error?.code).toBe("ServerUnavailable");
    expect(Object.keys(kept())).toHaveLength(1);
    upload.retry();
    storeAll(service);
    void run();
    await vi.runAllTimersAsync();
    expect(sentParts()).toEqual([2, 3]);
    expect(upload.resumedBytes).toBe(8 * MIB);
  });

  test("cancelling before it goes on throws away what S3 has", async () => {
    await interrupted();
    const { upload } = made(film(), { server }, Upload);
    upload.cancel();
    await vi.waitFor(() => expect(service.uploads.size).toBe(0));
    expect(kept()).toEqual({});
  });

  test("what was verified meanwhile is not kept, what was not is", async () => {
    service.next("verify", () => new Promise(() => {}));
    const { upload, run } = made(film(), { server }, Upload);
    storeAll(service);
    void run();
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    expect(only().uploadId).toBe("upload1");
  });

  test("a prepared file is not gone on with: it may be another one by now", async () => {
    const prepare = async (file: File) => largeFile(17 * MIB, file.name);
    const { upload, run } = made(film(), { server, prepare }, Upload);
    void run();
    await FakeXhr.next(3);
    expect(upload.isInParts).toBe(true);
    expect(kept()).toEqual({});
  });
});

describe("two files of the same facts", () => {
  test("at once are two uploads, and each arrives", async () => {
    const [first, second] = [made(film(), { server }, Upload), made(film(), { server }, Upload)];
    storeAll(service);
    await Promise.all([first.run(), second.run()]);
    const keys = [first.upload.result?.key, second.upload.result?.key];
    expect(keys.sort()).toEqual(["o/shop/p1/film.mp4", "o/shop/p2/film.mp4"]);
    expect(sentParts().sort()).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test("do not take each other's parts: the record is that of the first", async () => {
    await interrupted();
    const first = made(film(), { server }, Upload);
    void first.run();
    await FakeXhr.next(2);
    const second = made(film(), { server }, Upload);
    void second.run();
    await FakeXhr.next(5);
    expect(sentParts()).toEqual([2, 3, 1, 2, 3]);
    second.upload.cancel();
    await vi.waitFor(() => expect(service.uploads.size).toBe(1));
    expect(only().uploadId).toBe("upload1");
    for (const request of FakeXhr.open) service.store(request);
    await vi.waitFor(() => expect(first.upload.state).toBe("done"));
  });

  test("of which one is paused: cancelling the other does not harm it", async () => {
    const first = made(film(), { server }, Upload);
    const running = first.run();
    await FakeXhr.next(3);
    service.store(FakeXhr.sent[0] as FakeXhr);
    await vi.waitFor(() => expect(first.upload.loaded).toBe(8 * MIB));
    first.upload.pause();
    await running;
    const second = made(film(), { server }, Upload);
    second.upload.cancel();
    await new Promise((resolve) => setTimeout(resolve));
    expect(service.times("abort")).toBe(0);
    first.upload.resume();
    storeAll(service);
    await first.run();
    expect(sentParts().slice(3)).toEqual([2, 3]);
  });

  test("in two tabs are two uploads where browsers have locks", async () => {
    await interrupted();
    const request = vi.fn(
      async (_name: string, _options: LockOptions, use: LockGrantedCallback<void>) => use(null),
    );
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { run } = made(film(), { server }, Upload);
    storeAll(service);
    await run();
    expect(request.mock.calls[0]?.[0]).toContain("upload1");
    expect(sentParts()).toEqual([1, 2, 3]);
    expect(only().uploadId).toBe("upload1");
  });

  test("a lock is held until an upload ends", async () => {
    const held = new Set<string>();
    const request = async (name: string, _: LockOptions, use: LockGrantedCallback<void>) => {
      held.add(name);
      await use({ name, mode: "exclusive" });
      held.delete(name);
    };
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { upload, run } = made(film(), { server }, Upload);
    const first = run();
    await FakeXhr.next(3);
    expect([...held]).toEqual(["renuo-upload upload1"]);
    upload.pause();
    await first;
    expect(held.size).toBe(0);
    upload.resume();
    storeAll(service);
    await run();
    expect(sentParts().slice(3)).toEqual([1, 2, 3]);
    expect(service.times("begin")).toBe(1);
    await vi.waitFor(() => expect(held.size).toBe(0));
  });

  test("locks that are forbidden do not hinder an upload", async () => {
    const request = () => Promise.reject(new DOMException("", "SecurityError"));
    vi.stubGlobal("navigator", { onLine: true, locks: { request } });
    const { upload, run } = made(film(), { server }, Upload);
    storeAll(service);
    await run();
    expect(upload.state).toBe("done");
  });
});

describe("what is kept", () => {
  async function begin(file = film()): Promise<void> {
    const before = service.times("begin");
    const { upload, run } = made(file, { server }, Upload);
    const done = run();
    await vi.waitFor(() => expect(service.times("begin")).toBe(before + 1));
    await vi.waitFor(() => expect(upload.state).toBe("uploading"));
    upload.pause();
    await done;
  }

  test("is what it takes to go on, and nothing of the file", async () => {
    await begin();
    expect(only()).toEqual({
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
    await reloaded();
    const { run } = made(film(), { server }, Upload);
    storeAll(service);
    await run();
    expect(service.times("begin")).toBe(2);
    expect(sentParts()).toEqual([1, 2, 3]);
  });

  test("is the newest fifty at most", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    for (let number = 1; number <= 52; number += 1) {
      vi.setSystemTime(Date.now() + 1_000);
      await begin(film(`${number}.mp4`));
    }
    const keys = Object.values(kept()).map(({ key }) => key);
    expect(keys).toHaveLength(50);
    expect(keys).not.toContain("o/shop/p1/1.mp4");
    expect(keys).not.toContain("o/shop/p2/2.mp4");
    expect(keys).toContain("o/shop/p52/52.mp4");
  });

  test.each(["null", "[]", "no JSON", '{"x":null,"y":{"uploadId":5}}'])(
    "may be %s: uploads then begin anew",
    async (content) => {
      localStorage.setItem(NAME, content);
      const { upload, run } = made(film(), { server }, Upload);
      storeAll(service);
      await run();
      expect(upload.state).toBe("done");
    },
  );

  test("of a record without a usable part size is nothing", async () => {
    await interrupted();
    const [[id, record]] = Object.entries(kept()) as [[string, object]];
    localStorage.setItem(NAME, JSON.stringify({ [id]: { ...record, partSize: 0 } }));
    const { run } = made(film(), { server }, Upload);
    storeAll(service);
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
      const { upload, run } = made(film(), { server }, Upload);
      const first = run();
      await FakeXhr.next(3);
      service.store(FakeXhr.sent.find((request) => partOf(request) === 1) as FakeXhr);
      await vi.waitFor(() => expect(upload.loaded).toBe(8 * MIB));
      upload.pause();
      await first;
      upload.resume();
      storeAll(service);
      await run();
      expect(upload.state).toBe("done");
      expect(sentParts()).toEqual([1, 2, 3, 2, 3]);
    },
  );
});
