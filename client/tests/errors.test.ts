import { expect, test } from "vitest";
import { signingError, storageError } from "../src/errors";
import { s3Error } from "./fakes";

test.each([
  [400, "EntityTooLarge", /larger than this app allows/, false],
  [400, "EntityTooSmall", /empty or smaller/, false],
  [403, "AccessDenied", /refused this file/, true],
  [403, "SignatureDoesNotMatch", /did not accept the permission/, true],
  [403, "RequestTimeTooSkewed", /clocks/, true],
  [404, "NoSuchBucket", /does not exist/, true],
  [503, "SlowDown", /busy/, true],
  [500, "InternalError", /problem of its own/, true],
])("S3's %i %s is a sentence of ours", (status, code, words, retryable) => {
  const error = storageError(status, s3Error(code, "<Raw>"));
  expect(error).toMatchObject({ code, retryable, message: expect.stringMatching(words) });
});

test("an outdated policy is told apart from other refusals", () => {
  const body = s3Error("AccessDenied", "Invalid according to Policy: Policy expired.");
  expect(storageError(403, body)).toMatchObject({ code: "PolicyExpired", retryable: true });
});

test("the size limit is named where S3 names it", () => {
  const body =
    "<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>52428800</MaxSizeAllowed></Error>";
  expect(storageError(400, body).message).toBe(
    "This file is larger than this app allows (52.4 MB).",
  );
});

test.each([
  [418, s3Error("Teapot"), "The storage refused this file (Teapot). Try again."],
  [418, "<html>secret</html>", "The storage refused this file (answer 418). Try again."],
  [418, s3Error("a &lt;b&gt;"), "The storage refused this file (answer 418). Try again."],
])("an unknown answer %i %s is never shown raw", (status, body, message) => {
  expect(storageError(status, body).message).toBe(message);
});

test("a 5xx without S3's document counts as the storage's own problem", () => {
  expect(storageError(502, "Bad gateway").code).toBe("InternalError");
});

test.each([
  [403, "InvalidApiKey", /^This page's API key is not valid\.$/, false],
  [429, "TooManyRequests", /Too many uploads/, true],
  [503, "SigningFailed", /has a problem/, true],
  [404, "SigningFailed", /answer 404/, true],
])("our server's %i is the code %s and a sentence", (status, code, words, retryable) => {
  const error = signingError(status);
  expect(error).toMatchObject({ code, retryable, message: expect.stringMatching(words) });
});
