/** Uploads for what draws them: without a wire, in whatever state a test wants. */

import type { UploadResult } from "../src/core/result";
import type { FileUpload, UploadState } from "../src/core/uploader";
import type { UploadError } from "../src/errors";
import type { ViewActions, ViewSettings } from "../src/view/view";

/** What a test may say about an upload. */
export interface Shown {
  name?: string;
  type?: string;
  size?: number;
  state?: UploadState;
  loaded?: number;
  isOffline?: boolean;
  isInParts?: boolean;
  resumedBytes?: number;
  error?: UploadError | undefined;
  result?: UploadResult;
}

/** An upload whose fields a test can set afterwards. */
export type ShownUpload = FileUpload & { state: UploadState; loaded: number };

/** What became of `a.pdf`, unless `found` says otherwise. */
export function result(found: Partial<UploadResult> = {}): UploadResult {
  const thumbnailUrl = (options?: string) => `https://cdn.test/t/${options}/u/o/a`;
  const known = { contentType: "application/pdf", extension: "pdf", size: 1000, thumbnailUrl };
  return { ...known, ...found } as UploadResult;
}

/** @param shown 1000 bytes of `a.pdf`, waiting, unless it says otherwise. */
export function upload(shown: Shown = {}): ShownUpload {
  const { name = "a.pdf", type = "application/pdf", size = 1000, ...fields } = shown;
  const file = new File(["x"], name, { type });
  Object.defineProperty(file, "size", { value: size });
  const made = {
    file,
    state: "waiting",
    loaded: 0,
    total: size,
    isOffline: false,
    isInParts: false,
    resumedBytes: 0,
    get progress(): number {
      return this.total ? this.loaded / this.total : 0;
    },
    ...fields,
  };
  return made as unknown as ShownUpload;
}

/** An error as the uploader reports it. */
export function failure(
  code: string,
  retryable = true,
  values: Record<string, string | number> = {},
): UploadError {
  return Object.assign(new Error(code), { code, retryable, values }) as UploadError;
}

/** Actions that write down what was asked for. */
export function recorded(): ViewActions & { asked: string[] } {
  const asked: string[] = [];
  const one = (name: string) => (to: FileUpload) => void asked.push(`${name} ${to.file.name}`);
  const all = (name: string) => () => void asked.push(name);
  return {
    asked,
    retry: one("retry"),
    pause: one("pause"),
    resume: one("resume"),
    cancel: one("cancel"),
    remove: one("remove"),
    pauseAll: all("pauseAll"),
    resumeAll: all("resumeAll"),
    cancelAll: all("cancelAll"),
    add: (files) => void asked.push(`add ${files.map(({ name }) => name).join()}`),
  };
}

export const SETTINGS: ViewSettings = {
  folders: false,
  camera: false,
  multiple: true,
  accept: "image/*",
};
