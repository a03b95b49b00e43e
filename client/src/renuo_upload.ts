/** The upload client of one element: options, queue, view and the page, wired. */

import type { DropzoneFile } from "dropzone";
import { checkFile } from "./core/limits";
import type { UploadResult } from "./core/result";
import type { FileUpload, UploadSettings } from "./core/uploader";
import type { UploadError } from "./errors";
import { listen, tell, type UploadEvents } from "./events";
import { FormFields } from "./form_fields";
import { downscale, REDUCED } from "./image/downscale";
import { measure } from "./image/measure";
import { LeaveGuard } from "./leaving";
import { cleanName } from "./names";
import type { JQueryLike, RenuoUploadOptions } from "./options";
import { onPaste } from "./pasting";
import { hasEnded, UploadQueue } from "./queue";
import { dropzoneOptions, elementOf, type Settings, settingsOf, target } from "./settings";
import type { Messages } from "./texts";
import { limitsInWords } from "./texts/limits_in_words";
import { UploadView } from "./view/view";
import { type AppInfo, appInfo } from "./wire/app";
import { type Server, serverOf } from "./wire/server";
import { wordsOf } from "./words";

/** Called once for each file that has arrived and was verified. */
export type UploadCallback = (result: UploadResult) => void;

/**
 * Turns an element into a place to drop or choose files, which go straight to S3.
 *
 * The element's `data-signingurl` is the address of `POST /generate_policy`, its `data-apikey`
 * the app's key.
 *
 * @example
 * new RenuoUpload(element, { acceptedFiles: "image/*" }, (result) => {
 *   image.src = result.thumbnailUrl("300x200/smart");
 * });
 */
export class RenuoUpload {
  readonly element: HTMLElement;
  /** The Dropzone underneath, for its methods and events. */
  readonly dropzone: UploadQueue;

  readonly #settings: Settings;
  readonly #messages: Messages;
  readonly #view: UploadView;
  readonly #fields: FormFields | undefined;
  readonly #leave = new LeaveGuard();
  readonly #callback: UploadCallback | undefined;
  /** What ends with this client, though the element stays. */
  readonly #stops: (() => void)[] = [];
  readonly #states = new WeakMap<FileUpload, string>();

  /**
   * @param target An element, or a jQuery object that holds one.
   * @param callback Called once for each file that has arrived.
   * @throws TypeError naming every attribute and option that is missing or wrong.
   */
  constructor(
    target: HTMLElement | JQueryLike,
    options: RenuoUploadOptions,
    callback?: UploadCallback,
  ) {
    const element = elementOf(target);
    const settings = settingsOf(element, options);
    this.element = element;
    this.#settings = settings;
    this.#callback = callback;
    this.#messages = wordsOf(element, settings);
    const writesFields = settings.hiddenFields ?? (!callback && !!element.closest("form"));
    this.#fields = writesFields ? new FormFields(element) : undefined;
    this.#view = this.#drawn();
    this.dropzone = new UploadQueue(element, dropzoneOptions(settings, this.#view.button), {
      settings: (file) => this.#uploadSettings(file),
      judge: (upload, others) => this.#judge(upload, others),
      added: (upload) => this.#added(upload),
      changed: (upload) => this.#changed(upload),
      removed: (upload) => this.#removed(upload),
    });
    if (settings.clipboard) this.#stops.push(onPaste(element, (files) => this.add(files)));
    void this.#tellLimits();
    settings.init?.call(this.dropzone);
  }

  /** The words of this element, in its language. */
  get words(): Messages {
    return this.#messages;
  }

  /** Every upload on the list. */
  get uploads(): FileUpload[] {
    return this.dropzone.uploads;
  }

  /** What has arrived and is still on the list. */
  get results(): UploadResult[] {
    return this.uploads.flatMap(({ result }) => result ?? []);
  }

  /** Whether files are on their way, or wait for their turn. */
  get isBusy(): boolean {
    return this.uploads.some((upload) => !hasEnded(upload));
  }

  /** Uploads files, as if they had been chosen. */
  add(files: Iterable<File>): void {
    for (const file of files) this.dropzone.addFile(file as DropzoneFile);
  }

  /** Calls `listener` for each event of a name. Returns what stops it. */
  on<Name extends keyof UploadEvents>(
    name: Name,
    listener: (detail: UploadEvents[Name]) => void,
  ): () => void {
    const stop = listen(this.element, name, listener);
    this.#stops.push(stop);
    return stop;
  }

  /** Stops one file, or all, for now. A file in parts goes on later where it stopped. */
  pause(upload?: FileUpload): void {
    for (const each of upload ? [upload] : this.uploads) this.dropzone.pause(each);
  }

  /** Lets what was paused go on. */
  resume(upload?: FileUpload): void {
    for (const each of upload ? [upload] : this.uploads) this.dropzone.resume(each);
  }

  /** Ends one file, or all that have not arrived; parts that S3 has are thrown away. */
  cancel(upload?: FileUpload): void {
    for (const each of upload ? [upload] : this.uploads) this.dropzone.cancel(each);
  }

  /** Tries a failed or cancelled file again, or all of them. */
  retry(upload?: FileUpload): void {
    for (const each of upload ? [upload] : this.uploads) this.dropzone.retry(each);
  }

  /** Takes a file off the list, or all. What has arrived stays in the bucket. */
  remove(upload?: FileUpload): void {
    const files = upload ? [upload.file as DropzoneFile] : [...this.dropzone.files];
    for (const file of files) this.dropzone.removeFile(file);
  }

