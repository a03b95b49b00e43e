/** The media type of a file, guessed by its name where the browser gives none. */

import { splitName } from "../names";

const OFFICE = "application/vnd.openxmlformats-officedocument";
const TYPES = new Map([
  ["apng", "image/apng"],
  ["avif", "image/avif"],
  ["bmp", "image/bmp"],
  ["gif", "image/gif"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["jfif", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["jpg", "image/jpeg"],
  ["jxl", "image/jxl"],
  ["png", "image/png"],
  ["svg", "image/svg+xml"],
  ["tif", "image/tiff"],
  ["tiff", "image/tiff"],
  ["webp", "image/webp"],
  ["flac", "audio/flac"],
  ["m4a", "audio/mp4"],
  ["mp3", "audio/mpeg"],
  ["ogg", "audio/ogg"],
  ["wav", "audio/wav"],
  ["m4v", "video/mp4"],
  ["mkv", "video/x-matroska"],
  ["mov", "video/quicktime"],
  ["mp4", "video/mp4"],
  ["webm", "video/webm"],
  ["csv", "text/csv"],
  ["md", "text/markdown"],
  ["txt", "text/plain"],
  ["json", "application/json"],
  ["pdf", "application/pdf"],
  ["xml", "application/xml"],
  ["zip", "application/zip"],
  ["docx", `${OFFICE}.wordprocessingml.document`],
  ["pptx", `${OFFICE}.presentationml.presentation`],
  ["xlsx", `${OFFICE}.spreadsheetml.sheet`],
]);

/** Browsers know no type of HEIC on most systems, nor of what no program there opens. */
export function contentTypeOf({ name, type }: { name: string; type: string }): string {
  const known = type.split(";", 1)[0]?.trim().toLowerCase();
  const guessed = TYPES.get(splitName(name).extension.toLowerCase());
  return known || guessed || "application/octet-stream";
}
