/** Has the service look at what has arrived. */

import { complete } from "../wire/complete";
import { type Attempts, retrying } from "../wire/retry";
import type { Server } from "../wire/server";
import type { Destination } from "../wire/sign";
import { contentTypeOf } from "./content_type";
import { describe, type UploadResult, unverified } from "./result";

/** A check that another request has begun may take longer than other requests. */
const PATIENCE = 2;

/**
 * @param file What the person has chosen.
 * @param sent What was made of it, or itself.
 * @throws UploadError; or the signal's reason once it is aborted.
 */
export async function verify(
  { file, sent, server }: { file: File; sent: File; server: Server },
  arrived: Destination,
  attempts: Attempts,
): Promise<UploadResult> {
  if (!arrived.token) return describe(file, unverified(sent, contentTypeOf(sent), arrived));
  const patient = { ...attempts, retries: PATIENCE * attempts.retries };
  const verified = await retrying(patient, () => complete(server, arrived, attempts.signal));
  return describe(file, verified);
}
