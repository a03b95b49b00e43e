/** The two requests of an upload: ask for a policy, post the form to S3. */

import {
  canceledError,
  networkError,
  signingError,
  storageError,
  timeoutError,
  UploadError,
} from "./errors";
import { buildForm, type Policy, parsePolicy } from "./policy";

/** Where to ask for a policy, and for which app. */
export interface SigningTarget {
  url: string;
  apiKey: string;
}

/** Milliseconds one attempt at a policy may take. */
export const POLICY_TIMEOUT = 15_000;
/** Milliseconds to wait before the second and the third attempt at a policy. */
export const POLICY_BACKOFF = [500, 1_500];
/** Milliseconds without a byte sent or an answer, after which an upload counts as stuck. */
export const STALL_TIMEOUT = 120_000;

/**
 * Asks for a policy; tries again on network errors and 5xx, which may pass, never on 4xx.
 *
 * @throws UploadError
 */
export async function requestPolicy(target: SigningTarget, signal: AbortSignal): Promise<Policy> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await requestPolicyOnce(target, signal);
    } catch (error) {
      const pause = POLICY_BACKOFF[attempt];
      if (!(error instanceof TransientError)) throw error;
      if (pause === undefined) throw error.error;
      await sleep(pause, signal);
    }
  }
}

/** Marks a failure worth another attempt without asking anyone. */
class TransientError extends Error {
  constructor(readonly error: UploadError) {
    super(error.message);
  }
}

async function requestPolicyOnce(target: SigningTarget, signal: AbortSignal): Promise<Policy> {
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  const timer = setTimeout(stop, POLICY_TIMEOUT);
  signal.addEventListener("abort", stop);
  try {
    return await fetchPolicy(target, attempt.signal);
  } catch (error) {
    if (signal.aborted) throw canceledError();
    if (error instanceof UploadError || error instanceof TransientError) throw error;
    throw new TransientError(
      attempt.signal.aborted ? timeoutError("server") : networkError("server"),
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function fetchPolicy(target: SigningTarget, signal: AbortSignal): Promise<Policy> {
  const body = new URLSearchParams({ api_key: target.apiKey });
  const response = await fetch(target.url, { method: "POST", body, signal });
  if (response.status >= 500) throw new TransientError(signingError(response.status));
  if (!response.ok) throw signingError(response.status);
  const text = await response.text();
  return parsePolicy(parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // parsePolicy says what is wrong with it
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(canceledError());
    });
  });
}

/**
 * Posts a file to S3 and resolves once S3 has stored it.
 *
 * This is an XMLHttpRequest because fetch cannot report upload progress.
 *
 * @param onProgress Called with the sent share, 0 to 1.
 * @throws UploadError
 */
export function postFile(
  policy: Policy,
  file: File,
  cleanName: string,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(canceledError());
    const request = new XMLHttpRequest();
    const watch = stallWatch(() => request.abort());
    const settle = (error?: UploadError) => {
      watch.end();
      error ? reject(error) : resolve();
    };
    signal.addEventListener("abort", () => request.abort());
    request.upload.onprogress = (event) => {
      watch.renew();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => settle(answerError(request));
    request.onerror = () => settle(networkError("storage"));
    request.onabort = () => settle(signal.aborted ? canceledError() : timeoutError("storage"));
    request.open("POST", policy.url);
    request.send(buildForm(policy, file, cleanName));
  });
}

/** S3 answers 204, or 200 or 201 where a policy asks it to. */
function answerError(request: XMLHttpRequest): UploadError | undefined {
  if ([200, 201, 204].includes(request.status)) return undefined;
  return storageError(request.status, request.responseText);
}

/** Calls `stop` once nothing has moved for a while: a slow line may take hours, a dead one not. */
function stallWatch(stop: () => void) {
  let timer = setTimeout(stop, STALL_TIMEOUT);
  return {
    renew() {
      clearTimeout(timer);
      timer = setTimeout(stop, STALL_TIMEOUT);
    },
    end: () => clearTimeout(timer),
  };
}
