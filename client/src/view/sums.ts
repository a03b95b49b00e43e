/** All uploads in numbers. */

import type { FileUpload } from "../core/uploader";

/** Files without those that were cancelled; bytes without those that failed, too. */
export interface Sums {
  files: number;
  done: number;
  failed: number;
  /** Not ended: waiting, on their way, or paused. */
  open: number;
  paused: number;
  offline: number;
  loaded: number;
  total: number;
}

export function sumsOf(uploads: Iterable<FileUpload>): Sums {
  const sums = {
    files: 0,
    done: 0,
    failed: 0,
    open: 0,
    paused: 0,
    offline: 0,
    loaded: 0,
    total: 0,
  };
  for (const upload of uploads) {
    if (upload.state !== "cancelled") count(upload, sums);
  }
  return sums;
}

function count(upload: FileUpload, sums: Sums): void {
  const { state } = upload;
  const total = upload.total || upload.file.size;
  sums.files += 1;
  if (state === "failed") {
    sums.failed += 1;
    return;
  }
  sums.total += total;
  if (state === "done") {
    sums.done += 1;
    sums.loaded += total;
    return;
  }
  sums.open += 1;
  sums.loaded += Math.min(upload.loaded, total);
  if (state === "paused") sums.paused += 1;
  else if (upload.isOffline) sums.offline += 1;
}
