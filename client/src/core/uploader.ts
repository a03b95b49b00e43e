/** The life of one file: a small state machine over the requests it takes. */

import { asUploadError, UploadError } from "../errors";
import { complete } from "../wire/complete";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import type { Destination } from "../wire/sign";
import { contentTypeOf } from "./content_type";
import { FormUpload } from "./form_upload";
import { MultipartUpload } from "./multipart_upload";
import { describe, type UploadResult, unverified } from "./result";
import { fingerprint } from "./resume_store";

/** Where a file is in its life. */
export type UploadState =
  | "waiting"
  | "signing"
  | "uploading"
  | "paused"
  | "verifying"
  | "done"
  | "failed"
  | "cancelled";

/** From each state, those that may follow. */
export const NEXT: Record<UploadState, readonly UploadState[]> = {
  // What was sent before needs its verification only.
  waiting: ["signing", "verifying", "paused", "failed", "cancelled"],
  signing: ["uploading", "paused", "failed", "cancelled"],
  uploading: ["verifying", "paused", "failed", "cancelled"],
  paused: ["waiting", "cancelled"],
  verifying: ["done", "failed", "cancelled"],
  failed: ["waiting", "cancelled"],
  cancelled: ["waiting"],
  done: [],
};

/** How a file is uploaded. */
export interface UploadSettings {
  server: Server;
  /** Its name in the bucket. */
  cleanName: string;
  /** Larger files go in parts, in bytes. */
  multipartThreshold: number;
  /** Bytes of a part. */
  partSize: number;
  /** Parts on their way at once. */
  parallelParts: number;
  /** Further attempts at one request. */
  retries: number;
  /** Makes another file of it before it is sent. */
  prepare?: (file: File) => Promise<File>;
}

/** One file on its way to S3. */
export class FileUpload {
  /** Bytes that were sent, and that there are. */
  loaded = 0;
  total: number;
  /** Whether it waits for the connection to come back. */
  isOffline = false;
  /** Whether it goes in parts, and so can be paused without loss. */
  isInParts = false;
  /** Bytes that S3 had already when it went on. */
  resumedBytes = 0;
  /** Set while `state` is `failed`. */
  error: UploadError | undefined;
  /** Set once `state` is `done`. */
  result: UploadResult | undefined;

  #state: UploadState = "waiting";
  #attempt = new AbortController();
  #running = Promise.resolve();
  #sent: File | undefined;
  #form: FormUpload | undefined;
  #parts: MultipartUpload | undefined;
  #arrived: Destination | undefined;

  /** @param onChange Called after each change of what is public here. */
  constructor(
    readonly file: File,
    readonly settings: UploadSettings,
    private readonly onChange: (upload: FileUpload) => void,
  ) {
    this.total = file.size;
    this.isInParts = !settings.prepare && file.size > settings.multipartThreshold;
  }

  get state(): UploadState {
    return this.#state;
  }

  /** The name in the bucket. */
  get cleanName(): string {
    return this.settings.cleanName;
  }

  /** The sent share, 0 to 1. */
  get progress(): number {
    if (this.#arrived) return 1;
    return this.total ? this.loaded / this.total : 0;
  }

  /** Sends and verifies it. Never rejects: see `state`, `error` and `result` afterwards. */
  run(): Promise<void> {
    // One that was stopped may have to clear up yet.
    this.#running = this.#running.then(() => this.#run());
    return this.#running;
  }

  /** Refuses it before it was sent. */
  reject(error: UploadError): void {
    this.#fail(error);
  }

  /** Stops it for now. Parts that S3 has are kept. */
  pause(): void {
    this.#stop("paused");
  }

  /** Puts a paused file back in front of the queue's door. */
  resume(): void {
    this.#again("paused");
  }

  /** Puts a failed or cancelled file back in front of the queue's door. */
  retry(): void {
    this.#again("failed", "cancelled");
  }

  /** Ends it. S3 throws away the parts that it has. */
  cancel(): void {
    this.#stop("cancelled");
    this.#parts ??= this.#inParts(this.file);
    this.#parts?.abort();
    this.#parts = undefined;
  }

  async #run(): Promise<void> {
    if (this.#state !== "waiting") return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      this.#arrived ??= await this.#send(attempt.signal);
      this.#enter("verifying");
      this.result = await this.#verify(this.#arrived, attempt.signal);
      this.#enter("done");
    } catch (error) {
      if (!attempt.signal.aborted) this.#fail(asUploadError(error));
    }
  }

