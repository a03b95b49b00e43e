/** Gets the result for the options that are chosen now: a little later, and only the last. */

import { askFor, type Outcome } from "./ask_for";

const PAUSE_MILLISECONDS = 180; // a slider that is moved asks for one picture, not for fifty

export interface Loaded {
  url: string;
  outcome: Outcome;
}

export class ResultLoader {
  readonly #onWait: () => void;
  readonly #onLoad: (loaded: Loaded) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = new AbortController();
  #url = "";

  constructor(onWait: () => void, onLoad: (loaded: Loaded) => void) {
    this.#onWait = onWait;
    this.#onLoad = onLoad;
  }

  /** Asks for another picture; what was asked for before is given up. */
  want(url: string): void {
    if (url === this.#url) return;
    const isFirst = this.#url === "";
    this.#url = url;
    this.stop();
    this.#onWait();
    this.#timer = setTimeout(() => this.#ask(false), isFirst ? 0 : PAUSE_MILLISECONDS);
  }

  /** Asks the server for the same once more. */
  again(): void {
    this.stop();
    this.#onWait();
    void this.#ask(true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running.abort();
    this.#running = new AbortController();
  }

  async #ask(isAnew: boolean): Promise<void> {
    const { signal } = this.#running;
    const url = this.#url;
    try {
      const outcome = await askFor(url, signal, isAnew);
      if (!signal.aborted) this.#onLoad({ url, outcome });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
