/** What can be learned of an original that was not uploaded just now. */

import type { Upload } from "./recent_uploads";
import { PLAIN } from "./thumbnail_options";
import { thumbnailPath } from "./thumbnail_url";

/** Raster images that browsers and the server know, and SVG. */
const IMAGE_NAME = /\.(jpe?g|jfif|png|gif|webp|avif|hei[cf]|jxl|tiff?|bmp|svg|ico|jp2|psd)$/i;

/** By its type, or by its name where the type says nothing. */
export function isImage(upload: Upload): boolean {
  const type = upload.contentType;
  if (type && type !== "application/octet-stream") return type.startsWith("image/");
  return IMAGE_NAME.test(upload.name);
}

/** Its bytes and type, by the headers alone; {} where they cannot be had. */
export async function askForBytes(originalUrl: string): Promise<Partial<Upload>> {
  try {
    const answer = await fetch(originalUrl, { method: "HEAD", credentials: "omit" });
    if (!answer.ok) return {};
    const bytes = Number(answer.headers.get("Content-Length")) || 0;
    return { bytes, contentType: answer.headers.get("Content-Type") ?? "" };
  } catch {
    return {};
  }
}

/**
 * Its width and height as it is displayed; {} where they cannot be had.
 *
 * @param base Of all images, `https://cdn.example`.
 */
export async function askForSize(base: string, key: string): Promise<Partial<Upload>> {
  try {
    const path = thumbnailPath(PLAIN, key).replace("/t/u/", "/t/meta/u/");
    const answer = await fetch(base + path, { credentials: "omit" });
    const { source } = (await answer.json()).thumbor;
    return { width: Number(source.width) || 0, height: Number(source.height) || 0 };
  } catch {
    return {};
  }
}
