/** One file in parts: several at once, each tried again, and only those that S3 lacks. */

import { UploadError } from "../errors";
import { abort, type Begun, begin, join, listParts, putPart, type StoredPart } from "../wire/parts";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import type { Declared } from "../wire/sign";
import * as store from "./resume_store";

const MOST_PARTS = 10_000;
/** Attempts at having S3 throw the parts away, once nobody waits for it. */
const ABORT_RETRIES = 3;

/** How it is done. */
export interface PartSettings {
  server: Server;
  partSize: number;
  parallelParts: number;
}

/** What it reports. */
export interface PartEvents {
  /** It has begun, or goes on with so many bytes that S3 has. */
  begun(resumedBytes: number): void;
  /** So many bytes were sent. */
  sent(bytes: number): void;
}

/** An upload in parts; `run` may be called again, and goes on where it stopped. */
export class MultipartUpload {
  #begun: Begun | undefined;
  #partSize: number;
  /** ETags of the parts that S3 has. */
  readonly #stored = new Map<number, string>();
  /** Bytes that were sent of the parts under way. */
  readonly #underWay = new Map<number, number>();
  #isKept = false;

  /** @param id What it is kept by for a reload; undefined for what cannot be had again. */
  constructor(
    private readonly blob: Blob,
    private readonly declared: Declared,
    private readonly settings: PartSettings,
    private readonly id: string | undefined,
  ) {
    this.#partSize = Math.max(settings.partSize, Math.ceil(blob.size / MOST_PARTS));
  }

  /** Sends what is missing and joins it. @throws UploadError; or the signal's reason. */
  async run(attempts: Attempts, events: PartEvents): Promise<Begun> {
    const { server } = this.settings;
    try {
      const resumed = await this.#resume(attempts);
      const begun = resumed ?? (await this.#begin(attempts));
      events.begun(resumed ? this.#bytes : 0);
      await this.#sendMissing(attempts, begun, events);
      const parts = [...this.#stored].sort(([a], [b]) => a - b);
      const wanted = parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await retrying(attempts, () => join(server, begun, wanted, attempts.signal));
      this.#forget();
      return begun;
    } catch (error) {
      if (!this.#begun) throw error;
      if (hasEnded(error)) {
        this.#forget();
        throw new UploadError("UploadEnded", true);
      }
      if (error instanceof UploadError && error.code.startsWith("Content")) this.#forget();
      else this.#release();
      throw error;
    }
  }

  /** Has S3 throw away what it has. Nobody waits for it. */
  abort(): void {
    const begun = this.#begun ?? this.#fromStore();
    if (!begun) return;
    this.#forget();
    const { server } = this.settings;
    const attempts = { retries: ABORT_RETRIES, signal: new AbortController().signal };
    retrying({ ...attempts, onOffline: () => {} }, () => abort(server, begun)).catch(() => {
      // The bucket's lifecycle rule throws away what nobody has joined.
    });
  }

  /** Goes on with what is there, of this run or of a page before. */
  async #resume(attempts: Attempts): Promise<Begun | undefined> {
    const kept = this.#begun ?? this.#taken();
    if (!kept) return undefined;
    try {
      const { server } = this.settings;
      const found = await retrying(attempts, () => listParts(server, kept, attempts.signal));
      this.#take(found);
      this.#begun = kept;
      return kept;
    } catch (error) {
      if (!hasEnded(error)) throw error;
      this.#forget();
      return undefined;
    }
  }

  #fromStore(): store.Kept | undefined {
    const kept = this.id ? store.take(this.id) : undefined;
    if (kept) this.#isKept = true;
    return kept;
  }

  #taken(): Begun | undefined {
    const kept = this.#fromStore();
    if (!kept) return undefined;
    this.#partSize = kept.partSize;
    return kept;
  }

  #take(found: StoredPart[]): void {
    this.#stored.clear();
    for (const { PartNumber, ETag, Size } of found) {
      // Without sizes: they are joined already.
      if (!Size || Size === this.#slice(PartNumber).size) this.#stored.set(PartNumber, ETag);
    }
  }

  async #begin(attempts: Attempts): Promise<Begun> {
    const { server } = this.settings;
    const begun = await retrying(attempts, () => begin(server, this.declared, attempts.signal));
    this.#begun = begun;
    this.#stored.clear();
    const kept = { ...begun, partSize: this.#partSize, begun: Date.now() };
    this.#isKept = !!this.id && store.keep(this.id, kept);
    return begun;
  }

  /** Several at once; the first that fails for good stops the others. */
  async #sendMissing(attempts: Attempts, begun: Begun, events: PartEvents): Promise<void> {
    const missing = this.#missing();
    const stop = new AbortController();
    const stopAll = () => stop.abort(attempts.signal.reason);
    attempts.signal.addEventListener("abort", stopAll);
    const inner = { ...attempts, signal: stop.signal };
    const worker = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) {
        await this.#send(inner, begun, number, events);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.settings.parallelParts }, worker));
    } finally {
      stop.abort();
      attempts.signal.removeEventListener("abort", stopAll);
      this.#underWay.clear();
    }
  }

  async #send(attempts: Attempts, begun: Begun, number: number, events: PartEvents): Promise<void> {
    const part = { number, body: this.#slice(number) };
    const told = (bytes: number) => {
      this.#underWay.set(number, Math.min(bytes, part.body.size));
      events.sent(this.#bytes);
    };
    const etag = await retrying(attempts, () =>
      putPart(this.settings.server, begun, part, attempts.signal, told),
    );
    this.#underWay.delete(number);
    this.#stored.set(number, etag);
    events.sent(this.#bytes);
  }

  #missing(): number[] {
    const count = Math.max(1, Math.ceil(this.blob.size / this.#partSize));
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    return numbers.filter((number) => !this.#stored.has(number));
  }

  /** A part, without a type: none was signed. */
  #slice(number: number): Blob {
    return this.blob.slice((number - 1) * this.#partSize, number * this.#partSize, "");
  }

  get #bytes(): number {
    const stored = [...this.#stored.keys()].map((number) => this.#slice(number).size);
    return [...stored, ...this.#underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Whoever comes next with the same file goes on with it: this one after a pause, or another. */
  #release(): void {
    if (!this.id || !this.#isKept) return;
    store.release(this.id);
    this.#begun = undefined;
    this.#isKept = false;
  }

  #forget(): void {
    if (this.id && this.#isKept) store.forget(this.id);
    this.#begun = undefined;
    this.#isKept = false;
    this.#stored.clear();
  }
}

/** Neither our service nor S3 knows it any more: it took too long, or somebody ended it. */
function hasEnded(error: unknown): boolean {
  const codes = ["UploadEnded", "NoSuchUpload", "InvalidApiKey"];
  return error instanceof UploadError && codes.includes(error.code);
}
