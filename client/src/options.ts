/** What a page hands to the client, checked. */

import type { DropzoneOptions } from "dropzone";
import type { UploadResult } from "./result";
import type { SigningTarget } from "./wire";

/**
 * Dropzone's options. `acceptedFiles` is required, `parallelUploads` defaults to 4, the `dict…`
 * texts and event handlers are passed on. What concerns the request and the drawing is ours and
 * ignored: `url`, `method`, `params`, `headers`, `timeout`, `uploadMultiple`, `chunking`,
 * `binaryBody`, `clickable`, and everything about previews.
 */
export interface RenuoUploadOptions extends DropzoneOptions {
  /** MIME types and extensions, separated by commas, for example `image/*,.pdf`. */
  acceptedFiles: string;
}

/** Called once for each file that has arrived. */
export type UploadCallback = (result: UploadResult) => void;

/** A jQuery object, as far as we look into it. */
export interface JQueryLike {
  jquery: string;
  [index: number]: HTMLElement;
}

const DEFAULTS: DropzoneOptions = {
  parallelUploads: 4,
  dictFileTooBig:
    "This file is larger ({{filesize}} MB) than this page allows ({{maxFilesize}} MB).",
  dictInvalidFileType: "This kind of file is not accepted here.",
  dictMaxFilesExceeded: "No more than {{maxFiles}} files can be uploaded here.",
};

/** The element behind a jQuery object, or the element itself. */
export function elementOf(target: HTMLElement | JQueryLike): HTMLElement {
  const element = "jquery" in target ? target[0] : target;
  if (element instanceof HTMLElement) return element;
  throw new TypeError("RenuoUpload: the first argument must be an element or a jQuery object.");
}

/**
 * Where to ask for policies, from the element's `data-signingurl` and `data-apikey`.
 *
 * Read for every file that is added, so that a page may change them in between.
 */
export function signingTarget(element: HTMLElement): SigningTarget {
  return { url: element.dataset.signingurl ?? "", apiKey: element.dataset.apikey ?? "" };
}

/** Names everything that is missing at once. @throws TypeError */
export function checkSetup(element: HTMLElement, options: Partial<RenuoUploadOptions>): void {
  const { url, apiKey } = signingTarget(element);
  const missing = [
    !url && "the attribute data-signingurl",
    !apiKey && "the attribute data-apikey",
    typeof options?.acceptedFiles !== "string" && "the option acceptedFiles (a string)",
  ].filter(Boolean);
  if (missing.length) throw new TypeError(`RenuoUpload: missing ${missing.join(", ")}.`);
}

/** The page's options over our defaults, without what would take the upload out of our hands. */
export function dropzoneOptions(
  options: RenuoUploadOptions,
  clickable: HTMLElement,
): DropzoneOptions {
  return {
    ...DEFAULTS,
    ...options,
    clickable,
    url: "about:blank", // Dropzone insists on one; the queue never lets it send anything
    uploadMultiple: false,
    chunking: false,
    binaryBody: false,
    disablePreviews: true,
    previewsContainer: false,
    createImageThumbnails: false,
    addRemoveLinks: false,
  };
}
