/** Sends one file to S3 as a form. */

import type { SignedForm } from "./sign";
import { storageError } from "./storage_error";
import { transfer } from "./transfer";

/**
 * Posts a file; resolves once S3 has stored it.
 *
 * S3 ignores every field after `file`, and refuses one that no condition of the policy names.
 *
 * @param onProgress Told the bytes of the file that were sent.
 * @throws UploadError; or the signal's reason once it is aborted.
 */
export async function postForm(
  signed: SignedForm,
  file: Blob,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<void> {
  const body = new FormData();
  for (const [name, value] of signed.fields) body.append(name, value);
  body.append("file", file, signed.key.slice(signed.key.lastIndexOf("/") + 1));
  // The fields count, too, where a browser says how much there is.
  const told = (sent: number, all: number) => onProgress(all ? (file.size * sent) / all : 0);
  const load = { method: "POST", url: signed.url, body, file, onProgress: told } as const;
  const answer = await transfer(load, signal);
  // S3 answers 204, or 200 or 201 where a policy asks it to.
  if (![200, 201, 204].includes(answer.status)) {
    throw storageError(answer.status, answer.responseText);
  }
}
