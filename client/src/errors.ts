/** Why an upload failed: a code for programs, values for a sentence in any language. */

/** What went wrong with one file. */
export class UploadError extends Error {
  override readonly name = "UploadError";

  /**
   * @param code S3's, or one of ours; both have a text `error.<code>` in every language.
   * @param retryable Whether the same file can succeed on another attempt.
   * @param values What the text names: limits in bytes or pixels, seconds, a status.
   */
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(code); // put into the page's language by whoever shows it
  }
}

/** What may pass by itself: another attempt is made without asking anyone. */
const TRANSIENT = new Set([
  "Network",
  "Timeout",
  "ServerUnavailable",
  "TooManyRequests",
  "SlowDown",
  "InternalError",
  "RequestTimeout",
  "ServiceUnavailable",
]);

/** Whether another attempt may succeed without anything being changed. */
export function isTransient(error: unknown): error is UploadError {
  return error instanceof UploadError && TRANSIENT.has(error.code);
}

/** Whether what was sent is gone: refused and deleted, ended, or never there. */
export function isLost(error: unknown): boolean {
  return error instanceof UploadError && /^Content|^UploadEnded$/.test(error.code);
}

/** Whether a signature has run out: another one may do. */
export function isExpired(error: unknown): boolean {
  return error instanceof UploadError && error.code === "PolicyExpired";
}

/** The party could not be reached at all: offline, wrong address, or its CORS rules forbid us. */
export function networkError(party: Party): UploadError {
  return new UploadError("Network", true, { party });
}

/** The party took too long. */
export function timeoutError(party: Party): UploadError {
  return new UploadError("Timeout", true, { party });
}

/** Whom we ask: our service, or S3. */
export type Party = "server" | "storage";

/** Anything but an UploadError is a fault of ours: it is logged, and shown as a sentence. */
export function asUploadError(error: unknown): UploadError {
  if (error instanceof UploadError) return error;
  console.error(error);
  return new UploadError("Unexpected", true);
}
