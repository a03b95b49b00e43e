/** Asks for the signature of one file, and sends it to S3 as a form. */

import { UploadError } from "../errors";
import { inPlace } from "./places";
import { ask } from "./request";
import type { Server } from "./server";
import { storageError } from "./storage_error";
import { transfer } from "./transfer";

/** What is declared of a file. */
export interface Declared {
  name: string;
  /** Its media type. */
  type: string;
  /** Bytes. */
  size: number;
}

/** Where a file has gone, and what completes it. */
export interface Destination {
  /** The object key; below `q/` it waits for its check. */
  key: string;
  /** Proves that the upload is ours; "" where the service signs in the old way only. */
  token: string;
  /** Where it is, or will be, on the CDN. */
  publicUrl: string;
}

/** A form that S3 takes. */
export interface SignedForm extends Destination {
  url: string;
  /** In order; the file comes last. */
  fields: [name: string, value: string][];
}

/** @throws UploadError */
export async function signForm(
  server: Server,
  file: Declared,
  signal: AbortSignal,
): Promise<SignedForm> {
  const body = new URLSearchParams({
    api_key: server.apiKey,
    filename: file.name,
    content_type: file.type,
    size: String(file.size),
  });
  return formOf(await ask(server.signingUrl, { method: "POST", body }, signal), file.name);
}

interface Answer {
  url: string;
  fields?: Record<string, string>;
  key?: string;
  token?: string;
  public_url?: string;
  /** The only fields of services that sign for a folder, `_` standing for `-`. */
  data?: Record<string, string | number>;
  file_url_path?: string;
}

/** A wrong answer fails here, and not as an odd form at S3. */
function formOf(given: unknown, name: string): SignedForm {
  const answer = (given ?? {}) as Partial<Answer>;
  const { url, fields, data } = answer;
  if (typeof url === "string" && fields && answer.key) {
    const { key, token = "", public_url: publicUrl = "" } = answer;
    return { url, key, token, publicUrl, fields: Object.entries(fields) };
  }
  if (typeof url === "string" && typeof data?.key === "string") {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
    const key = data.key.replace("${filename}", () => name);
    const old = Object.entries({ ...data, key }).map(([field, value]): [string, string] => [
      field.replaceAll("_", "-"),
      String(value),
    ]);
    return { url, key, token: "", publicUrl: `${answer.file_url_path}${name}`, fields: old };
  }
  throw new UploadError("SigningFailed", true, { status: 200 });
}

/**
 * Posts a file; resolves once S3 has stored it.
 *
 * S3 ignores every field after `file`, and refuses one that no condition of the policy names.
 *
 * @param onProgress Told the bytes of the file that were sent.
 * @throws UploadError
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
  const told = (sent: number, all: number) => onProgress(all ? (file.size * sent) / all : 0);
  const load = { method: "POST", url: signed.url, body, onProgress: told } as const;
  const answer = await inPlace(signal, () => transfer(load, signal));
  if (![200, 201, 204].includes(answer.status)) {
    throw storageError(answer.status, answer.responseText);
  }
}
