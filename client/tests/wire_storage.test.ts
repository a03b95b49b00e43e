import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { putPart } from "../src/wire/parts";
import { postForm } from "../src/wire/post";
import { STALL_TIMEOUT } from "../src/wire/transfer";
import { aServer, FakeService, FakeXhr, s3Error } from "./fakes";

const never = new AbortController().signal;
const photo = new File(["12345"], "My Photo.jpg");
const signed = {
  url: "https://s3.test/",
  key: "o/shop/p1/my-photo.jpg",
  token: "t",
  publicUrl: "",
  fields: [
    ["key", "o/shop/p1/my-photo.jpg"],
    ["policy", "eyJ9"],
  ] as [string, string][],
  expiresAt: 0,
};
const begun = { uploadId: "u1", key: "o/a", token: "t", publicUrl: "" };

beforeEach(() => {
  FakeXhr.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function post(signal = never, onProgress: (sent: number) => void = () => {}, file: Blob = photo) {
  const outcome = postForm(signed, file, signal, onProgress).then(
    () => "stored",
    (error) => error,
  );
  return { outcome, request: FakeXhr.sent[0] as FakeXhr };
}

/** A file that the disk has no more. */
function lostFile(): File {
  const file = new File(["12345"], "a.jpg");
  const lost = new Blob();
  vi.spyOn(lost, "arrayBuffer").mockRejectedValue(new DOMException("", "NotReadableError"));
  vi.spyOn(file, "slice").mockReturnValue(lost);
  return file;
}

test.each([204, 200, 201])("S3's %i means stored", async (status) => {
  const { outcome, request } = post();
  request.answer(status);
  expect(await outcome).toBe("stored");
  expect(request).toMatchObject({ method: "POST", url: "https://s3.test/" });
});

test("a form has the signed fields in order, then the file under its clean name", () => {
  const { request } = post();
  expect([...request.form.keys()]).toEqual(["key", "policy", "file"]);
  expect((request.form.get("file") as File).name).toBe("my-photo.jpg");
});

test("S3's refusal is translated", async () => {
  const { outcome, request } = post();
  request.answer(400, s3Error("EntityTooLarge"));
  expect(await outcome).toMatchObject({ code: "EntityTooLarge" });
});

test("a storage that cannot be reached is a network error", async () => {
  const { outcome, request } = post();
  request.fail();
  expect(await outcome).toMatchObject({ code: "Network", values: { party: "storage" } });
});

test("a file that can be read no more is told apart from a dead line", async () => {
  const { outcome, request } = post(never, () => {}, lostFile());
  request.fail();
  expect(await outcome).toMatchObject({ code: "FileUnreadable", retryable: false });
});

test("progress counts the file's bytes, and not the form's", () => {
  const told: number[] = [];
  const { request } = post(never, (sent) => told.push(sent));
  request.progress(0, 0);
  request.progress(300, 1_200);
  request.progress(1_200, 1_200);
  expect(told).toEqual([0, 1.25, 5]);
});

test("what moves may take for ever, what stalls is given up", async () => {
  vi.useFakeTimers();
  const { outcome, request } = post();
  for (let minute = 0; minute < 30; minute += 1) {
    await vi.advanceTimersByTimeAsync(STALL_TIMEOUT - 1);
    request.progress(minute, 100);
  }
  await vi.advanceTimersByTimeAsync(STALL_TIMEOUT - 1);
  expect(request.isAborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toMatchObject({ code: "Timeout", values: { party: "storage" } });
  expect(vi.getTimerCount()).toBe(0);
});

test("what is taken back is aborted, and leaves nothing behind", async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const remove = vi.spyOn(stop.signal, "removeEventListener");
  const { outcome, request } = post(stop.signal);
  stop.abort();
  expect(await outcome).toBe(stop.signal.reason);
  expect(request.isAborted).toBe(true);
  expect(remove).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("an address that cannot be opened leaves no timer", async () => {
  vi.useFakeTimers();
  vi.spyOn(FakeXhr.prototype, "open").mockImplementation(() => {
    throw new SyntaxError("no URL");
  });
  expect(await post().outcome).toBeInstanceOf(SyntaxError);
  expect(vi.getTimerCount()).toBe(0);
});

test("a part goes without a type of its own, to an address signed for it", async () => {
  const service = FakeService.install();
  const part = { number: 3, body: new Blob(["123"]) };
  const etag = putPart(aServer(), begun, part, never, () => {});
  const request = await FakeXhr.next();
  expect(request).toMatchObject({ method: "PUT", url: "https://s3.test/u1/3", body: part.body });
  request.headers = { ETag: '"e3"' };
  request.answer(200);
  expect(await etag).toBe('"e3"');
  expect(service.of("part")[0]?.url.searchParams.get("key")).toBe("o/a");
});

test("a bucket that hides ETags is set up wrongly", async () => {
  FakeService.install();
  const part = { number: 1, body: new Blob(["123"]) };
  const etag = putPart(aServer(), begun, part, never, () => {}).catch((error) => error);
  (await FakeXhr.next()).answer(200);
  expect(await etag).toMatchObject({ code: "StorageMisconfigured", retryable: false });
});

test("a part whose address ran out gets another one, once", async () => {
  const service = FakeService.install();
  const expired = s3Error("AccessDenied", "Request has expired");
  const part = { number: 1, body: new Blob(["123"]) };
  const etag = putPart(aServer(), begun, part, never, () => {});
  (await FakeXhr.next()).answer(403, expired);
  const again = await FakeXhr.next(2);
  expect(service.times("part")).toBe(2);
  again.headers = { ETag: '"e1"' };
  again.answer(200);
  expect(await etag).toBe('"e1"');

  const hopeless = putPart(aServer(), begun, part, never, () => {}).catch((error) => error);
  (await FakeXhr.next(3)).answer(403, expired);
  (await FakeXhr.next(4)).answer(403, expired);
  expect(await hopeless).toMatchObject({ code: "PolicyExpired" });
});
