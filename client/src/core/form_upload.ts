/** One file as a form: signed when its turn comes, and again where the signature has run out. */

import { UploadError } from "../errors";
import { appInfo } from "../wire/app";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import { type Declared, postForm, type SignedForm, signForm } from "../wire/sign";

/** A signature with less time left is renewed, in milliseconds. */
const LEAST_LEFT = 30_000;
/** How long a signature lasts where the service does not say, in seconds. */
const LIFETIME = 300;

/** An upload by one POST; `run` may be called again. */
export class FormUpload {
  #signed: SignedForm | undefined;
  /** By our own clock, so that it does not matter whether that is right. */
  #ends = 0;

  constructor(
    private readonly blob: Blob,
    private readonly declared: Declared,
    private readonly server: Server,
  ) {}

  /** Has it signed, unless it is. @throws UploadError; or the signal's reason. */
  async sign(attempts: Attempts): Promise<SignedForm> {
    if (this.#signed && performance.now() < this.#ends - LEAST_LEFT) return this.#signed;
    const { server, declared } = this;
    const asked = performance.now();
    this.#signed = await retrying(attempts, () => signForm(server, declared, attempts.signal));
    const lifetime = (await appInfo(server))?.policy_seconds ?? LIFETIME;
    this.#ends = asked + 1_000 * lifetime;
    return this.#signed;
  }

  /** Sends it. @throws UploadError; or the signal's reason. */
  async run(attempts: Attempts, onSent: (bytes: number) => void): Promise<SignedForm> {
    try {
      return await this.#post(attempts, onSent);
    } catch (error) {
      if (!(error instanceof UploadError) || error.code !== "PolicyExpired") throw error;
      this.#ends = 0;
      return await this.#post(attempts, onSent);
    } finally {
      // After a refusal, whatever it was, the next attempt begins with a new signature.
      this.#ends = 0;
    }
  }

  #post(attempts: Attempts, onSent: (bytes: number) => void): Promise<SignedForm> {
    return retrying(attempts, async () => {
      const signed = await this.sign({ ...attempts, retries: 0 });
      await postForm(signed, this.blob, attempts.signal, onSent);
      return signed;
    });
  }
}
