/** The options that the builder is at, and who wants to know of changes. */

import { PLAIN, type ThumbnailOptions } from "./thumbnail_options";

export class Store {
  #options: ThumbnailOptions;
  readonly #listeners: ((options: ThumbnailOptions) => void)[] = [];

  constructor(options: ThumbnailOptions) {
    this.#options = options;
  }

  get options(): ThumbnailOptions {
    return this.#options;
  }

  set(change: Partial<ThumbnailOptions>): void {
    this.#options = { ...this.#options, ...change };
    for (const listener of this.#listeners) listener(this.#options);
  }

  /** These, and defaults for all others. */
  replace(options: Partial<ThumbnailOptions>): void {
    this.set({ ...PLAIN, ...options });
  }

  /** Calls at once, and after each change. */
  watch(listener: (options: ThumbnailOptions) => void): void {
    this.#listeners.push(listener);
    listener(this.#options);
  }
}

/** The names of the options of a type. */
export type NamesOf<Type> = {
  [Name in keyof ThumbnailOptions]: ThumbnailOptions[Name] extends Type ? Name : never;
}[keyof ThumbnailOptions];
