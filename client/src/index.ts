/** The upload client's public face. */

import "./view/style.css";

export type { UploadResult } from "./core/result";
export { FileUpload, type UploadState } from "./core/uploader";
export { defineElement, RenuoUploadElement } from "./element";
export { UploadError } from "./errors";
export type { UploadEvents } from "./events";
export type { OwnOptions, RenuoUploadOptions } from "./options";
export { RenuoUpload, type UploadCallback } from "./renuo_upload";
export type { Texts } from "./texts";
