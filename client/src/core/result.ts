/** What a page learns about a file that arrived. */

import { splitName } from "../names";
import type { Verified } from "../wire/complete";
import type { Destination } from "../wire/sign";

/** One uploaded file. */
export interface UploadResult {
  /** The name on the person's disk. */
  originalName: string;
  /** The same. The missing "i" is what existing pages read. */
  orginalName: string;
  /** The name in the bucket. */
  cleanName: string;
  /** `cleanName` without its extension. */
  name: string;
  /** The extension of the original name, its case kept; `""` without one. */
  extension: string;
  /** Bytes. */
  size: number;
  /** `//CDN_HOST/o/<app>/<prefix>/<cleanName>`. */
  publicUrl: string;
  /** `<prefix>/<cleanName>`: what an app keeps in its database. */
  filePath: string;
  /** The object key: `o/<app>/<prefix>/<cleanName>`. */
  key: string;
  /** The media type that the bytes are of. */
  contentType: string;
  /** Of an image as it is displayed, in pixels. */
  width?: number;
  height?: number;
  /** A placeholder of some 28 bytes, in base64. */
  thumbhash?: string;
  /** `#rrggbb`. */
  dominantColor?: string;
  /**
   * The address of a thumbnail: `//CDN_HOST/t/<options>/u/<key>`.
   *
   * @param options Thumbor's options, for example `300x200/smart` or `fit-in/400x300`; without any,
   *   it is of the original's size.
   */
  thumbnailUrl(options?: string): string;
  /**
   * For an image's attribute `srcset`: its whole in several widths.
   *
   * @param widths In pixels.
   * @param options Further options, for example `filters:quality(70)`.
   */
  srcset(widths: readonly number[], options?: string): string;
}

/** Describes what the service has verified. */
export function describe(file: File, verified: Verified): UploadResult {
  const { key, image, size } = verified;
  const cleanName = key.slice(key.lastIndexOf("/") + 1);
  const thumbnailUrl = (options = "") => {
    const path = trimmed(options);
    const place = path ? "{options}" : "{options}/";
    return verified.thumbnail_url_template.replace(place, () => path);
  };
  return {
    originalName: file.name,
    orginalName: file.name,
    cleanName,
    name: splitName(cleanName).stem,
    extension: splitName(file.name).extension,
    size,
    publicUrl: verified.public_url,
    filePath: verified.file_path,
    key,
    contentType: verified.content_type,
    ...(image && { width: image.width, height: image.height }),
    ...(image?.thumbhash && { thumbhash: image.thumbhash }),
    ...(image?.dominant_color && { dominantColor: image.dominant_color }),
    thumbnailUrl,
    srcset: (widths, options = "") => {
      // A blank ends an address in a srcset.
      const more = trimmed(options).replace(/\s/g, encodeURIComponent);
      return widths.map((width) => `${thumbnailUrl(`${width}x0/${more}`)} ${width}w`).join(", ");
    },
  };
}

function trimmed(options: string): string {
  return options.replace(/^\/+|\/+$/g, "");
}

/** What is known without the service: it signs in the old way, and verifies nothing. */
export function unverified(blob: Blob, type: string, { key, publicUrl }: Destination): Verified {
  const encoded = key.split("/").map(encodeURIComponent).join("/");
  const cdn = /^(?:\w+:)?\/\/[^/]+\//.exec(publicUrl)?.[0] ?? "/";
  return {
    key,
    file_path: key.split("/").slice(2).join("/"),
    public_url: publicUrl,
    thumbnail_url_template: `${cdn}t/{options}/u/${encoded}`,
    size: blob.size,
    content_type: type,
    image: null,
  };
}
