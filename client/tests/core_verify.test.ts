import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { verify } from "../src/core/verify";
import { aServer, FakeService, refusal } from "./fakes";

const file = new File(["12345"], "My Photo.JPG", { type: "image/jpeg" });
const sent = new File(["123"], "My Photo.JPG", { type: "image/png" });
const arrived = { key: "q/shop/p1/a.jpg", token: "t1", publicUrl: "//cdn.test/o/shop/p1/a.jpg" };
let service: FakeService;

beforeEach(() => {
  vi.useFakeTimers();
  service = FakeService.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function outcome(retries = 2, where = arrived) {
  const attempts = { retries, signal: new AbortController().signal, onOffline: () => {} };
  const found = verify({ file, sent, server: aServer() }, where, attempts);
  const settled = found.catch((error) => error);
  await vi.advanceTimersByTimeAsync(600_000);
  return settled;
}

test("the service is asked with the upload's token, and the result is what it says", async () => {
  expect(await outcome()).toMatchObject({ originalName: "My Photo.JPG", size: 5, width: 40 });
  expect(service.of("verify")[0]?.body).toMatchObject({ key: arrived.key, token: "t1" });
});

test("a check that is under way is asked for twice as often as anything else", async () => {
  service.next("verify", ...Array(4).fill(409));
  expect(await outcome(2)).toMatchObject({ size: 5 });
  expect(service.times("verify")).toBe(5);
  service.next("verify", ...Array(5).fill(409));
  expect(await outcome(2)).toMatchObject({ code: "ServerUnavailable", retryable: true });
});

test.each([
  [422, "content_infected", "ContentInfected"],
  [404, "not_found", "UploadEnded"],
  [403, "forbidden", "UploadEnded"],
])("%i %s is asked once", async (status, error, code) => {
  service.next("verify", () => refusal(status, error));
  expect(await outcome()).toMatchObject({ code });
  expect(service.times("verify")).toBe(1);
});

test("without a token nothing is asked: what was sent is the result", async () => {
  const where = { key: "o/shop/p1/a.jpg", token: "", publicUrl: "//cdn.test/o/shop/p1/a.jpg" };
  expect(await outcome(2, where)).toMatchObject({
    originalName: "My Photo.JPG",
    size: 3,
    contentType: "image/png",
    key: "o/shop/p1/a.jpg",
  });
  expect(service.asked).toHaveLength(0);
});
