/** Why an upload failed: a code for programs, a sentence for people. */

/** What went wrong with one file. */
export class UploadError extends Error {
  override readonly name = "UploadError";

  /**
   * @param code S3's error code, or one of `Network`, `Timeout`, `Canceled`, `Rejected`,
   *   `PolicyExpired`, `InvalidApiKey`, `TooManyRequests`, `SigningFailed`, `StorageFailed`.
   * @param message One or two sentences to show to the person who uploads.
   * @param retryable Whether the same file can succeed on another attempt.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
  }
}

const STORAGE_ERRORS: Record<string, [message: string, retryable: boolean]> = {
  EntityTooLarge: ["This file is larger than this app allows.", false],
  EntityTooSmall: ["This file is empty or smaller than this app allows.", false],
  AccessDenied: ["The storage refused this file. Try again.", true],
  PolicyExpired: ["The permission for this upload ran out before it was used. Try again.", true],
  SignatureDoesNotMatch: [
    "The storage did not accept the permission for this upload. Its access keys may be wrong.",
    true,
  ],
  RequestTimeTooSkewed: [
    "The clocks of the server and the storage differ too much. Tell whoever runs this site.",
    true,
  ],
  NoSuchBucket: ["The storage for uploads does not exist. Tell whoever runs this site.", true],
  SlowDown: ["The storage is busy. Wait a moment, then try again.", true],
  InternalError: ["The storage had a problem of its own. Try again.", true],
};

/** Translates S3's answer to a refused POST. Its XML is read, and never shown. */
export function storageError(status: number, body: string): UploadError {
  const code = storageCode(body);
  const known = STORAGE_ERRORS[code];
  if (known) return new UploadError(code, withLimit(known[0], body), known[1]);
  if (status >= 500) return storageError(status, "<Code>InternalError</Code>");
  const message = `The storage refused this file (${code || `answer ${status}`}). Try again.`;
  return new UploadError(code || "StorageFailed", message, true);
}

/** Translates our signing server's answer when it is not a policy. */
export function signingError(status: number): UploadError {
  if (status === 403) {
    return new UploadError("InvalidApiKey", "This page's API key is not valid.", false);
  }
  if (status === 429) {
    const message = "Too many uploads in a short time. Wait a moment, then try again.";
    return new UploadError("TooManyRequests", message, true);
  }
  const message =
    status >= 500
      ? "The server that permits uploads has a problem. Try again in a moment."
      : `The server did not permit this upload (answer ${status}). Try again.`;
  return new UploadError("SigningFailed", message, true);
}

/** The party could not be reached at all: offline, wrong address, or its CORS rules forbid us. */
export function networkError(party: "server" | "storage"): UploadError {
  const message = `The ${party} could not be reached. Check your connection, then try again.`;
  return new UploadError("Network", message, true);
}

/** The party took too long. */
export function timeoutError(party: "server" | "storage"): UploadError {
  return new UploadError("Timeout", `The ${party} took too long to answer. Try again.`, true);
}

/** The upload was stopped on purpose. */
export function canceledError(): UploadError {
  return new UploadError("Canceled", "This upload was canceled.", true);
}

/** S3 reports an outdated policy as AccessDenied and tells it apart only in the message. */
function storageCode(body: string): string {
  const code = xmlText(body, "Code");
  const expired = code === "AccessDenied" && /policy expired/i.test(xmlText(body, "Message"));
  return expired ? "PolicyExpired" : code;
}

function withLimit(message: string, body: string): string {
  const bytes = Number(xmlText(body, "MaxSizeAllowed"));
  if (!bytes) return message;
  const size = (bytes / 1e6).toLocaleString("en", { maximumSignificantDigits: 3 });
  return message.replace("allows.", `allows (${size} MB).`);
}

/** Only letters and digits can be a code: anything else in its place must not reach the page. */
function xmlText(body: string, tag: string): string {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1] ?? "";
  return tag === "Code" && !/^\w+$/.test(text) ? "" : text;
}
