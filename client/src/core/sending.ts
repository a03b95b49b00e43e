/** How one file gets to S3: prepared, then as a form or in parts. */

import { UploadError } from "../errors";
import type { Attempts } from "../wire/retry";
import type { Destination } from "../wire/sign";
import { contentTypeOf } from "./content_type";
import { FormUpload } from "./form_upload";
import { MultipartUpload, type PartEvents, type PartSettings } from "./multipart_upload";
import { fingerprint } from "./resume_store";

/** How a file is sent. */
export interface SendSettings extends PartSettings {
  /** Its name in the bucket. */
  cleanName: string;
  /** Larger files go in parts, in bytes. */
  multipartThreshold: number;
  /** Makes another file of it before it is sent. */
  prepare?: (file: File) => Promise<File>;
}

/** What is reported. */
export interface SendEvents extends PartEvents {
  /** It is known what is sent, and how. */
  planned(total: number, isInParts: boolean): void;
}

/** One file's way to S3; `send` may be called again, and does not send again what has arrived. */
export class Sending {
  #prepared: File | undefined;
  #parts: MultipartUpload | undefined;
  #form: FormUpload | undefined;
  #arrived: Destination | undefined;
  #isWithoutParts = false;

  constructor(
    private readonly file: File,
    private readonly settings: SendSettings,
  ) {}

  /** What is sent. */
  get sent(): File {
    return this.#prepared ?? this.file;
  }

  get hasArrived(): boolean {
    return !!this.#arrived;
  }

  /** Whether it goes in parts, as far as is known. */
  get isInParts(): boolean {
    const { prepare, multipartThreshold } = this.settings;
    const isKnown = this.#prepared || !prepare;
    return !!isKnown && !this.#isWithoutParts && this.sent.size > multipartThreshold;
  }

  /** @throws UploadError; or the signal's reason once it is aborted. */
  async send(attempts: Attempts, events: SendEvents): Promise<Destination> {
    if (this.#arrived) return this.#arrived;
    this.#prepared ??= await this.settings.prepare?.(this.file);
    attempts.signal.throwIfAborted();
    events.planned(this.sent.size, this.isInParts);
    this.#arrived = await (this.isInParts
      ? this.#sendParts(attempts, events)
      : this.#sendForm(attempts, events));
    return this.#arrived;
  }

  /** Lets another file of the same facts go on with what has begun. */
  release(): void {
    this.#parts?.release();
  }

  /** Forgets what was kept of it for a reload. */
  end(): void {
    this.#parts?.end();
  }

  /** Has S3 throw away the parts that it has, also of before a reload. */
  async abort(): Promise<void> {
    if (this.isInParts) await this.#inParts().abort();
  }

  async #sendParts(attempts: Attempts, events: SendEvents): Promise<Destination> {
    try {
      return await this.#inParts().run(attempts, events);
    } catch (error) {
      if (!isUnknownAddress(error)) throw error;
      this.#isWithoutParts = true;
      events.planned(this.sent.size, false);
      return await this.#sendForm(attempts, events);
    }
  }

  async #sendForm(attempts: Attempts, events: SendEvents): Promise<Destination> {
    this.#form ??= new FormUpload(this.sent, this.#declared, this.settings.server);
    await this.#form.sign(attempts);
    events.begun(0, 0);
    return await this.#form.run(attempts, events.sent);
  }

  #inParts(): MultipartUpload {
    // What was prepared may be another file when it is prepared again.
    const id = this.settings.prepare ? undefined : fingerprint(this.settings.server, this.file);
    this.#parts ??= new MultipartUpload(this.sent, this.#declared, this.settings, id);
    return this.#parts;
  }

  get #declared() {
    const { sent, settings } = this;
    return { name: settings.cleanName, type: contentTypeOf(sent), size: sent.size };
  }
}

/** How a service answers that is too old for files in parts. */
function isUnknownAddress(error: unknown): boolean {
  const isRefusal = error instanceof UploadError && error.code === "SigningFailed";
  return isRefusal && error.values.status === 404;
}
