/** What a page learns about a file that arrived. */

import { splitName } from "./names";
import { keyOf, type Policy } from "./policy";

/** One uploaded file. */
export interface UploadResult {
  /** The name on the person's disk. The missing "i" is what existing pages read. */
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
  /**
   * The address of a thumbnail: `//CDN_HOST/t/<options>/u/<key>`.
   *
   * @param options Thumbor's options, for example `300x200/smart` or `fit-in/400x300`.
   */
  thumbnailUrl(options: string): string;
}

/** Describes `file`, stored as `cleanName` with `policy`. */
export function describeUpload(file: File, cleanName: string, policy: Policy): UploadResult {
  const key = keyOf(policy, cleanName);
  const cdn = cdnOf(policy);
  return {
    orginalName: file.name,
    cleanName,
    name: splitName(cleanName).stem,
    extension: splitName(file.name).extension,
    size: file.size,
    publicUrl: policy.file_url_path + cleanName,
    filePath: policy.file_prefix + cleanName,
    key,
    thumbnailUrl: (options) => `${cdn}t/${trimSlashes(options)}/u/${encodePath(key)}`,
  };
}

/** `file_url_path` begins with the CDN's address, with or without a scheme. */
function cdnOf(policy: Policy): string {
  return /^(?:\w+:)?\/\/[^/]+\//.exec(policy.file_url_path)?.[0] ?? "/";
}

function encodePath(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

function trimSlashes(options: string): string {
  return options.replace(/^\/+|\/+$/g, "");
}
