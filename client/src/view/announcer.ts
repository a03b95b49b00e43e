/** Says what happens to those who do not see it: in few words, and politely. */

import type { FileUpload } from "../core/uploader";
import { element } from "../dom";
import type { Messages } from "../texts";
import type { Sums } from "./sums";

const SOON = 500;
const BETWEEN_FAILURES = 2_000;
const BETWEEN_COUNTS = 5_000;

/** A live region that collects what happens at once into one sentence. */
export class Announcer {
  /** Always on the page: a live region that appears together with its text is not read out. */
  readonly root = element("p", "status");
  readonly #pending: string[] = [];
  readonly #failed = new Set<FileUpload>();
  #failure = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #spoken = 0;
  #wasOffline = false;
  #last: Sums | undefined;

  constructor(private readonly messages: Messages) {
    this.root.setAttribute("role", "status");
  }

  /** Says a text of its own, soon. */
  say(text: string): void {
    this.#pending.push(text);
    this.#schedule(SOON);
  }

  /** Notices what has changed since it was last asked. */
  follow(uploads: Iterable<FileUpload>, sums: Sums): void {
    const before = this.#last;
    this.#last = sums;
    this.#noticeConnection(sums);
    this.#noticeFailures(uploads);
    const hasMore = sums.files > (before?.files ?? 0);
    const hasEnded = !sums.open && before?.open;
    if (hasMore || hasEnded) this.#schedule(SOON);
    else if (this.#failure) this.#scheduleAfter(BETWEEN_FAILURES);
    else if (sums.done !== before?.done || sums.files !== before?.files) {
      this.#scheduleAfter(BETWEEN_COUNTS);
    }
  }

  /** Says nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #noticeConnection({ offline, open }: Sums): void {
    const isOffline = offline > 0;
    if (isOffline === this.#wasOffline) return;
    this.#wasOffline = isOffline;
    if (isOffline) this.say(this.messages.text("status.offline"));
    else if (open) this.say(this.messages.text("status.online"));
  }

  /** The first one of those that fail together is named; the others are counted. */
  #noticeFailures(uploads: Iterable<FileUpload>): void {
    for (const upload of uploads) {
      if (upload.state !== "failed") this.#failed.delete(upload);
      else if (!this.#failed.has(upload)) {
        this.#failed.add(upload);
        this.#failure ||= this.#failureOf(upload);
      }
    }
  }

  #failureOf({ file: { name }, error }: FileUpload): string {
    const reason = error ? this.messages.error(error) : "";
    return this.messages.text("status.failed", { name, reason });
  }

  #scheduleAfter(pause: number): void {
    this.#schedule(Math.max(SOON, this.#spoken + pause - Date.now()));
  }

  #schedule(delay: number): void {
    const due = Date.now() + delay;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#speak(), delay);
  }

  #speak(): void {
    this.#timer = undefined;
    this.#spoken = Date.now();
    const counts = this.#last?.files ? countsText(this.#last, this.messages) : "";
    const text = [...this.#pending.splice(0), this.#failure, counts].filter(Boolean).join(" ");
    this.#failure = "";
    if (this.root.textContent !== text) this.root.textContent = text;
  }
}

/** For example "2 of 3 files uploaded, 1 failed". */
export function countsText(sums: Sums, { text }: Messages): string {
  const { files: count, done, failed, open } = sums;
  if (open && !done && !failed) return text("status.started", { count });
  const counts = text("status.uploaded", { done, count });
  if (failed) return `${counts}, ${text("totals.failed", { failed })}`;
  return open ? counts : `${text("status.allDone")} ${counts}`;
}
