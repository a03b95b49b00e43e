/** One file as a form: signed when its turn comes, and again where the signature has run out. */

import { isExpired } from "../errors";
import { appInfo } from "../wire/app";
import { inPlace } from "../wire/places";
import { postForm } from "../wire/post";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import { type Declared, type SignedForm, signForm } from "../wire/sign";

/** A signature with less time left is renewed, in milliseconds. */
const LEAST_LEFT = 30_000;
/** How long a signature lasts where nobody says it, in milliseconds. */
const LIFETIME = 300_000;

/** An upload by one POST; `run` may be called again. */
export class FormUpload {
  #signed: SignedForm | undefined;
  /** From when on it is renewed: by our own clock, which need not be right. */
  #renewAt = 0;

  constructor(
    private readonly blob: Blob,
    private readonly declared: Declared,
    private readonly server: Server,
  ) {}

  /** Has it signed, unless it is. @throws UploadError; or the signal's reason. */
  async sign(attempts: Attempts): Promise<SignedForm> {
    if (this.#signed && Date.now() < this.#renewAt) return this.#signed;
    return retrying(attempts, async () => {
      const info = appInfo(this.server);
      const asked = Date.now();
      const signed = await signForm(this.server, this.declared, attempts.signal);
      const lifetime = 1_000 * ((await info)?.policy_seconds ?? 0) || signed.expiresAt - asked;
      this.#renewAt = asked + usable(lifetime);
      this.#signed = signed;
      return signed;
    });
  }

  /** Sends it. @throws UploadError; or the signal's reason. */
  async run(attempts: Attempts, onSent: (bytes: number) => void): Promise<SignedForm> {
    try {
      return await this.#post(attempts, onSent);
    } catch (error) {
      if (!isExpired(error)) throw error;
      this.#signed = undefined;
      return await this.#post(attempts, onSent);
    } finally {
      // Whatever S3 did not like, the next run begins with a new signature.
      this.#signed = undefined;
    }
  }

  #post(attempts: Attempts, onSent: (bytes: number) => void): Promise<SignedForm> {
    const { signal } = attempts;
    const post = async () => {
      // Not before there is a place: a signature runs out in a long queue.
      const signed = await this.sign({ ...attempts, retries: 0 });
      await postForm(signed, this.blob, signal, onSent);
      return signed;
    };
    return retrying(attempts, () => inPlace(signal, post));
  }
}

/** How long it is used, in milliseconds. One that is over as it comes tells of a wrong clock. */
function usable(lifetime: number): number {
  const whole = lifetime > 0 ? lifetime : LIFETIME;
  return whole - Math.min(LEAST_LEFT, whole / 2);
}
