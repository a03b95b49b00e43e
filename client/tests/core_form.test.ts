import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FormUpload } from "../src/core/form_upload";
import type { Attempts } from "../src/wire/retry";
import { aServer, dead, FakeService, FakeXhr, s3Error } from "./fakes";

const EXPIRED = s3Error("AccessDenied", "Invalid according to Policy: Policy expired.");
const file = new File(["12345"], "a.jpg", { type: "image/jpeg" });
let service: FakeService;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  service = FakeService.install();
  FakeXhr.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function attempts(retries = 3): Attempts & { stop: AbortController } {
  const stop = new AbortController();
  return { retries, signal: stop.signal, onOffline: () => {}, stop };
}

function form(): FormUpload {
  return new FormUpload(file, { name: "a.jpg", type: "image/jpeg", size: 5 }, aServer());
}

/** Answers of S3 in turn; 0 for none at all. */
function answers(...given: (readonly [status: number, body?: string])[]): void {
  FakeXhr.auto = (xhr) => {
    const [status, body] = given.shift() ?? [204];
    if (status) xhr.answer(status, body);
    else xhr.fail();
  };
}

function run(upload: FormUpload, how = attempts()) {
  return upload.run(how, () => {}).catch((error) => error);
}

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

test("a file is signed once for one POST", async () => {
  answers([204]);
  const upload = form();
  await upload.sign(attempts());
  expect(await run(upload)).toMatchObject({ key: "o/shop/p1/a.jpg", token: "token1" });
  expect(service.times("sign")).toBe(1);
});

test("a policy that ran out is signed once more, and the file goes to the new key", async () => {
  answers([403, EXPIRED], [204]);
  expect(await run(form())).toMatchObject({ key: "o/shop/p2/a.jpg" });
  expect(service.times("sign")).toBe(2);
  expect(FakeXhr.sent).toHaveLength(2);
});

test("a policy that runs out twice is an error", async () => {
  answers([403, EXPIRED], [403, EXPIRED], [204]);
  expect(await run(form())).toMatchObject({ code: "PolicyExpired", retryable: true });
  expect(FakeXhr.sent).toHaveLength(2);
});

test("another refusal is not signed again", async () => {
  answers([403, s3Error("AccessDenied")]);
  expect(await run(form())).toMatchObject({ code: "AccessDenied" });
  expect(service.times("sign")).toBe(1);
});

test("what S3 cannot take at the moment is sent again with the same signature", async () => {
  answers([503, s3Error("SlowDown")], [500], [0], [204]);
  const outcome = run(form());
  await pass(60_000);
  expect(await outcome).toMatchObject({ key: "o/shop/p1/a.jpg" });
  expect(service.times("sign")).toBe(1);
  expect(FakeXhr.sent).toHaveLength(4);
});

test("after so many failures the last one is thrown", async () => {
  answers([0], [0], [503, s3Error("SlowDown")], [204]);
  const outcome = run(form(), attempts(2));
  await pass(60_000);
  expect(await outcome).toMatchObject({ code: "SlowDown" });
  expect(FakeXhr.sent).toHaveLength(3);
});

test("a failure to sign and one to send are counted together", async () => {
  service.next("sign", dead, 503);
  answers([0], [204]);
  const outcome = run(form(), attempts(2));
  await pass(60_000);
  expect(await outcome).toMatchObject({ code: "Network", values: { party: "storage" } });
});

test("a second run after a refusal begins with a new signature", async () => {
  answers([403, s3Error("AccessDenied")], [204]);
  const upload = form();
  await run(upload);
  expect(await run(upload)).toMatchObject({ key: "o/shop/p2/a.jpg" });
});

test.each([
  [300, 269_999, 1],
  [300, 270_000, 2],
  [40, 19_999, 1],
  [40, 20_000, 2],
])(
  "a signature of %i seconds is used for %i ms by our own clock: %i",
  async (seconds, ms, times) => {
    service.app = { policy_seconds: seconds };
    const upload = form();
    await upload.sign(attempts());
    await pass(ms);
    await upload.sign(attempts());
    expect(service.times("sign")).toBe(times);
  },
);

test("a clock that is wrong does not make a signature look old", async () => {
  service.app = { policy_seconds: 0 };
  vi.setSystemTime(Date.now() + 1e10);
  const upload = form();
  service.next("sign", () =>
    Response.json({ url: "https://s3.test/", fields: {}, key: "o/a", expires_at: "2000-01-01" }),
  );
  await upload.sign(attempts());
  await upload.sign(attempts());
  expect(service.times("sign")).toBe(1);
});

test("without the app's rules the signature itself tells how long it lasts", async () => {
  service.next("app", 404);
  const upload = form();
  await upload.sign(attempts());
  await pass(269_000);
  await upload.sign(attempts());
  expect(service.times("sign")).toBe(1);
  await pass(1_000);
  await upload.sign(attempts());
  expect(service.times("sign")).toBe(2);
});

test("a file that waits long for its place is signed when it has one", async () => {
  const waiting = Array.from({ length: 6 }, () => run(form()));
  await pass(0);
  expect(FakeXhr.sent).toHaveLength(6);
  const late = form();
  await late.sign(attempts());
  const outcome = run(late);
  for (let minute = 0; minute < 6; minute += 1) {
    await pass(50_000);
    for (const xhr of FakeXhr.open) xhr.progress(minute, 10);
  }
  expect(FakeXhr.sent).toHaveLength(6);
  for (const xhr of FakeXhr.open) xhr.answer(204);
  await pass(0);
  FakeXhr.sent[6]?.answer(204);
  expect(await outcome).toMatchObject({ key: "o/shop/p8/a.jpg" });
  await Promise.all(waiting);
});

test("a file that is stopped on its way is aborted, and signed anew afterwards", async () => {
  const how = attempts();
  const upload = form();
  const outcome = run(upload, how);
  await pass(0);
  how.stop.abort();
  expect(await outcome).toBe(how.signal.reason);
  expect(FakeXhr.sent[0]?.isAborted).toBe(true);
  answers([204]);
  expect(await run(upload)).toMatchObject({ key: "o/shop/p2/a.jpg" });
  expect(vi.getTimerCount()).toBe(0);
});
