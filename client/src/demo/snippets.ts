/** What a developer copies: an image for every screen, and the upload client for a page. */

import { allowsSize } from "./app_rules";
import type { ClientFiles } from "./config";
import type { ThumbnailOptions } from "./thumbnail_options";

const SHARES = [0.5, 1, 1.5, 2];
const WIDTHS = [320, 640, 960, 1280, 1920];

export interface Picture {
  options: ThumbnailOptions;
  /** Of the result, in pixels; 0 while that is not known. */
  width: number;
  height: number;
  /** Of the original; no wider copy is worth its bytes. */
  originalWidth: number;
}

export interface Limits {
  sizes: readonly string[];
  max_side: number;
}

/**
 * An `<img>` with the same picture in several widths.
 *
 * @param url The address for options.
 */
export function imageSnippet(
  picture: Picture,
  limits: Limits,
  url: (options: ThumbnailOptions) => string,
): string {
  const { options, width, height } = picture;
  const copies = copiesOf(picture, limits);
  const listed = copies.map((copy) => `    ${url(copy)} ${copy.width}w`).join(",\n");
  const shown = options.width || width;
  const lines = [
    "<img",
    `  src="${url(options)}"`,
    copies.length > 1 && `  srcset="\n${listed}"`,
    copies.length > 1 && `  sizes="(min-width: ${shown}px) ${shown}px, 100vw"`,
    width > 0 && `  width="${width}" height="${height}"`,
    `  alt="…" loading="lazy" decoding="async">`,
  ];
  return lines.filter(Boolean).join("\n");
}

/** Every width that the app allows, with a height of the same proportion. */
function copiesOf({ options, originalWidth }: Picture, limits: Limits): ThumbnailOptions[] {
  if (options.preset) return [];
  const widths = options.width ? SHARES.map((share) => share * options.width) : WIDTHS;
  const most = Math.min(limits.max_side, originalWidth || limits.max_side);
  return widths
    .map((width) => scaled(options, Math.round(width)))
    .filter((copy) => copy.width <= most || copy.width === options.width)
    .filter((copy) => copy.height <= limits.max_side)
    .filter((copy) => allowsSize(limits.sizes, copy.width, copy.height));
}

function scaled(options: ThumbnailOptions, width: number): ThumbnailOptions {
  const height = options.width ? Math.round((options.height * width) / options.width) : 0;
  return { ...options, width, height };
}

/**
 * The upload client in another page, with the checksum of each file.
 *
 * @param origin This server's, `https://host`.
 */
export function pageSnippet(client: ClientFiles, origin: string, apiKey: string): string {
  return `<link rel="stylesheet" href="${origin}${fileOf(client, "css")}>
<script src="${origin}${fileOf(client, "js")} defer></script>
<div id="upload" data-signingurl="${origin}/generate_policy" data-apikey="${apiKey}"></div>
<script type="module">
  new RenuoUpload(document.querySelector("#upload"), { acceptedFiles: "image/*" }, (result) => {
    console.log(result.filePath, result.thumbnailUrl("300x200/smart"));
  });
</script>`;
}

function fileOf(client: ClientFiles, extension: string): string {
  const file = client.files[`renuo-upload.${extension}`];
  if (!file) return `/client/renuo-upload.${extension}"`;
  return `${file.url}"\n  integrity="${file.integrity}" crossorigin="anonymous"`;
}
