/** The life of a file that goes as a form. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UploadError } from "../src/errors";
import { FakeService, FakeXhr, folderPolicy, s3Error, silent } from "./fakes";
import { film, made, photo, storeForm } from "./uploads";

let service: FakeService;

beforeEach(() => {
  service = FakeService.install();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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
    await storeForm(1);
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
    await storeForm(1);
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
    await storeForm(2);
    await second;
    expect(states.slice(1, 4)).toEqual(["uploading", "failed", "waiting"]);
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });

  test("is not disturbed by a fault of the page's", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { upload, run } = made(photo());
    Object.assign(upload, { onChange: () => (undefined as unknown as string).length });
    const done = run();
    await storeForm(1);
    await done;
    expect(upload.state).toBe("done");
  });

  test("that runs already, or has ended, does not run again", async () => {
    const { upload, run } = made(photo());
    const both = Promise.all([run(), run()]);
    await storeForm(1);
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
    await storeForm(1);
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
    await storeForm(1);
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
    await storeForm(1);
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    expect(() => upload.pause()).toThrow("from verifying to paused");
  });

  test("is change once it is done", async () => {
    const { upload, run } = made(photo());
    const done = run();
    await storeForm(1);
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

describe("a service that signs for a folder only", () => {
  test("gets the file, and is asked for nothing else", async () => {
    service.next("sign", () => Response.json(folderPolicy()));
    const { upload, run } = made(photo("My Photo.JPG"), { cleanName: "my-photo.jpg" });
    const done = run();
    await storeForm(1);
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
