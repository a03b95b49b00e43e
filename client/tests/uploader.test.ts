import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { canceledError } from "../src/errors";
import { FileUpload } from "../src/uploader";
import { FakeXhr, fakeSigning, s3Error } from "./fakes";

beforeEach(() => FakeXhr.install());
afterEach(() => {
  vi.unstubAllGlobals();
});

function upload() {
  const states: string[] = [];
  const note = (changed: FileUpload) => {
    if (states.at(-1) !== changed.state) states.push(changed.state);
  };
  const target = { url: "/generate_policy", apiKey: "k" };
  const file = new FileUpload(new File(["12345"], "A.jpg"), "a.jpg", target, note);
  return { file, states };
}

test("a file is signed, uploaded, done", async () => {
  fakeSigning();
  const { file, states } = upload();
  expect(file.state).toBe("waiting");
  const run = file.run();
  const request = await FakeXhr.next();
  request.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 2 });
  expect(file.progress).toBe(0.5);
  request.answer(204);
  await run;
  expect(states).toEqual(["signing", "uploading", "done"]);
  expect(file.result?.key).toBe("o/shop-demo/p1/a.jpg");
  expect(file.error).toBeUndefined();
});

test("a file without a policy fails and never reaches S3", async () => {
  fakeSigning(403);
  const { file, states } = upload();
  await file.run();
  expect(states).toEqual(["signing", "failed"]);
  expect(file.error?.code).toBe("InvalidApiKey");
  expect(FakeXhr.sent).toHaveLength(0);
});

test("a failed file can run again, with a policy of its own", async () => {
  const fetch = fakeSigning();
  const { file, states } = upload();
  const first = file.run();
  (await FakeXhr.next()).answer(403, s3Error("AccessDenied"));
  await first;
  file.reset();
  expect(file.progress).toBe(0);
  expect(file.error).toBeUndefined();
  const second = file.run();
  (await FakeXhr.next(2)).answer(204);
  await second;
  expect(states).toEqual("signing uploading failed waiting signing uploading done".split(" "));
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(file.result?.key).toBe("o/shop-demo/p2/a.jpg");
});

test("a file canceled on its way fails once, as canceled", async () => {
  fakeSigning();
  const { file, states } = upload();
  const run = file.run();
  await FakeXhr.next();
  file.cancel();
  await run;
  expect(states).toEqual(["signing", "uploading", "failed"]);
  expect(file.error?.code).toBe("Canceled");
});

test("a file that is done stays done", async () => {
  fakeSigning();
  const { file } = upload();
  const run = file.run();
  (await FakeXhr.next()).answer(204);
  await run;
  file.cancel();
  expect(file.state).toBe("done");
  expect(() => file.fail(canceledError())).toThrow("from done to failed");
  expect(() => file.reset()).toThrow("from done to waiting");
});
