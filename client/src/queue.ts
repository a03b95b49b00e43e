/** Dropzone as we use it: picking, dropping, checking and queueing files, but not sending them. */

import Dropzone, { type DropzoneFile, type DropzoneOptions } from "dropzone";
import { UploadError } from "./errors";
import { cleanName } from "./names";
import { signingTarget } from "./options";
import { FileUpload } from "./uploader";

/** What the queue reports. */
export interface QueueEvents {
  added(upload: FileUpload): void;
  changed(upload: FileUpload): void;
  removed(upload: FileUpload): void;
  done(upload: FileUpload): void;
}

/** A Dropzone whose files are sent by a `FileUpload` each. */
export class UploadQueue extends Dropzone {
  readonly #uploads = new Map<DropzoneFile, FileUpload>();
  readonly #report: QueueEvents;

  constructor(element: HTMLElement, options: DropzoneOptions, report: QueueEvents) {
    super(element, options);
    this.#report = report;
    this.on("addedfile", (file: DropzoneFile) => this.#add(file));
    this.on("error", (file: DropzoneFile, message: string) => this.#reject(file, message));
    this.on("canceled", (file: DropzoneFile) => this.#uploads.get(file)?.cancel());
    this.on("removedfile", (file: DropzoneFile) => this.#remove(file));
  }

  /** Dropzone calls this when it is a file's turn. */
  override uploadFiles(files: DropzoneFile[]): void {
    for (const file of files) void this.#upload(file);
  }

  /** Queues a failed file again. */
  retry(upload: FileUpload): void {
    const file = upload.file as DropzoneFile;
    upload.reset();
    file.status = Dropzone.ADDED;
    Object.assign(file.upload, { progress: 0, bytesSent: 0 });
    this.enqueueFile(file);
  }

  #add(file: DropzoneFile): void {
    const name = cleanName(file.upload.filename);
    const upload = new FileUpload(file, name, signingTarget(this.element), () => {
      this.#followProgress(file, upload);
      this.#report.changed(upload);
    });
    this.#uploads.set(file, upload);
    this.#report.added(upload);
  }

  async #upload(file: DropzoneFile): Promise<void> {
    const upload = this.#uploads.get(file);
    if (!upload) return;
    await upload.run();
    // A canceled file has left Dropzone's queue already.
    if (file.status !== Dropzone.UPLOADING) return;
    if (upload.error) this._errorProcessing([file], upload.error.message);
    else this._finished([file], "", undefined);
    if (upload.state === "done") this.#report.done(upload);
  }

  /** Dropzone reports a refused file, a canceled one and our own failures as the same event. */
  #reject(file: DropzoneFile, message: string): void {
    const upload = this.#uploads.get(file);
    if (file.status === Dropzone.CANCELED) upload?.cancel();
    else if (upload?.state === "waiting") upload.fail(new UploadError("Rejected", message, false));
  }

  #remove(file: DropzoneFile): void {
    const upload = this.#uploads.get(file);
    if (!upload) return;
    this.#uploads.delete(file);
    upload.cancel();
    this.#report.removed(upload);
  }

  #followProgress(file: DropzoneFile, upload: FileUpload): void {
    if (upload.state !== "uploading") return;
    const bytesSent = upload.progress * file.size;
    Object.assign(file.upload, { progress: 100 * upload.progress, bytesSent });
    this.emit("uploadprogress", file, 100 * upload.progress, bytesSent);
  }
}
