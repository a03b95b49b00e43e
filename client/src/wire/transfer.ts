/**
 * Sends bytes to S3, and says how many are on their way.
 *
 * By XMLHttpRequest, because fetch does not tell progress.
 */

import { networkError, timeoutError, UploadError } from "../errors";

/** Milliseconds without a byte sent or an answer, after which a transfer counts as stuck. */
export const STALL_TIMEOUT = 60_000;

/** What is sent. */
export interface Load {
  method: "POST" | "PUT";
  url: string;
  body: FormData | Blob;
  /** The file in it, or the part. */
  file: Blob;
  /** Told the bytes that were sent, form fields included, and all there are. */
  onProgress: (sent: number, all: number) => void;
}

/**
 * Resolves with the answer, whatever it is.
 *
 * @throws UploadError without an answer; or the signal's reason once it is aborted.
 */
export function transfer(load: Load, signal: AbortSignal): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(load.method, load.url);
    const watch = stallWatch(() => request.abort());
    const stop = () => request.abort();
    const settle = (end: () => void) => () => {
      watch.end();
      signal.removeEventListener("abort", stop);
      end();
    };
    signal.addEventListener("abort", stop);
    request.upload.onprogress = ({ loaded, total }) => {
      watch.renew();
      load.onProgress(loaded, total);
    };
    request.onload = settle(() => resolve(request));
    request.onerror = settle(() => void whyUnsent(load.file).then(reject));
    request.onabort = settle(() => {
      reject(signal.aborted ? signal.reason : timeoutError("storage"));
    });
    request.send(load.body);
  });
}

/** A file that was moved or changed on the disk looks like a dead line. */
async function whyUnsent(file: Blob): Promise<UploadError> {
  const isReadable = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  return isReadable ? networkError("storage") : new UploadError("FileUnreadable", false);
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
