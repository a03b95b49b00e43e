import { expect, test, vi } from "vitest";
import { asUploadError, isLost, isTransient, UploadError } from "../src/errors";
import { serverError } from "../src/wire/server_error";
import { storageError } from "../src/wire/storage_error";
import { s3Error } from "./fakes";

function ofServer(status: number, body: unknown, about: "app" | "upload" = "app", headers = {}) {
  return serverError({ status, headers: new Headers(headers) }, body, about);
}

test.each([
  [400, "EntityTooLarge", false],
  [400, "EntityTooSmall", false],
  [403, "AccessDenied", true],
  [403, "SignatureDoesNotMatch", true],
  [403, "RequestTimeTooSkewed", true],
  [404, "NoSuchBucket", true],
  [503, "SlowDown", true],
  [503, "ServiceUnavailable", true],
  [500, "InternalError", true],
  [400, "RequestTimeout", true],
])("S3's %i %s keeps its code", (status, code, retryable) => {
  expect(storageError(status, s3Error(code))).toMatchObject({ code, retryable, message: code });
});

test.each([
  ["a form", "Invalid according to Policy: Policy expired."],
  ["a part", "Request has expired"],
])("an outdated signature of %s is told apart from other refusals", (_of, message) => {
  const error = storageError(403, s3Error("AccessDenied", message));
  expect(error).toMatchObject({ code: "PolicyExpired", retryable: true });
});

test("an upload that S3 does not know has ended", () => {
  expect(storageError(404, s3Error("NoSuchUpload"))).toMatchObject({
    code: "UploadEnded",
    retryable: true,
  });
});

test("the size limit is named where S3 names it", () => {
  const body =
    "<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>52428800</MaxSizeAllowed></Error>";
  expect(storageError(400, body).values).toEqual({ limit: 52_428_800 });
});

test.each([
  [418, s3Error("Teapot"), "StorageFailed", { code: "Teapot" }],
  [418, "<html>secret</html>", "StorageFailed", { code: 418 }],
  [418, s3Error("a &lt;b&gt;"), "StorageFailed", { code: 418 }],
  [403, "", "StorageFailed", { code: 403 }],
  [429, "slowly", "SlowDown", {}],
  [502, "Bad gateway", "InternalError", {}],
  [503, s3Error("Maintenance"), "InternalError", {}],
])("S3's %i %s becomes %s", (status, body, code, values) => {
  expect(storageError(status, body)).toMatchObject({ code, values, retryable: true });
});

test("nothing of S3's document gets into an error", () => {
  const secret = "AKIDSECRET /bucket/key";
  for (const code of ["AccessDenied", "Teapot", "EntityTooLarge", `<b>${secret}</b>`]) {
    const error = storageError(403, s3Error(code, secret));
    expect(JSON.stringify([error.message, error.code, error.values])).not.toContain("SECRET");
  }
});

test.each([
  [403, null, "InvalidApiKey", false],
  [403, { error: "forbidden", message: "no app has this API key" }, "InvalidApiKey", false],
  [403, { error: "forbidden", message: "pages of the origin x" }, "OriginNotAllowed", false],
  [413, null, "EntityTooLarge", false],
  [404, null, "SigningFailed", true],
  [400, { error: "bad_request" }, "SigningFailed", true],
  [401, null, "SigningFailed", true],
  [409, { error: "conflict" }, "ServerUnavailable", true],
  [500, null, "ServerUnavailable", true],
  [502, "<html>", "ServerUnavailable", true],
  [503, null, "ServerUnavailable", true],
  [504, null, "ServerUnavailable", true],
])("our service's %i %j becomes %s", (status, body, code, retryable) => {
  expect(ofServer(status, body)).toMatchObject({ code, retryable, message: code });
});

test.each([403, 404])("%i of an upload that has begun tells that it has ended", (status) => {
  const error = ofServer(status, { error: "forbidden", message: "in words" }, "upload");
  expect(error).toMatchObject({ code: "UploadEnded", retryable: true });
});

test.each([
  ["content_mismatch", "ContentMismatch"],
  ["content_not_allowed", "ContentNotAllowed"],
  ["content_broken", "ContentBroken"],
  ["content_active", "ContentActive"],
  ["content_infected", "ContentInfected"],
  ["content_unchecked", "ContentUnchecked"],
  ["content_refused", "ContentNotAllowed"],
  [undefined, "ContentNotAllowed"],
])("what is refused as %s becomes %s", (error, code) => {
  expect(ofServer(422, { error }, "upload")).toMatchObject({ code, retryable: false });
});

test("limits are passed on as numbers and types", () => {
  expect(ofServer(413, { limit: 1_000 })).toMatchObject({
    code: "FileTooLarge",
    retryable: false,
    values: { limit: 1_000 },
  });
  expect(ofServer(415, { limit: "image/png, image/gif" })).toMatchObject({
    code: "TypeNotAllowed",
    retryable: false,
    values: { types: "image/png, image/gif" },
  });
  expect(ofServer(400, {}).values).toEqual({ status: 400 });
});

test.each([
  ["7", 7],
  ["0.2", 1],
  ["-5", 1],
  ["Wed, 21 Oct 2026 07:28:00 GMT", 1],
  ["86400", 86_400],
])("Retry-After: %s is %i seconds", (given, seconds) => {
  const headers = { "Retry-After": given };
  expect(ofServer(429, null, "app", headers)).toMatchObject({ values: { seconds } });
  expect(ofServer(503, null, "app", headers)).toMatchObject({ values: { seconds } });
});

test("without Retry-After a limit asks for a second, and a fault for nothing", () => {
  expect(ofServer(429, null)).toMatchObject({ code: "TooManyRequests", values: { seconds: 1 } });
  expect(ofServer(503, null).values).toEqual({});
});

test("what is lost is told apart from what may pass", () => {
  for (const code of ["ContentBroken", "UploadEnded"]) {
    expect(isLost(new UploadError(code, true))).toBe(true);
    expect(isTransient(new UploadError(code, true))).toBe(false);
  }
  expect(isLost(new UploadError("Network", true))).toBe(false);
  expect(isLost(new Error("UploadEnded"))).toBe(false);
  expect(isTransient(new Error("Network"))).toBe(false);
});

test("a fault of ours is logged, and shown as one", () => {
  const log = vi.spyOn(console, "error").mockReturnValue();
  const fault = new TypeError("x is undefined");
  expect(asUploadError(fault)).toMatchObject({ code: "Unexpected", retryable: true });
  expect(log).toHaveBeenCalledWith(fault);
  const known = new UploadError("Network", true);
  expect(asUploadError(known)).toBe(known);
});
