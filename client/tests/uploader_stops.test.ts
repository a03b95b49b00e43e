/** Forms that are paused, cancelled, or refused after they have arrived. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeService, FakeXhr, silent } from "./fakes";
import { made, photo, storeForm } from "./uploads";

let service: FakeService;

beforeEach(() => {
  service = FakeService.install();
  FakeXhr.install();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
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
    await storeForm(2);
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
    await storeForm(1);
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
    await storeForm(2);
    await second;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });

  test("while it is verified forgets that it has arrived", async () => {
    service.next("verify", silent);
    const { upload, run } = made(photo());
    void run();
    await storeForm(1);
    await vi.waitFor(() => expect(upload.state).toBe("verifying"));
    upload.cancel();
    expect(upload.state).toBe("cancelled");
    upload.retry();
    const again = run();
    await storeForm(2);
    await again;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });
});

describe("what is refused after it has arrived", () => {
  test("says why, and would be sent again", async () => {
    service.next("verify", () => Response.json({ error: "content_broken" }, { status: 422 }));
    const { upload, run } = made(photo());
    const first = run();
    await storeForm(1);
    await first;
    expect(upload.error).toMatchObject({ code: "ContentBroken", retryable: false });
    expect(upload.result).toBeUndefined();
    upload.retry();
    expect(upload.loaded).toBe(0);
    const second = run();
    await storeForm(2);
    await second;
    expect(upload.state).toBe("done");
  });

  test.each([403, 404])("as unknown (%i) is sent again by Retry", async (status) => {
    service.next("verify", status);
    const { upload, run } = made(photo());
    const first = run();
    await storeForm(1);
    await first;
    expect(upload.error).toMatchObject({ code: "UploadEnded", retryable: true });
    upload.retry();
    const second = run();
    await storeForm(2);
    await second;
    expect(upload.result?.key).toBe("o/shop/p2/a.jpg");
  });
});
