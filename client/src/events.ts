/** What the page is told, as events on the element. */

import type { UploadResult } from "./core/result";
import type { FileUpload } from "./core/uploader";
import type { UploadError } from "./errors";

/** Each event's detail. On the element, an event's name is `renuo-upload:<name>`; it bubbles. */
export interface UploadEvents {
  /** A file was chosen, dropped or pasted. */
  added: { upload: FileUpload };
  /** An upload's state or progress is another. */
  changed: { upload: FileUpload };
  /** A file has arrived, and was verified. */
  done: { upload: FileUpload; result: UploadResult };
  /** A file was refused, or could not be uploaded. `error.message` is in the page's language. */
  failed: { upload: FileUpload; error: UploadError };
  /** A file was cancelled. */
  cancelled: { upload: FileUpload };
  /** A file was taken off the list. */
  removed: { upload: FileUpload };
  /** No file is on its way any more. */
  finished: { uploads: FileUpload[] };
}

const PREFIX = "renuo-upload:";

/** Tells the page of one. */
export function tell<Name extends keyof UploadEvents>(
  element: HTMLElement,
  name: Name,
  detail: UploadEvents[Name],
): void {
  element.dispatchEvent(new CustomEvent(PREFIX + name, { detail, bubbles: true, composed: true }));
}

/** Calls `listener` for each one. Returns what stops it. */
export function listen<Name extends keyof UploadEvents>(
  element: HTMLElement,
  name: Name,
  listener: (detail: UploadEvents[Name]) => void,
): () => void {
  const heard = (event: Event) => listener((event as CustomEvent<UploadEvents[Name]>).detail);
  element.addEventListener(PREFIX + name, heard);
  return () => element.removeEventListener(PREFIX + name, heard);
}
