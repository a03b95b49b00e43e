/** An uploaded file's card: its thumbnails in several sizes and filters, and the original. */

import { tag } from "../dom";
import type { UploadResult } from "../result";
import { urlRow } from "./url_row";

/** The sizes and filters shown for every image, in Thumbor's words. */
export const THUMBNAILS: readonly [options: string, explanation: string][] = [
  ["200x200/smart", "Square thumbnail"],
  ["fit-in/400x300", "Whole picture within 400 × 300"],
  ["300x200", "Cropped to 300 × 200"],
  ["300x300/filters:grayscale()", "Square, in shades of grey"],
  ["fit-in/300x300/filters:brightness(20):contrast(20)", "Brighter, with more contrast"],
  ["fit-in/300x300/filters:round_corner(30,255,255,255)", "Rounded corners"],
];

const IMAGE_EXTENSIONS = /^(jpe?g|png|gif|webp|avif|heic|heif|tiff?|bmp|svg)$/i;

/** Draws one upload. Anything but an image gets the link to its original only. */
export function uploadCard(result: UploadResult): HTMLElement {
  const title = tag("h3", "card__title", result.orginalName);
  const key = tag("p", "card__key", result.key);
  const card = tag("article", "card", title, key);
  card.dataset.uploadKey = result.key;
  if (IMAGE_EXTENSIONS.test(result.extension)) {
    card.append(
      tag("div", "thumbnails", ...THUMBNAILS.map((entry) => thumbnail(result, ...entry))),
    );
  }
  card.append(original(result));
  return card;
}

function thumbnail(result: UploadResult, options: string, explanation: string): HTMLElement {
  const url = absolute(result.thumbnailUrl(options));
  const frame = tag("div", "thumbnail__frame", thumbnailImage(url, result, options));
  const caption = tag("figcaption", "thumbnail__caption", explanation);
  const row = urlRow(url, `${explanation}, ${result.orginalName}`);
  return tag(
    "figure",
    "thumbnail",
    frame,
    caption,
    tag("code", "thumbnail__options", options),
    row,
  );
}

function thumbnailImage(url: string, result: UploadResult, options: string): HTMLImageElement {
  const image = tag("img", "thumbnail__image");
  image.loading = "lazy";
  image.alt = `${result.orginalName} as ${options}`;
  image.dataset.thumbnail = options;
  image.addEventListener("load", () => image.parentElement?.classList.add("is-loaded"));
  image.addEventListener("error", () => showBroken(image));
  image.src = url;
  return image;
}

/** A browser does not tell a page why an image failed, so the sentence names the likely cause. */
function showBroken(image: HTMLImageElement): void {
  const text = "This thumbnail did not load. The file may not be an image the server can read.";
  image.hidden = true;
  image.parentElement?.classList.add("is-loaded");
  image.after(tag("p", "thumbnail__error", text));
}

function original(result: UploadResult): HTMLElement {
  const url = absolute(result.publicUrl);
  const link = tag("a", "original__link", "Open the original");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  return tag("div", "original", link, urlRow(url, `the original, ${result.orginalName}`));
}

/** Addresses come without a scheme; one that is copied needs it. */
function absolute(url: string): string {
  return new URL(url, window.location.href).href;
}
