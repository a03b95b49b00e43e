/** Refusals of our service and of S3, each as a code. */

import { describe, expect, test } from "vitest";
import { serverError } from "../src/wire/server_error";
import { storageError } from "../src/wire/storage_error";
import { s3Error } from "./fakes";

function refused(status: number, body: unknown, about: "app" | "upload", headers = {}) {
  return serverError({ status, headers: new Headers(headers) }, body, about);
}

describe("our service's", () => {
  test.each([
    [403, null, "InvalidApiKey", false],
    [403, { error: "forbidden", message: "no app has this API key" }, "InvalidApiKey", false],
    [403, { error: "forbidden", message: "pages of x may not use y" }, "OriginNotAllowed", false],
    [404, { error: "not_found" }, "SigningFailed", true],
    [400, { error: "bad_request" }, "SigningFailed", true],
    [413, { error: "too_large", limit: 5 }, "FileTooLarge", false],
    [413, null, "EntityTooLarge", false],
    [415, { error: "unsupported_type", limit: "image/*" }, "TypeNotAllowed", false],
    [429, null, "TooManyRequests", true],
    [409, { error: "conflict" }, "ServerUnavailable", true],
    [500, null, "ServerUnavailable", true],
    [503, { error: "unavailable" }, "ServerUnavailable", true],
  ])("%i %j is %s", (status, body, code, retryable) => {
    expect(refused(status, body, "app")).toMatchObject({ code, retryable });
  });

  test.each([403, 404])("%i about an upload that has begun says that it has ended", (status) => {
    const error = refused(status, { error: "forbidden" }, "upload");
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
    ["<b>", "ContentNotAllowed"],
    [undefined, "ContentNotAllowed"],
  ])("422 %s is %s, for good", (error, code) => {
    expect(refused(422, { error }, "upload")).toMatchObject({ code, retryable: false });
  });

  test("bounds, types and statuses are told", () => {
    expect(refused(413, { limit: 5 }, "app").values).toEqual({ limit: 5 });
    expect(refused(415, { limit: "image/*, text/csv" }, "app").values).toEqual({
      types: "image/*, text/csv",
    });
    expect(refused(418, null, "app").values).toEqual({ status: 418 });
  });

  test.each([
    [429, "7", { seconds: 7 }],
    [429, undefined, { seconds: 1 }],
    [429, "soon", { seconds: 1 }],
    [503, "2.5", { seconds: 3 }],
    [409, "1", { seconds: 1 }],
    [503, undefined, {}],
  ])("%i with Retry-After %s asks for %j", (status, after, values) => {
    const headers = after ? { "Retry-After": after } : {};
    expect(refused(status, null, "app", headers).values).toEqual(values);
  });
});

describe("S3's", () => {
  test.each([
    [400, "EntityTooLarge", false],
    [400, "EntityTooSmall", false],
    [403, "AccessDenied", true],
    [403, "SignatureDoesNotMatch", true],
    [403, "RequestTimeTooSkewed", true],
    [404, "NoSuchBucket", true],
    [503, "SlowDown", true],
    [500, "InternalError", true],
    [400, "RequestTimeout", true],
    [503, "ServiceUnavailable", true],
  ])("%i %s is told by its code", (status, code, retryable) => {
    expect(storageError(status, s3Error(code, "<Raw>"))).toMatchObject({ code, retryable });
  });

  test("an outdated policy is told apart from other refusals", () => {
    const body = s3Error("AccessDenied", "Invalid according to Policy: Policy expired.");
    expect(storageError(403, body)).toMatchObject({ code: "PolicyExpired", retryable: true });
  });

  test("an upload that S3 does not know has ended", () => {
    expect(storageError(404, s3Error("NoSuchUpload")).code).toBe("UploadEnded");
  });

  test("a size limit is told where S3 names it", () => {
    const body = "<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>52</MaxSizeAllowed></Error>";
    expect(storageError(400, body).values).toEqual({ limit: 52 });
  });

  test.each([
    [418, s3Error("Teapot"), "Teapot"],
    [418, "<html>secret</html>", 418],
    [418, s3Error("a &lt;b&gt;"), 418],
    [418, s3Error("A".repeat(65)), 418],
  ])("%i %s names a code or the status, and nothing else", (status, body, code) => {
    expect(storageError(status, body)).toMatchObject({ code: "StorageFailed", values: { code } });
  });

  test.each([
    [502, "Bad gateway", "InternalError"],
    [500, s3Error("Strange"), "InternalError"],
    [429, "", "SlowDown"],
  ])("%i %s passes by itself", (status, body, code) => {
    expect(storageError(status, body).code).toBe(code);
  });
});
