/** The life of one file: a small state machine over its way to S3 and its verification. */

import { asUploadError, isLost, type UploadError } from "../errors";
import type { Attempts } from "../wire/retry";
import type { UploadResult } from "./result";
import { type SendEvents, Sending, type SendSettings } from "./sending";
import { Life, type UploadState } from "./states";
import { verify } from "./verify";

export { NEXT, type UploadState } from "./states";

/** How a file is uploaded. */
export interface UploadSettings extends SendSettings {
  /** Further attempts at one request. */
  retries: number;
}

/** One file on its way to S3. */
export class FileUpload {
  /** Bytes that were sent, and that there are. */
  loaded = 0;
  total: number;
  /** Whether it waits for the connection to come back. */
  isOffline = false;
  /** Whether it goes in parts, and so can be paused without loss. */
  isInParts: boolean;
  /** Bytes that S3 had already when it went on after a reload. */
  resumedBytes = 0;
  /** Set while `state` is `failed`. */
  error: UploadError | undefined;
  /** Set once `state` is `done`. */
  result: UploadResult | undefined;

  readonly #life: Life;
  #attempt = new AbortController();
  #running = Promise.resolve();
  #sending: Sending;

  /** @param onChange Called after each change of what is public here. */
  constructor(
    readonly file: File,
    readonly settings: UploadSettings,
    private readonly onChange: (upload: FileUpload) => void,
  ) {
    this.#life = new Life(() => this.#tell());
    this.#sending = new Sending(file, settings);
    this.total = file.size;
    this.isInParts = this.#sending.isInParts;
  }

  get state(): UploadState {
    return this.#life.state;
  }

  /** The name in the bucket. */
  get cleanName(): string {
    return this.settings.cleanName;
  }

  /** The sent share, 0 to 1. */
  get progress(): number {
    return this.total ? this.loaded / this.total : Number(this.#sending.hasArrived);
  }

  /** Sends and verifies it. Never rejects: see `state`, `error` and `result` afterwards. */
  run(): Promise<void> {
    // One that was stopped may have to clear up yet.
    this.#running = this.#running.then(() => this.#run());
    return this.#running;
  }

  /** Refuses it before it was sent. */
  reject(error: UploadError): void {
    this.#life.check("failed", "waiting");
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
    const ended = this.#sending;
    this.#sending = new Sending(this.file, this.settings);
    this.#running = this.#running.then(() => void ended.abort());
  }

  async #run(): Promise<void> {
    if (this.state !== "waiting") return;
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    const sending = this.#sending;
    try {
      this.#life.enter("signing");
      await this.#arrive(sending, this.#attempts(signal));
    } catch (error) {
      sending.release();
      if (signal.aborted) return;
      if (isLost(error)) this.#forget(sending);
      this.#fail(asUploadError(error));
    }
  }

  async #arrive(sending: Sending, attempts: Attempts): Promise<void> {
    const arrived = await sending.send(attempts, this.#events(attempts.signal));
    attempts.signal.throwIfAborted();
    this.loaded = this.total;
    this.#life.enter("verifying");
    const what = { file: this.file, sent: sending.sent, server: this.settings.server };
    const result = await verify(what, arrived, attempts);
    attempts.signal.throwIfAborted();
    sending.end();
    this.result = result;
    this.#life.enter("done");
  }

  #events(signal: AbortSignal): SendEvents {
    return {
      planned: (total, isInParts) => Object.assign(this, { total, isInParts }),
      begun: (loaded, resumedBytes) => {
        signal.throwIfAborted();
        Object.assign(this, { loaded, resumedBytes });
        this.#life.enter("uploading");
      },
      sent: (bytes) => {
        if (signal.aborted) return;
        // What is sent again is not counted back: a bar that goes backwards tells nothing.
        this.loaded = Math.max(this.loaded, Math.min(bytes, this.total));
        this.#tell();
      },
    };
  }

  #attempts(signal: AbortSignal): Attempts {
    const onOffline = (isOffline: boolean) => {
      if (signal.aborted || this.isOffline === isOffline) return;
      this.isOffline = isOffline;
      this.#tell();
    };
    return { retries: this.settings.retries, signal, onOffline };
  }

  /** What was sent is gone: another attempt begins anew. */
  #forget(sending: Sending): void {
    sending.end();
    this.#sending = new Sending(this.file, this.settings);
  }

  /** A fault of the page's must not end an upload. */
  #tell(): void {
    try {
      this.onChange(this);
    } catch (error) {
      console.error(error);
    }
  }

  #fail(error: UploadError): void {
    this.#life.check("failed");
    this.error = error;
    this.isOffline = false;
    this.#life.enter("failed");
  }

  #stop(state: "paused" | "cancelled"): void {
    this.#life.check(state);
    this.#attempt.abort();
    this.isOffline = false;
    this.error = undefined;
    this.#life.enter(state);
  }

  #again(...from: UploadState[]): void {
    this.#life.check("waiting", ...from);
    this.error = undefined;
    const keeps = this.#sending.hasArrived || (this.isInParts && this.state !== "cancelled");
    if (!keeps) this.loaded = 0;
    this.#life.enter("waiting");
  }
}
