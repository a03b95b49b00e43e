/** Dropzone as we use it: picking, dropping and queueing files, but not sending them. */

import { Dropzone, type DropzoneFile, type DropzoneOptions } from "dropzone";
import { FileUpload, type UploadSettings } from "./core/uploader";
import { UploadError } from "./errors";

/** What the queue asks of its owner, and reports. */
export interface QueueOwner {
  /** How a file is to be uploaded. */
  settings(file: DropzoneFile): UploadSettings;
  /** Why it may not be; undefined where it may. `others`: uploads that count towards the number. */
  judge(upload: FileUpload, others: number): Promise<UploadError | undefined>;
  added(upload: FileUpload): void;
  changed(upload: FileUpload): void;
  removed(upload: FileUpload): void;
}

const ENDED = ["done", "failed", "cancelled"];

/** Whether an upload needs nothing any more. */
export function hasEnded(upload: FileUpload): boolean {
  return ENDED.includes(upload.state);
}

/** A Dropzone whose files are sent by a `FileUpload` each. */
export class UploadQueue extends Dropzone {
  readonly #uploads = new Map<DropzoneFile, FileUpload>();
  readonly #owner: QueueOwner;

  constructor(element: HTMLElement, options: DropzoneOptions, owner: QueueOwner) {
    super(element, options);
    this.#owner = owner;
    this.on("addedfile", (file: DropzoneFile) => this.#add(file));
    this.on("canceled", (file: DropzoneFile) => this.#cancel(file));
    this.on("removedfile", (file: DropzoneFile) => this.#remove(file));
  }

  /** Every upload on the list, in the order in which they came. */
  get uploads(): FileUpload[] {
    return [...this.#uploads.values()];
  }

  /** Dropzone calls this for a new file: `done()` lets it in, `done(words)` refuses it. */
  override accept(file: DropzoneFile, done: (words?: string) => void): void {
    void this.#judge(file, done);
  }

  /** Dropzone calls this when it is a file's turn. */
  override uploadFiles(files: DropzoneFile[]): void {
    for (const file of files) void this.#upload(file);
  }

  /** Stops a file for now; its place is free for others. */
  pause(upload: FileUpload): void {
    const file = upload.file as DropzoneFile;
    if (hasEnded(upload) || ["paused", "verifying"].includes(upload.state)) return;
    file.status = Dropzone.ADDED;
    upload.pause();
    this.processQueue();
  }

  /** Lets a paused file go on when it is its turn. */
  resume(upload: FileUpload): void {
    if (upload.state !== "paused") return;
    upload.resume();
    this.#enqueue(upload.file as DropzoneFile);
  }

  /** Tries a failed or cancelled file again. */
  retry(upload: FileUpload): void {
    if (upload.state !== "cancelled" && !upload.error?.retryable) return;
    upload.retry();
    this.#enqueue(upload.file as DropzoneFile);
  }

  /** Ends a file that is on its way; it stays on the list. */
  cancel(upload: FileUpload): void {
    if (!hasEnded(upload)) this.cancelUpload(upload.file as DropzoneFile);
  }

  /** Takes all files off, and lets those in parts be continued later: nothing is thrown away. */
  override destroy(): Dropzone[] {
    for (const upload of this.uploads) this.pause(upload);
    this.#uploads.clear();
    return super.destroy();
  }

  #enqueue(file: DropzoneFile): void {
    file.status = Dropzone.ADDED;
    Object.assign(file.upload, { progress: 0, bytesSent: 0 });
    if (file.accepted) this.enqueueFile(file);
    else this.accept(file, (words) => this.#accepted(file, words));
  }

  /** What Dropzone does with a new file, for one that was cancelled before it was judged. */
  #accepted(file: DropzoneFile, words?: string): void {
    file.accepted = !words;
    if (words) this._errorProcessing([file], words);
    else this.enqueueFile(file);
  }

  #add(file: DropzoneFile): void {
    const upload = new FileUpload(file, this.#owner.settings(file), () => {
      this.#followProgress(file, upload);
      this.#owner.changed(upload);
    });
    this.#uploads.set(file, upload);
    this.#owner.added(upload);
  }

  async #judge(file: DropzoneFile, done: (words?: string) => void): Promise<void> {
    const upload = this.#uploads.get(file);
    if (!upload) return;
    const error = await this.#owner.judge(upload, this.#before(upload));
    // Meanwhile it may have been cancelled, paused or taken off.
    if (upload.state === "paused" && !error) file.accepted = true;
    if (upload.state !== "waiting" || file.status !== Dropzone.ADDED) return;
    const refuse = (refusal: UploadError) => {
      upload.reject(refusal);
      done(refusal.message);
    };
    if (error) return refuse(error);
    this.options.accept.call(this, file, (words?: string) =>
      words ? refuse(new UploadError("Rejected", false, { message: words })) : done(),
    );
  }

  /** How many came before it and were neither refused nor cancelled. */
  #before(upload: FileUpload): number {
    const uploads = this.uploads;
    const earlier = uploads.slice(0, uploads.indexOf(upload));
    return earlier.filter(({ state }) => state !== "failed" && state !== "cancelled").length;
  }

  async #upload(file: DropzoneFile): Promise<void> {
    const upload = this.#uploads.get(file);
    if (!upload) return;
    await upload.run();
    // A cancelled or paused file has left Dropzone's queue already.
    if (file.status !== Dropzone.UPLOADING) return;
    if (upload.error) this._errorProcessing([file], upload.error.message);
    else if (upload.state === "done") this._finished([file], "", undefined);
  }

  #cancel(file: DropzoneFile): void {
    const upload = this.#uploads.get(file);
    if (upload && !hasEnded(upload)) upload.cancel();
  }

  #remove(file: DropzoneFile): void {
    const upload = this.#uploads.get(file);
    if (!upload) return;
    this.#cancel(file);
    this.#uploads.delete(file);
    this.#owner.removed(upload);
  }

  #followProgress(file: DropzoneFile, upload: FileUpload): void {
    if (upload.state !== "uploading") return;
    const bytesSent = upload.progress * file.size;
    Object.assign(file.upload, { progress: 100 * upload.progress, bytesSent });
    this.emit("uploadprogress", file, 100 * upload.progress, bytesSent);
  }
}
