/** Sends the parts that S3 lacks: several at once, and each tried again. */

import { type Begun, putPart } from "../wire/parts";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import type { PartPlan } from "./part_plan";

/** Where to, and how many at once. */
export interface Way {
  server: Server;
  begun: Begun;
  parallelParts: number;
}

/**
 * Resolves once S3 has all; the first part that fails for good stops the others.
 *
 * @param onSent Told after each change of `plan.bytes`.
 * @throws UploadError; or the signal's reason once it is aborted.
 */
export async function sendMissing(
  plan: PartPlan,
  way: Way,
  attempts: Attempts,
  onSent: () => void,
): Promise<void> {
  const { missing } = plan;
  const stop = new AbortController();
  const stopAll = () => stop.abort(attempts.signal.reason);
  attempts.signal.addEventListener("abort", stopAll);
  const worker = async () => {
    for (let number = missing.shift(); number; number = missing.shift()) {
      await send(number, plan, way, { ...attempts, signal: stop.signal }, onSent);
    }
  };
  try {
    attempts.signal.throwIfAborted();
    await Promise.all(Array.from({ length: way.parallelParts }, worker));
  } finally {
    stop.abort();
    attempts.signal.removeEventListener("abort", stopAll);
    plan.stop();
  }
}

async function send(
  number: number,
  plan: PartPlan,
  { server, begun }: Way,
  attempts: Attempts,
  onSent: () => void,
): Promise<void> {
  const part = { number, body: plan.slice(number) };
  const note = (bytes: number) => {
    plan.note(number, bytes);
    onSent();
  };
  const etag = await retrying(attempts, () =>
    putPart(server, begun, part, attempts.signal, note).catch((error: unknown) => {
      plan.note(number, 0); // all of it is sent again
      throw error;
    }),
  );
  plan.store(number, etag);
  onSent();
}
