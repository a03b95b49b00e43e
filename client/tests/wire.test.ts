import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { postFile, requestPolicy, STALL_TIMEOUT } from "../src/wire";
import { FakeXhr, fakeSigning, policy, s3Error } from "./fakes";

const target = { url: "/generate_policy", apiKey: "a&b" };
const photo = new File(["12345"], "a.jpg");
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  FakeXhr.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Starts a request for a policy and lets all its time-outs and pauses pass. */
async function settled(promise: Promise<unknown>) {
  const outcome = promise.catch((error) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  return outcome;
}

test("a policy is asked for with the key in a form body", async () => {
  const fetch = fakeSigning();
  await requestPolicy(target, never);
  const [url, init] = fetch.mock.calls[0] ?? [];
  expect(url).toBe("/generate_policy");
  expect(init?.method).toBe("POST");
  expect(init?.body).toBeInstanceOf(URLSearchParams);
  expect(String(init?.body)).toBe("api_key=a%26b");
});

test.each([[500], [503], [0]])("%i is asked again, twice at most", async (status) => {
  const patient = fakeSigning(status, status);
  expect(await settled(requestPolicy(target, never))).toMatchObject({ file_prefix: "p3/" });
  expect(patient).toHaveBeenCalledTimes(3);

  const hopeless = fakeSigning(status, status, status);
  const code = status ? "SigningFailed" : "Network";
  expect(await settled(requestPolicy(target, never))).toMatchObject({ name: "UploadError", code });
  expect(hopeless).toHaveBeenCalledTimes(3);
});

test("the pauses between attempts grow", async () => {
  const fetch = fakeSigning(500, 500, 500);
  const outcome = requestPolicy(target, never).catch(() => {});
  await vi.advanceTimersByTimeAsync(499);
  expect(fetch).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(fetch).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_499);
  expect(fetch).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(fetch).toHaveBeenCalledTimes(3);
  await outcome;
});

test.each([[403], [404], [429]])("%i is final", async (status) => {
  const fetch = fakeSigning(status);
  expect(await settled(requestPolicy(target, never))).toMatchObject({ name: "UploadError" });
  expect(fetch).toHaveBeenCalledTimes(1);
});

function hangingFetch() {
  const hang = (_url: string, init: RequestInit) =>
    new Promise((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
  const mock = vi.fn(hang);
  vi.stubGlobal("fetch", mock);
  return mock;
}

test("a server that does not answer is given up after 15 seconds an attempt", async () => {
  const fetch = hangingFetch();
  const outcome = requestPolicy(target, never).catch((error) => error);
  await vi.advanceTimersByTimeAsync(14_999);
  expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(3);
  expect(await outcome).toMatchObject({ code: "Timeout", retryable: true });
});

test("a canceled request for a policy is not repeated", async () => {
  const fetch = hangingFetch();
  const stop = new AbortController();
  const outcome = requestPolicy(target, stop.signal).catch((error) => error);
  stop.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await outcome).toMatchObject({ code: "Canceled" });
  expect(fetch).toHaveBeenCalledTimes(1);
});

function post(signal = never, onProgress: (share: number) => void = () => {}) {
  const outcome = postFile(policy(), photo, "a.jpg", signal, onProgress).then(
    () => "stored",
    (error) => error.code,
  );
  return { outcome, request: FakeXhr.sent[0] as FakeXhr };
}

test.each([[204], [200], [201]])("S3's %i means stored", async (status) => {
  const { outcome, request } = post();
  request.answer(status);
  expect(request.url).toBe(policy().url);
  expect(await outcome).toBe("stored");
});

test("S3's refusal is translated", async () => {
  const { outcome, request } = post();
  request.answer(400, s3Error("EntityTooLarge"));
  expect(await outcome).toBe("EntityTooLarge");
});

test("an unreachable storage is a network error", async () => {
  const { outcome, request } = post();
  request.onerror?.();
  expect(await outcome).toBe("Network");
});

test("progress is the sent share", () => {
  const shares: number[] = [];
  const { request } = post(never, (share) => shares.push(share));
  request.upload.onprogress?.({ lengthComputable: true, loaded: 30, total: 120 });
  expect(shares).toEqual([0.25]);
});

test("an upload that moves may take for ever, one that stalls is given up", async () => {
  const { outcome, request } = post();
  for (let minute = 0; minute < 30; minute += 1) {
    await vi.advanceTimersByTimeAsync(STALL_TIMEOUT - 1);
    request.upload.onprogress?.({ lengthComputable: false });
  }
  const race = await Promise.race([outcome, Promise.resolve("running")]);
  expect(race).toBe("running");
  await vi.advanceTimersByTimeAsync(STALL_TIMEOUT);
  expect(await outcome).toBe("Timeout");
});

test("a canceled upload is aborted", async () => {
  const stop = new AbortController();
  const { outcome } = post(stop.signal);
  stop.abort();
  expect(await outcome).toBe("Canceled");
});
