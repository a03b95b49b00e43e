/** All files together: how far they are, how long it takes, and buttons for all of them. */

import { element } from "../dom";
import type { Messages } from "../texts";
import { ProgressBar } from "./bar";
import { button } from "./buttons";
import { focusedIn, isHidden } from "./focus";
import { Rate } from "./rate";
import type { Sums } from "./sums";

const SECONDS_BETWEEN_WORDS = 1;

/** What can be done with all files. */
export type AllActions = Record<"pauseAll" | "resumeAll" | "cancelAll", () => void>;

/** Shows itself where it has something to say that the files' lines do not. */
export class Totals {
  readonly root: HTMLElement;
  readonly #words = element("p", "totals-words");
  readonly #bar: ProgressBar;
  readonly #rate = new Rate();
  readonly #pause: HTMLButtonElement;
  readonly #resume: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  #counts = "";
  #written = 0;

  constructor(
    private readonly messages: Messages,
    actions: AllActions,
    private readonly onFocusLost: () => void,
  ) {
    const { text } = messages;
    this.#bar = new ProgressBar(text("totals.label"));
    this.#pause = button("all", "pause", text("totals.pause"), actions.pauseAll);
    this.#resume = button("all", "resume", text("totals.resume"), actions.resumeAll);
    this.#cancel = button("all", "cancel", text("totals.cancel"), actions.cancelAll);
    const buttons = element("div", "totals-tools", this.#pause, this.#resume, this.#cancel);
    this.root = element("div", "totals", this.#words, buttons, this.#bar.root);
    this.root.hidden = true;
  }

  /** @param seconds A clock that only goes forward. */
  draw(sums: Sums, seconds: number): void {
    const left = this.#secondsLeft(sums, seconds);
    const focused = focusedIn(this.root);
    this.root.hidden = !(sums.files > 1 || (sums.open && left !== undefined));
    this.root.toggleAttribute("data-ended", !sums.open);
    this.#drawButtons(sums);
    if (isHidden(focused)) this.#keepFocus();
    this.#write(sums, left, seconds);
    this.#bar.draw(sums.total ? sums.loaded / sums.total : 0, this.#words.textContent ?? "");
  }

  #secondsLeft(sums: Sums, seconds: number): number | undefined {
    const isMoving = sums.open > sums.paused + sums.offline;
    if (!isMoving) this.#rate.reset();
    else this.#rate.note(sums.loaded, seconds);
    return this.#rate.secondsLeft(sums.total - sums.loaded);
  }

  #drawButtons({ files, open, paused }: Sums): void {
    this.#pause.hidden = files < 2 || open === paused;
    this.#resume.hidden = files < 2 || !paused || open > paused;
    this.#cancel.hidden = files < 2 || !open;
  }

  /** At once where a file has ended, otherwise no more often than one can read it. */
  #write(sums: Sums, left: number | undefined, seconds: number): void {
    const counts = [sums.files, sums.done, sums.failed, sums.paused, sums.offline].join();
    if (counts === this.#counts && seconds - this.#written < SECONDS_BETWEEN_WORDS) return;
    this.#counts = counts;
    this.#written = seconds;
    const text = totalsText(sums, left, this.messages);
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }

  #keepFocus(): void {
    const other = [this.#resume, this.#pause].find((one) => !one.hidden);
    if (other && !this.root.hidden) other.focus();
    else this.onFocusLost();
  }
}

/** For example "3 of 20 files · 1 failed · 12 MB of 48 MB · 10 sec left". */
export function totalsText(sums: Sums, left: number | undefined, messages: Messages): string {
  const { files: count, done, failed, open, offline } = sums;
  const { text, size } = messages;
  const parts = [
    text("totals.files", { done, count }),
    failed && text("totals.failed", { failed }),
    open
      ? text("totals.bytes", { loaded: size(sums.loaded), total: size(sums.total) })
      : sums.total && size(sums.total),
    offline && text("state.offline"),
    left !== undefined && text("totals.left", { time: messages.duration(left) }),
  ];
  return parts.filter(Boolean).join(" · ");
}
