/** The states of a file, and which may follow which. */

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
export const NEXT: Readonly<Record<UploadState, readonly UploadState[]>> = {
  waiting: ["signing", "paused", "failed", "cancelled"],
  // What was sent before has to be verified only.
  signing: ["uploading", "verifying", "paused", "failed", "cancelled"],
  uploading: ["verifying", "paused", "failed", "cancelled"],
  paused: ["waiting", "cancelled"],
  verifying: ["done", "failed", "cancelled"],
  failed: ["waiting", "cancelled"],
  cancelled: ["waiting"],
  done: [],
};

/** Holds the state of one file, and lets it go along the table only. */
export class Life {
  #state: UploadState = "waiting";

  /** @param onEnter Called after each change. */
  constructor(private readonly onEnter: () => void) {}

  get state(): UploadState {
    return this.#state;
  }

  /** @throws Error where the table has no such way. */
  enter(state: UploadState): void {
    this.check(state);
    this.#state = state;
    this.onEnter();
  }

  /** @throws Error where the table has no such way, or it is not in one of the states `from`. */
  check(state: UploadState, ...from: UploadState[]): void {
    const isAllowed = NEXT[this.#state].includes(state);
    if (isAllowed && (!from.length || from.includes(this.#state))) return;
    throw new Error(`An upload cannot go from ${this.#state} to ${state}.`);
  }
}
