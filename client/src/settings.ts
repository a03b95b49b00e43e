/** What a page has set, checked, with every default in its place. */

import type { DropzoneOptions } from "dropzone";
import type { JQueryLike, OwnOptions, RenuoUploadOptions } from "./options";

const DEFAULTS = {
  parallelUploads: 4,
  maxFiles: null as number | null,
  maxFilesize: null as number | null,
  multipartThreshold: 16 * 1024 ** 2,
  partSize: 8 * 1024 ** 2,
  parallelParts: 4,
  retries: 5,
  folders: false,
  camera: false,
  clipboard: true,
  confirmLeave: true,
};

/** The options with every default in its place. */
export type Settings = Omit<RenuoUploadOptions, keyof typeof DEFAULTS> & typeof DEFAULTS;

/** [least, most] of each number. */
const RANGES: Partial<Record<keyof OwnOptions, [number, number]>> = {
  parallelUploads: [1, 100],
  maxFiles: [1, 1_000_000],
  maxFilesize: [0, 1024 ** 2 * 5],
  maxPixels: [1, 1e12],
  maxWidth: [1, 65_535],
  maxHeight: [1, 65_535],
  quality: [0, 1],
  multipartThreshold: [0, Number.MAX_SAFE_INTEGER],
  partSize: [5 * 1024 ** 2, 5 * 1024 ** 3],
  parallelParts: [1, 100],
  retries: [0, 100],
};

/** The element behind a jQuery object, or the element itself. @throws TypeError */
export function elementOf(target: HTMLElement | JQueryLike): HTMLElement {
  const element = target && "jquery" in target ? target[0] : target;
  if (element instanceof HTMLElement) return element;
  throw new TypeError("RenuoUpload: the first argument must be an element or a jQuery object.");
}

/**
 * Where to ask for signatures, and for which app.
 *
 * Read for every file that is added, so that a page may change the attributes in between.
 */
export function target(
  element: HTMLElement,
  options: Partial<OwnOptions>,
): { signingUrl: string; apiKey: string } {
  return {
    signingUrl: options.signingUrl ?? element.dataset.signingurl ?? "",
    apiKey: options.apiKey ?? element.dataset.apikey ?? "",
  };
}

/** The page's options over our defaults. @throws TypeError naming all that is missing or wrong. */
export function settingsOf(element: HTMLElement, options: RenuoUploadOptions): Settings {
  const { signingUrl, apiKey } = target(element, options ?? {});
  const missing = [
    !signingUrl && "the attribute data-signingurl",
    !apiKey && "the attribute data-apikey",
    typeof options?.acceptedFiles !== "string" && "the option acceptedFiles (a string)",
  ].filter(Boolean);
  if (missing.length) throw new TypeError(`RenuoUpload: missing ${missing.join(", ")}.`);
  const wrong = outOfRange(options);
  if (wrong.length) throw new TypeError(`RenuoUpload: ${wrong.join(", ")}.`);
  return { ...DEFAULTS, ...defined(options) } as Settings;
}

function outOfRange(options: RenuoUploadOptions): string[] {
  return Object.entries(RANGES).flatMap(([name, [least, most]]) => {
    const value = options[name as keyof OwnOptions];
    if (value === undefined || value === null) return [];
    const fits = typeof value === "number" && value >= least && value <= most;
    return fits ? [] : [`the option ${name} is no number from ${least} to ${most}`];
  });
}

/** `undefined` stands for the default, as wherever options are optional. */
function defined<Options extends object>(options: Options): Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Options;
}

/** What Dropzone is told: to pick, drop and queue, and to leave the rest to us. */
export function dropzoneOptions(settings: Settings, clickable: HTMLElement): DropzoneOptions {
  return {
    ...settings,
    acceptedFiles: settings.acceptedFiles || null,
    maxFilesize: 0, // sizes are checked with the app's limits
    clickable,
    init: () => {}, // called when all is there
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