  /** Stops everything and takes it off the page. Files in parts can be continued within two days. */
  destroy(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.dropzone.destroy();
    this.#leave.set(false);
    this.#fields?.clear();
    this.#view.clear();
  }

  #drawn(): UploadView {
    const { folders, camera, maxFiles, acceptedFiles, dictDefaultMessage } = this.#settings;
    const actions = {
      add: (files: File[]) => this.add(files),
      retry: (upload: FileUpload) => this.retry(upload),
      pause: (upload: FileUpload) => this.pause(upload),
      resume: (upload: FileUpload) => this.resume(upload),
      cancel: (upload: FileUpload) => this.cancel(upload),
      remove: (upload: FileUpload) => this.remove(upload),
      pauseAll: () => this.pause(),
      resumeAll: () => this.resume(),
      cancelAll: () => this.cancel(),
    };
    return new UploadView(this.element, this.#messages, actions, {
      folders,
      camera,
      multiple: maxFiles !== 1,
      accept: acceptedFiles,
      ...(dictDefaultMessage ? { message: dictDefaultMessage } : {}),
    });
  }

  get #server(): Server {
    const { signingUrl, apiKey } = target(this.element, this.#settings);
    return serverOf(signingUrl, apiKey);
  }

  #uploadSettings(file: DropzoneFile): UploadSettings {
    const { multipartThreshold, partSize, parallelParts, retries } = this.#settings;
    const { maxWidth, maxHeight, quality } = this.#settings;
    const to = { ...(maxWidth && { maxWidth }), ...(maxHeight && { maxHeight }) };
    const wanted = quality === undefined ? to : { ...to, quality };
    const prepare = Object.keys(wanted).length && { prepare: (it: File) => downscale(it, wanted) };
    return {
      server: this.#server,
      cleanName: cleanName(file.upload.filename),
      multipartThreshold,
      partSize,
      parallelParts,
      retries,
      ...(prepare || {}),
    };
  }

  async #judge(upload: FileUpload, others: number): Promise<UploadError | undefined> {
    const { file, settings } = upload;
    const app = await appInfo(settings.server);
    const all = this.#limits(app);
    // What is made smaller first is judged by the service.
    const isReduced = settings.prepare && REDUCED.includes(file.type);
    const limits = isReduced ? { ...all, maxBytes: Infinity, maxPixels: Infinity } : all;
    const error = await checkFile(file, app, limits, { others, measure });
    if (error?.code === "TooManyFiles") this.dropzone.emit("maxfilesexceeded", file);
    return error && this.#inWords(error);
  }

  #limits(app: AppInfo | undefined) {
    const { acceptedFiles, maxFiles, maxFilesize, maxPixels } = this.#settings;
    return {
      acceptedFiles,
      maxFiles: Math.min(maxFiles ?? Infinity, app?.max_files ?? Infinity),
      maxBytes: Math.min((maxFilesize || Infinity) * 1024 ** 2, app?.max_bytes ?? Infinity),
      maxPixels: Math.min(maxPixels ?? Infinity, app?.max_pixels ?? Infinity),
    };
  }

  /** Before anybody chooses a file: the app's own hint, or all limits in words. */
  async #tellLimits(): Promise<void> {
    const app = await appInfo(this.#server);
    const { acceptedFiles, maxFiles, maxBytes, maxPixels } = this.#limits(app);
    const accepted = acceptedFiles || app?.content_types?.join(",") || "";
    if (accepted) this.dropzone.hiddenFileInput?.setAttribute("accept", accepted);
    const finite = (limit: number) => (Number.isFinite(limit) ? limit : undefined);
    const limits = {
      types: accepted,
      bytes: finite(maxBytes),
      pixels: finite(maxPixels),
      files: finite(maxFiles),
    };
    this.#view.hint(app?.texts.hint ?? limitsInWords(limits, this.#messages));
  }

  #added(upload: FileUpload): void {
    this.#view.add(upload);
    tell(this.element, "added", { upload });
    this.#changed(upload);
  }

  #changed(upload: FileUpload): void {
    if (upload.error) this.#inWords(upload.error);
    this.#view.update(upload);
    this.#leave.set(this.#settings.confirmLeave && this.isBusy);
    tell(this.element, "changed", { upload });
    if (this.#states.get(upload) === upload.state) return;
    this.#states.set(upload, upload.state);
    this.#entered(upload);
    if (hasEnded(upload) && !this.isBusy) tell(this.element, "finished", { uploads: this.uploads });
  }

  #entered(upload: FileUpload): void {
    const { state, result, error } = upload;
    if (state === "done" && result) {
      this.#fields?.add(result);
      tell(this.element, "done", { upload, result });
      this.#callback?.(result);
    } else if (state === "failed" && error) tell(this.element, "failed", { upload, error });
    else if (state === "cancelled") tell(this.element, "cancelled", { upload });
  }

  #removed(upload: FileUpload): void {
    if (upload.result) this.#fields?.remove(upload.result);
    this.#view.remove(upload);
    this.#leave.set(this.#settings.confirmLeave && this.isBusy);
    tell(this.element, "removed", { upload });
  }

  /** Pages are handed errors whose message can be shown. */
  #inWords(error: UploadError): UploadError {
    if (error.message === error.code) error.message = this.#messages.error(error);
    return error;
  }
}
