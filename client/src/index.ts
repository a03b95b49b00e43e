/** The upload client's public face. */

import "./style.css";
import {
  checkSetup,
  dropzoneOptions,
  elementOf,
  type JQueryLike,
  type RenuoUploadOptions,
  type UploadCallback,
} from "./options";
import { UploadQueue } from "./queue";
import { UploadView } from "./view";

export type { UploadError } from "./errors";
export type { RenuoUploadOptions, UploadCallback } from "./options";
export type { UploadResult } from "./result";
export type { UploadState } from "./uploader";

/**
 * Turns an element into a place to drop or choose files, which go straight to S3.
 *
 * The element's `data-signingurl` is the address of `POST /generate_policy`, its `data-apikey`
 * the app's key.
 *
 * @example
 * new RenuoUpload(element, { acceptedFiles: "image/*" }, (result) => {
 *   image.src = result.thumbnailUrl("300x200/smart");
 * });
 */
export class RenuoUpload {
  /** The Dropzone underneath, for its methods and events. */
  readonly dropzone: UploadQueue;
  readonly #view: UploadView;

  /**
   * @param target An element, or a jQuery object that holds one.
   * @param callback Called once for each file that has arrived.
   * @throws TypeError naming every attribute and option that is missing.
   */
  constructor(
    target: HTMLElement | JQueryLike,
    options: RenuoUploadOptions,
    callback?: UploadCallback,
  ) {
    const element = elementOf(target);
    checkSetup(element, options);
    const view = new UploadView(element, options.dictDefaultMessage, (upload) =>
      this.dropzone.retry(upload),
    );
    this.#view = view;
    this.dropzone = new UploadQueue(element, dropzoneOptions(options, view.button), {
      added: (upload) => view.add(upload),
      changed: (upload) => view.update(upload),
      removed: (upload) => view.remove(upload),
      done: (upload) => upload.result && callback?.(upload.result),
    });
  }

  /** Cancels every upload that has not ended, and takes everything off the page. */
  destroy(): void {
    this.dropzone.destroy();
    this.#view.clear();
  }
}
