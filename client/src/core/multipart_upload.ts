/** One file in parts, which goes on where it stopped: after a pause, a lost connection, a reload. */

import { isLost } from "../errors";
import { abort, type Begun, begin, join, listParts } from "../wire/parts";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import type { Declared } from "../wire/sign";
import { claim, isKnown, release, retire } from "./claims";
import { PartPlan } from "./part_plan";
import { sendMissing } from "./part_sender";
import * as store from "./resume_store";

/** Attempts at having S3 throw the parts away, once nobody waits for it. */
const ABORT_RETRIES = 5;

/** How it is done. */
export interface PartSettings {
  server: Server;
  /** Bytes. */
  partSize: number;
  /** On their way at once. */
  parallelParts: number;
}

/** What it reports. */
export interface PartEvents {
  /** Parts are sent from now on; S3 has so many bytes, so many of them from before a reload. */
  begun(bytes: number, resumedBytes: number): void;
  /** So many bytes were sent. */
  sent(bytes: number): void;
}

/** An upload in parts; `run` may be called again, and sends only what S3 lacks. */
export class MultipartUpload {
  #begun: Begun | undefined;
  #plan: PartPlan;
  #isOfReload = false;
  #resumedBytes = 0;

  /** @param id What it is kept by for a reload; undefined for what cannot be had again. */
  constructor(
    private readonly blob: Blob,
    private readonly declared: Declared,
    private readonly settings: PartSettings,
    private readonly id: string | undefined,
  ) {
    this.#plan = new PartPlan(blob, settings.partSize);
  }

  /** Sends what is missing and joins it. @throws UploadError; or the signal's reason. */
  async run(attempts: Attempts, events: PartEvents): Promise<Begun> {
    const begun = (await this.#goOn(attempts)) ?? (await this.#begin(attempts));
    if (!this.#plan.isJoined) await this.#send(begun, attempts, events);
    return begun;
  }

  /** Lets another file of the same facts go on with it, as long as this one does not. */
  release(): void {
    if (this.#begun) release(this.#begun.uploadId);
  }

  /** Forgets it: it has become an object, or will never be one. */
  end(): void {
    if (!this.#begun) return;
    const { uploadId } = this.#begun;
    if (this.id) store.forget(this.id, uploadId);
    retire(uploadId);
    this.#begun = undefined;
  }

  /** Has S3 throw away what it has; nobody needs to wait for it. */
  async abort(): Promise<void> {
    // Never what another file of the same facts goes on with, or will.
    const begun = this.#begun ? await this.#mine() : await this.#unknown();
    if (!begun) return;
    this.end();
    const { server } = this.settings;
    const { signal } = new AbortController();
    const attempts = { retries: ABORT_RETRIES, signal, onOffline: () => {} };
    await retrying(attempts, () => abort(server, begun)).catch(() => {
      // It has ended already; or the bucket's lifecycle rule throws away what nobody has joined.
    });
  }

  /** Takes up what has begun; undefined where there is none, or it has ended. */
  async #goOn({ signal, ...attempts }: Attempts): Promise<Begun | undefined> {
    const begun = (await this.#mine()) ?? (await this.#kept());
    if (!begun) return undefined;
    try {
      const { server } = this.settings;
      const list = () => listParts(server, begun, signal);
      this.#plan.take(await retrying({ ...attempts, signal }, list));
      if (this.#isOfReload) this.#resumedBytes = this.#plan.bytes;
      this.#isOfReload = false;
      return begun;
    } catch (error) {
      if (!isLost(error)) throw error;
      this.end();
      return undefined;
    }
  }

  /** What this file has begun, unless another of the same facts goes on with it meanwhile. */
  async #mine(): Promise<Begun | undefined> {
    if (this.#begun && !(await claim(this.#begun.uploadId))) this.#begun = undefined;
    return this.#begun;
  }

  /** What was begun before the page was reloaded. */
  async #kept(): Promise<Begun | undefined> {
    const kept = this.id ? store.find(this.id) : undefined;
    if (!kept || !(await claim(kept.uploadId))) return undefined;
    this.#begun = kept;
    this.#plan = new PartPlan(this.blob, kept.partSize);
    this.#isOfReload = true;
    return kept;
  }

  /** The same, unless it is of another file that this page has stopped for now. */
  async #unknown(): Promise<Begun | undefined> {
    const kept = this.id ? store.find(this.id) : undefined;
    return kept && isKnown(kept.uploadId) ? undefined : await this.#kept();
  }

  async #begin(attempts: Attempts): Promise<Begun> {
    const { server, partSize } = this.settings;
    const begun = await retrying(attempts, () => begin(server, this.declared, attempts.signal));
    this.#begun = begun;
    this.#plan = new PartPlan(this.blob, partSize);
    this.#resumedBytes = 0;
    await claim(begun.uploadId);
    const kept = { ...begun, partSize: this.#plan.partSize, begun: Date.now() };
    if (this.id) store.keep(this.id, kept);
    return begun;
  }

  async #send(begun: Begun, attempts: Attempts, events: PartEvents): Promise<void> {
    const { server, parallelParts } = this.settings;
    const plan = this.#plan;
    events.begun(plan.bytes, this.#resumedBytes);
    await sendMissing(plan, { server, begun, parallelParts }, attempts, () =>
      events.sent(plan.bytes),
    );
    await retrying(attempts, () => join(server, begun, plan.stored, attempts.signal));
  }
}
