/** What a page may set. The table in README.md is made from these comments. */

import type { DropzoneOptions } from "dropzone";
import type { Texts } from "./texts";

/** The client's own options. All are optional but `acceptedFiles`. */
export interface OwnOptions {
  /** MIME types and extensions, separated by commas: `image/*,.pdf`. `""` takes what the app takes. Required. */
  acceptedFiles: string;
  /**
   * The app's API key.
   * @default the element's `data-apikey`
   */
  apiKey?: string;
  /**
   * The address of `POST /generate_policy`.
   * @default the element's `data-signingurl`
   */
  signingUrl?: string;
  /**
   * Files on their way at once.
   * @default 4
   */
  parallelUploads?: number;
  /**
   * How many files may be uploaded here.
   * @default the app's limit
   */
  maxFiles?: number | null;
  /**
   * The largest file, in MiB.
   * @default the app's limit
   */
  maxFilesize?: number | null;
  /**
   * The most pixels of an image, width times height.
   * @default the app's limit
   */
  maxPixels?: number;
  /**
   * Images are made smaller in the browser until they are no wider, in pixels. Their location and all other metadata are dropped.
   * @default as they are
   */
  maxWidth?: number;
  /**
   * The same for the height.
   * @default as they are
   */
  maxHeight?: number;
  /**
   * Quality of images that are made smaller, 0 to 1. Alone, it has all JPEGs, PNGs and WebPs freed of metadata.
   * @default 0.85
   */
  quality?: number;
  /**
   * Larger files go in parts, in bytes: these can be paused, and go on after a reload.
   * @default 16777216 (16 MiB)
   */
  multipartThreshold?: number;
  /**
   * Bytes of a part, 5 MiB or more.
   * @default 8388608 (8 MiB)
   */
  partSize?: number;
  /**
   * Parts of one file on their way at once. A page sends six requests to the storage at once at most.
   * @default 4
   */
  parallelParts?: number;
  /**
   * Further attempts at a request that failed for a reason that may pass.
   * @default 5
   */
  retries?: number;
  /**
   * Language of all words: `en`, `de`, `fr`, `it` or `es`.
   * @default the `lang` of the element or of one around it, else the browser's
   */
  language?: string;
  /**
   * Words of your own, by their keys in `src/texts/en.ts`.
   * @default none
   */
  texts?: Partial<Texts>;
  /**
   * Offer to choose a whole folder. Folders can be dropped in any case.
   * @default false
   */
  folders?: boolean;
  /**
   * Offer to take a photo, on devices with a touch screen.
   * @default false
   */
  camera?: boolean;
  /**
   * Take files that are pasted on the page.
   * @default true
   */
  clipboard?: boolean;
  /**
   * Ask before the page is left while files are on their way.
   * @default true
   */
  confirmLeave?: boolean;
  /**
   * Write hidden fields `renuoupload[<name>][…]` into the form around the element.
   * @default true without a callback
   */
  hiddenFields?: boolean;
}

/**
 * Our options, and Dropzone's: `renameFile`, `accept`, `init`, event handlers and the `dict…` texts
 * are passed on. Those about requests and previews have no effect.
 */
export type RenuoUploadOptions = OwnOptions & Omit<DropzoneOptions, keyof OwnOptions>;

/** A jQuery object, as far as we look into it. */
export interface JQueryLike {
  jquery: string;
  [index: number]: HTMLElement;
}
