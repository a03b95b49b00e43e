/** Asks for the signature of one file. */

import { UploadError } from "../errors";
import { ask } from "./request";
import type { Server } from "./server";

/** What is declared of a file. */
export interface Declared {
  name: string;
  /** Its media type. */
  type: string;
  /** Bytes. */
  size: number;
}

/** Where a file goes, and what completes it. */
export interface Destination {
  /** The object key; below `q/` it waits for its check. */
  key: string;
  /** Proves that the upload is ours; "" where the service completes nothing. */
  token: string;
  /** Where it is, or will be, on the CDN. */
  publicUrl: string;
}

/** A form that S3 takes. */
export interface SignedForm extends Destination {
  url: string;
  /** In order; the file comes last. */
  fields: [name: string, value: string][];
  /** When it runs out, by the service's clock, in milliseconds since 1970; NaN where it is not said. */
  expiresAt: number;
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
  url?: unknown;
  fields?: Record<string, string>;
  key?: string;
  token?: string;
  public_url?: string;
  expires_at?: string;
  /** All that services know which sign for a folder: `_` stands for `-`. */
  data?: Record<string, string | number>;
  file_url_path?: string;
}

/** Whether there is a key, and a token where nobody could read the object without a check. */
export function canComplete(key: string | undefined, token: string): key is string {
  return !!key && (!!token || !key.startsWith("q/"));
}

/** A wrong answer fails here, and not as an odd form at S3. */
function formOf(given: unknown, name: string): SignedForm {
  const answer = (given ?? {}) as Answer;
  const { url, fields, key, token = "", public_url: publicUrl = "" } = answer;
  const expiresAt = Date.parse(answer.expires_at ?? "");
  if (typeof url === "string" && fields && canComplete(key, token)) {
    return { url, key, token, publicUrl, fields: Object.entries(fields), expiresAt };
  }
  if (typeof url === "string" && answer.data) return folderForm(url, answer, name);
  throw new UploadError("SigningFailed", true, { status: 200 });
}

/** The form of a service that signs for a folder, and completes nothing. */
function folderForm(url: string, { data = {}, file_url_path }: Answer, name: string): SignedForm {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
  const key = String(data.key ?? "").replace("${filename}", () => name);
  if (!key || !file_url_path) throw new UploadError("SigningFailed", true, { status: 200 });
  const fields = Object.entries({ ...data, key }).map(([field, value]): [string, string] => [
    field.replaceAll("_", "-"),
    String(value),
  ]);
  const expiresAt = Date.now() + 1_000 * Number(data.x_amz_expires);
  return { url, key, token: "", publicUrl: file_url_path + name, fields, expiresAt };
}
