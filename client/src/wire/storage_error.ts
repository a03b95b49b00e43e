/** S3's refusals: their XML is read, and never shown. */

import { UploadError } from "../errors";

/** Not worth another attempt: the file itself is at fault. */
const FINAL = new Set(["EntityTooLarge", "EntityTooSmall"]);

/** The codes that are told apart. */
const TOLD = new Set([
  ...FINAL,
  "AccessDenied",
  "PolicyExpired",
  "SignatureDoesNotMatch",
  "RequestTimeTooSkewed",
  "NoSuchBucket",
  "SlowDown",
  "ServiceUnavailable",
  "InternalError",
  "RequestTimeout",
]);

/** Translates an answer that is no success. */
export function storageError(status: number, body: string): UploadError {
  const code = codeOf(body);
  if (code === "NoSuchUpload") return new UploadError("UploadEnded", true);
  if (!TOLD.has(code)) return unknownError(status, code);
  const limit = Number(textOf(body, "MaxSizeAllowed"));
  return new UploadError(code, !FINAL.has(code), limit ? { limit } : {});
}

/** A proxy in between, or a storage that is not S3 itself, may answer without its codes. */
function unknownError(status: number, code: string): UploadError {
  if (status >= 500) return new UploadError("InternalError", true);
  if (status === 429) return new UploadError("SlowDown", true);
  return new UploadError("StorageFailed", true, { code: code || status });
}

/** S3 reports an outdated policy as AccessDenied and tells it apart only in the message. */
function codeOf(body: string): string {
  const code = textOf(body, "Code");
  const isExpired =
    code === "AccessDenied" && /(policy|has) expired/i.test(textOf(body, "Message"));
  return isExpired ? "PolicyExpired" : code;
}

/** Only letters and digits can be a code: anything else in its place must not reach the page. */
function textOf(body: string, tag: string): string {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1] ?? "";
  return tag === "Code" && !/^\w{1,64}$/.test(text) ? "" : text;
}
