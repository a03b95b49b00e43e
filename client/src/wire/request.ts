/** One request to our service: JSON comes back, or an UploadError. */

import { networkError, timeoutError, UploadError } from "../errors";

/** Milliseconds that an answer may take. */
export const ANSWER_TIMEOUT = 30_000;
/** Milliseconds that checking a large file may take. */
export const CHECK_TIMEOUT = 120_000;

/** What is asked; a body of parameters goes as a form, which needs no preflight. */
export interface Question {
  method?: "GET" | "POST" | "DELETE";
  body?: URLSearchParams | object;
  timeout?: number;
  /** Send it even where the page is left meanwhile. */
  keepalive?: boolean;
}

/** @throws UploadError; or the signal's reason once it is aborted. */
export async function ask(url: string, question: Question, signal?: AbortSignal): Promise<unknown> {
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  const timer = setTimeout(stop, question.timeout ?? ANSWER_TIMEOUT);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop);
  try {
    return await answerOf(await fetch(url, requestOf(question, attempt.signal)));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UploadError) throw error;
    throw attempt.signal.aborted ? timeoutError("server") : networkError("server");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function requestOf({ method = "GET", body, keepalive = false }: Question, signal: AbortSignal) {
  const request: RequestInit = { method, signal, keepalive };
  if (body instanceof URLSearchParams) request.body = body;
  else if (body) {
    request.body = JSON.stringify(body);
    request.headers = { "Content-Type": "application/json" };
  }
  return request;
}

async function answerOf(response: Response): Promise<unknown> {
  const answer = parsed(await response.text());
  if (!response.ok) throw serverError(response, (answer ?? {}) as Refusal);
  return answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // whoever asked says what is wrong with it
  }
}

/** The body of our service's errors. */
interface Refusal {
  error?: string;
  limit?: number | string;
}

function serverError({ status, headers }: Response, { error = "", limit }: Refusal): UploadError {
  const limits = limit === undefined ? {} : { limit };
  switch (status) {
    case 403:
      return new UploadError(error === "expired" ? "UploadEnded" : "InvalidApiKey", false);
    case 404:
      return new UploadError("UploadEnded", true);
    case 413:
      return new UploadError("FileTooLarge", false, limits);
    case 415:
      return new UploadError("TypeNotAllowed", false, limit ? { types: String(limit) } : {});
    case 422:
      return new UploadError(inCamels(error), false);
    case 429:
      return new UploadError("TooManyRequests", true, { seconds: retryAfter(headers) });
    case 409: // somebody else checks it at this moment
      return new UploadError("ServerUnavailable", true);
  }
  if (status >= 500) return new UploadError("ServerUnavailable", true, waiting(headers));
  return new UploadError("SigningFailed", true, { status });
}

function retryAfter(headers: Headers): number {
  return Math.max(1, Math.ceil(Number(headers.get("Retry-After")) || 1));
}

function waiting(headers: Headers): { seconds?: number } {
  return headers.has("Retry-After") ? { seconds: retryAfter(headers) } : {};
}

/** `content_mismatch` is the code ContentMismatch. */
function inCamels(code: string): string {
  const camels = code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return /^Content\w+$/.test(camels) ? camels : "ContentNotAllowed";
}