  async #send(signal: AbortSignal): Promise<Destination> {
    this.#enter("signing");
    const { prepare, server } = this.settings;
    const file = this.#sent ?? (prepare ? await prepare(this.file) : this.file);
    signal.throwIfAborted();
    this.#sent = file;
    this.total = file.size;
    this.#parts ??= this.#inParts(file);
    this.isInParts = !!this.#parts;
    const attempts = this.#attempts(signal);
    if (this.#parts) return await this.#sendParts(this.#parts, attempts);
    this.#form ??= new FormUpload(file, this.#declared(file), server);
    await this.#form.sign(attempts);
    this.#enter("uploading");
    return await this.#form.run(attempts, (bytes) => this.#progress(bytes));
  }

  #sendParts(parts: MultipartUpload, attempts: Attempts): Promise<Destination> {
    return parts.run(attempts, {
      begun: (bytes) => {
        this.resumedBytes = bytes;
        this.loaded = bytes;
        this.#enter("uploading");
      },
      sent: (bytes) => this.#progress(bytes),
    });
  }

  #inParts(file: File): MultipartUpload | undefined {
    const { multipartThreshold, server } = this.settings;
    if (file.size <= multipartThreshold) return undefined;
    // What was made of it may be another when it is made again.
    const id = file === this.file ? fingerprint(server, file) : undefined;
    return new MultipartUpload(file, this.#declared(file), this.settings, id);
  }

  #declared(file: File) {
    return { name: this.cleanName, type: contentTypeOf(file), size: file.size };
  }

  async #verify(arrived: Destination, signal: AbortSignal): Promise<UploadResult> {
    const sent = this.#sent ?? this.file;
    if (!arrived.token) return describe(this.file, unverified(sent, contentTypeOf(sent), arrived));
    const { server } = this.settings;
    try {
      const verified = await retrying(this.#attempts(signal), () =>
        complete(server, arrived, signal),
      );
      return describe(this.file, verified);
    } catch (error) {
      // It was deleted, or never there: another attempt sends it again.
      const isGone = error instanceof UploadError && /^Content|^UploadEnded/.test(error.code);
      if (isGone) this.#arrived = undefined;
      throw error;
    }
  }

  #attempts(signal: AbortSignal): Attempts {
    const onOffline = (isOffline: boolean) => {
      if (signal.aborted || this.isOffline === isOffline) return;
      this.isOffline = isOffline;
      this.onChange(this);
    };
    return { retries: this.settings.retries, signal, onOffline };
  }

  #progress(bytes: number): void {
    // What is sent again is not counted back: a bar that goes backwards tells nothing.
    this.loaded = Math.max(this.loaded, Math.min(bytes, this.total));
    this.onChange(this);
  }

  #fail(error: UploadError): void {
    this.error = error;
    this.#enter("failed");
  }

  #stop(state: "paused" | "cancelled"): void {
    this.#check(state);
    this.#attempt.abort();
    this.isOffline = false;
    this.#enter(state);
  }

  #again(...from: UploadState[]): void {
    if (!from.includes(this.#state)) this.#illegal("waiting");
    this.error = undefined;
    if (!this.isInParts) this.loaded = 0;
    this.#enter("waiting");
  }

  #enter(state: UploadState): void {
    this.#check(state);
    this.#state = state;
    this.onChange(this);
  }

  #check(state: UploadState): void {
    if (!NEXT[this.#state].includes(state)) this.#illegal(state);
  }

  #illegal(state: UploadState): never {
    throw new Error(`An upload cannot go from ${this.#state} to ${state}.`);
  }
}
