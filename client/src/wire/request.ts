/** One request to our service: JSON comes back, or an UploadError. */

import { networkError, timeoutError, UploadError } from "../errors";
import { type Subject, serverError } from "./server_error";

/** Milliseconds that an answer may take. */
export const ANSWER_TIMEOUT = 30_000;
/** Milliseconds that joining the parts of a large file, or checking it, may take. */
export const CHECK_TIMEOUT = 300_000;

/** What is asked; a body of parameters goes as a form, which needs no preflight. */
export interface Question {
  method?: "GET" | "POST" | "DELETE";
  body?: URLSearchParams | object;
  timeout?: number;
  /** Send it even where the page is left meanwhile. */
  keepalive?: boolean;
  /** What a refusal is about. */
  about?: Subject;
}

/** @throws UploadError; or the signal's reason once it is aborted. */
export async function ask(url: string, question: Question, signal?: AbortSignal): Promise<unknown> {
  signal?.throwIfAborted();
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  const timer = setTimeout(stop, question.timeout ?? ANSWER_TIMEOUT);
  signal?.addEventListener("abort", stop);
  try {
    const response = await fetch(url, requestOf(question, attempt.signal));
    return await answerOf(response, question.about ?? "app");
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

async function answerOf(response: Response, about: Subject): Promise<unknown> {
  const answer = parsed(await response.text());
  if (!response.ok) throw serverError(response, answer, about);
  return answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // whoever asked says what is wrong with it
  }
}
