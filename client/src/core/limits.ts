/** What is refused before anything is sent. */

import { UploadError } from "../errors";
import type { AppInfo } from "../wire/app";
import { contentTypeOf } from "./content_type";

/** The page's limits and the app's, as one; Infinity where there is none. */
export interface Limits {
  /** MIME types, `image/*` and extensions, separated by commas; "" for all. */
  acceptedFiles: string;
  maxFiles: number;
  maxBytes: number;
  /** Width times height. */
  maxPixels: number;
}

/** What is known of a file beside itself. */
export interface Surroundings {
  /** How many files that count are there already. */
  others: number;
  /** Its width and height; undefined where the browser cannot tell. */
  measure: (file: File) => Promise<{ width: number; height: number } | undefined>;
}

/** Why a file may not be uploaded; undefined where it may. */
export async function checkFile(
  file: File,
  app: AppInfo | undefined,
  limits: Limits,
  { others, measure }: Surroundings,
): Promise<UploadError | undefined> {
  const { acceptedFiles, maxBytes, maxFiles, maxPixels } = limits;
  const ofApp = app?.content_types?.join(",") ?? "";
  for (const types of [acceptedFiles, ofApp]) {
    if (!isAccepted(file, types)) return new UploadError("TypeNotAllowed", false, { types });
  }
  if (file.size > maxBytes) {
    return new UploadError("FileTooLarge", false, { limit: maxBytes, size: file.size });
  }
  const least = app?.min_bytes ?? 0;
  if (file.size < least) {
    return new UploadError("FileTooSmall", false, { limit: least, size: file.size });
  }
  if (others >= maxFiles) return new UploadError("TooManyFiles", false, { limit: maxFiles });
  if (!Number.isFinite(maxPixels) || !contentTypeOf(file).startsWith("image/")) return undefined;
  const { width = 0, height = 0 } = (await measure(file)) ?? {};
  const pixels = width * height;
  if (pixels <= maxPixels) return undefined;
  return new UploadError("TooManyPixels", false, { pixels, limit: maxPixels });
}

/** As browsers read the attribute `accept`; the guessed type counts, too. */
export function isAccepted(file: File, accepted: string): boolean {
  const wanted = accepted.split(",").map((entry) => entry.trim().toLowerCase());
  const entries = wanted.filter(Boolean);
  const type = contentTypeOf(file);
  return (
    !entries.length ||
    entries.some((entry) => {
      if (entry.startsWith(".")) return file.name.toLowerCase().endsWith(entry);
      if (entry === "*/*") return true;
      return entry.endsWith("/*") ? type.startsWith(entry.slice(0, -1)) : type === entry;
    })
  );
}
