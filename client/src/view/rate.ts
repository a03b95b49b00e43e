/** How long the rest will take, from what has been sent so far. */

const SMOOTHING_SECONDS = 5;
const FIRST_WORD_SECONDS = 2;
const SAMPLE_SECONDS = 0.5;

/** A rate in bytes a second that forgets slowly, so that what is told does not jump. */
export class Rate {
  #started: number | undefined;
  #sampled = 0;
  #bytes = 0;
  #rate = 0;

  /** @param seconds A clock that only goes forward. */
  note(bytes: number, seconds: number): void {
    if (this.#started === undefined) {
      this.#started = seconds;
    } else {
      const elapsed = seconds - this.#sampled;
      if (elapsed < SAMPLE_SECONDS) return;
      // A retried file begins anew: what it had sent before is no negative rate.
      const current = Math.max(0, bytes - this.#bytes) / elapsed;
      const weight = this.#rate ? 1 - Math.exp(-elapsed / SMOOTHING_SECONDS) : 1;
      this.#rate += weight * (current - this.#rate);
    }
    this.#sampled = seconds;
    this.#bytes = bytes;
  }

  /** Forgets everything: after a pause, the time in between would count as slow sending. */
  reset(): void {
    this.#started = undefined;
    this.#rate = 0;
  }

  /** Rounded to what is worth telling; `undefined` as long as nobody can know. */
  secondsLeft(bytes: number): number | undefined {
    const isKnown = this.#sampled - (this.#started ?? this.#sampled) >= FIRST_WORD_SECONDS;
    if (!isKnown || !this.#rate || bytes <= 0) return undefined;
    const seconds = Math.max(1, bytes / this.#rate);
    return seconds < 10 ? Math.ceil(seconds) : 5 * Math.ceil(seconds / 5);
  }
}
