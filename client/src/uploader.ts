/** The life of one file: waiting, signing, uploading, then done or failed. */

import { canceledError, UploadError } from "./errors";
import type { Policy } from "./policy";
import { describeUpload, type UploadResult } from "./result";
import { postFile, requestPolicy, type SigningTarget } from "./wire";

/** Where a file is in its life. */
export type UploadState = "waiting" | "signing" | "uploading" | "done" | "failed";

const NEXT: Record<UploadState, readonly UploadState[]> = {
  waiting: ["signing", "failed"],
  signing: ["uploading", "failed"],
  uploading: ["done", "failed"],
  done: [],
  failed: ["waiting"],
};

/** One file on its way to S3. */
export class FileUpload {
  /** The sent share, 0 to 1. */
  progress = 0;
  /** Set while `state` is `failed`. */
  error: UploadError | undefined;
  /** Set once `state` is `done`. */
  result: UploadResult | undefined;

  #state: UploadState = "waiting";
  #attempt = new AbortController();

  /** @param onChange Called after each change of `state` or `progress`. */
  constructor(
    readonly file: File,
    readonly cleanName: string,
    private readonly target: SigningTarget,
    private readonly onChange: (upload: FileUpload) => void,
  ) {}

  get state(): UploadState {
    return this.#state;
  }

  /** Signs and uploads. Never rejects: see `state`, `error` and `result` afterwards. */
  async run(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      this.#enter("signing");
      const policy = await requestPolicy(this.target, attempt.signal);
      this.#enter("uploading");
      await this.#post(policy, attempt.signal);
      this.result = describeUpload(this.file, this.cleanName, policy);
      this.#enter("done");
    } catch (error) {
      if (!attempt.signal.aborted) this.fail(asUploadError(error));
    }
  }

  /** Ends the life, for a reason. */
  fail(error: UploadError): void {
    this.error = error;
    this.#enter("failed");
  }

  /** Stops what is under way. Does nothing to a file that has ended already. */
  cancel(): void {
    if (!NEXT[this.#state].includes("failed")) return;
    this.#attempt.abort();
    this.fail(canceledError());
  }

  /** Puts a failed file back in front of the queue's door. */
  reset(): void {
    this.progress = 0;
    this.#enter("waiting");
    this.error = undefined;
  }

  #post(policy: Policy, signal: AbortSignal): Promise<void> {
    return postFile(policy, this.file, this.cleanName, signal, (share) => {
      this.progress = share;
      this.onChange(this);
    });
  }

  #enter(state: UploadState): void {
    if (!NEXT[this.#state].includes(state)) {
      throw new Error(`An upload cannot go from ${this.#state} to ${state}.`);
    }
    this.#state = state;
    this.onChange(this);
  }
}

/** Anything but an UploadError is a fault of ours: it is logged, and shown as a sentence. */
function asUploadError(error: unknown): UploadError {
  if (error instanceof UploadError) return error;
  console.error(error);
  return new UploadError("Unexpected", "This upload failed unexpectedly. Try again.", true);
}
