/** Our service's refusals. */

import { UploadError } from "../errors";

/** What a request is about: an app's permission, or an upload that has begun. */
export type Subject = "app" | "upload";

/** The body of our service's errors. */
interface Refusal {
  error?: string;
  message?: string;
  limit?: number | string;
}

/** Translates an answer that is no success; `body` is null where it is no JSON. */
export function serverError(
  { status, headers }: Pick<Response, "status" | "headers">,
  body: unknown,
  about: Subject,
): UploadError {
  const refusal = body as Refusal | null;
  const seconds = secondsOf(headers);
  if (status === 429) return new UploadError("TooManyRequests", true, { seconds: seconds ?? 1 });
  // 409: somebody else checks it at this moment.
  if (status === 409 || status >= 500) {
    return new UploadError("ServerUnavailable", true, seconds ? { seconds } : {});
  }
  if (status === 413) return tooLarge(refusal);
  if (status === 415) {
    return new UploadError("TypeNotAllowed", false, { types: String(refusal?.limit ?? "") });
  }
  if (status === 422) return new UploadError(contentCode(refusal?.error), false);
  if (about === "upload" && (status === 403 || status === 404)) {
    return new UploadError("UploadEnded", true);
  }
  if (status === 403) return new UploadError(forbiddenCode(refusal), false);
  return new UploadError("SigningFailed", true, { status });
}

/** Seconds of Retry-After; undefined without one. */
function secondsOf(headers: Headers): number | undefined {
  const given = headers.get("Retry-After");
  return given === null ? undefined : Math.max(1, Math.ceil(Number(given)) || 1);
}

function tooLarge(refusal: Refusal | null): UploadError {
  const limit = Number(refusal?.limit);
  // Without a bound it is S3's sentence that says it.
  if (!limit) return new UploadError("EntityTooLarge", false);
  return new UploadError("FileTooLarge", false, { limit });
}

/** An unknown key is refused as text where old clients ask, and as JSON elsewhere. */
function forbiddenCode(refusal: Refusal | null): string {
  const isOfKey = !refusal?.error || refusal.message === "no app has this API key";
  return isOfKey ? "InvalidApiKey" : "OriginNotAllowed";
}

/** `content_mismatch` is the code ContentMismatch. */
function contentCode(code = ""): string {
  const known = /^content_(mismatch|not_allowed|broken|active|infected|unchecked)$/;
  if (!known.test(code)) return "ContentNotAllowed";
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
