/** The requests of an upload in parts. */

import { isExpired, UploadError } from "../errors";
import { inPlace } from "./places";
import { ask, CHECK_TIMEOUT } from "./request";
import type { Server } from "./server";
import { canComplete, type Declared, type Destination } from "./sign";
import { storageError } from "./storage_error";
import { transfer } from "./transfer";

/** One that has begun. */
export interface Begun extends Destination {
  uploadId: string;
}

/** A part as S3 knows it again. */
export interface Part {
  PartNumber: number;
  ETag: string;
}

/** A part that S3 has. */
export interface StoredPart extends Part {
  /** Bytes; 0 where S3 has joined the parts already. */
  Size: number;
}

/** @throws UploadError */
export async function begin(server: Server, file: Declared, signal: AbortSignal): Promise<Begun> {
  const { name: filename, type, size } = file;
  const body = { filename, type, metadata: { size: String(size) } };
  const found = await ask(root(server), { method: "POST", body }, signal);
  const answer = found as Record<string, string> | null;
  const { key, uploadId, token = "", public_url: publicUrl = "" } = answer ?? {};
  if (!canComplete(key, token) || !uploadId)
    throw new UploadError("SigningFailed", true, { status: 200 });
  return { key, uploadId, token, publicUrl };
}

/** What is sent of a file at once. */
interface SentPart {
  number: number;
  body: Blob;
}

/** Sends one part; returns its ETag. @throws UploadError */
export async function putPart(
  server: Server,
  begun: Begun,
  part: SentPart,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<string> {
  const put = async () => {
    const url = await partUrl(server, begun, part.number, signal);
    return await putTo(url, part.body, signal, onProgress);
  };
  return inPlace(signal, () =>
    put().catch((error: unknown) => {
      // The page may have slept since its address was signed.
      if (!isExpired(error)) throw error;
      return put();
    }),
  );
}

async function putTo(
  url: string,
  body: Blob,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<string> {
  const answer = await transfer({ method: "PUT", url, body, file: body, onProgress }, signal);
  if (answer.status !== 200) throw storageError(answer.status, answer.responseText);
  const etag = answer.getResponseHeader("ETag");
  if (!etag) throw new UploadError("StorageMisconfigured", false);
  return etag;
}

async function partUrl(
  server: Server,
  begun: Begun,
  number: number,
  signal: AbortSignal,
): Promise<string> {
  const found = await ask(address(server, begun, `/${number}`), { about: "upload" }, signal);
  const signed = found as { url?: string } | null;
  if (!signed?.url) throw new UploadError("SigningFailed", true, { status: 200 });
  return signed.url;
}

/** The parts that S3 has. @throws UploadError */
export async function listParts(
  server: Server,
  begun: Begun,
  signal: AbortSignal,
): Promise<StoredPart[]> {
  const found = await ask(address(server, begun), { about: "upload" }, signal);
  if (!Array.isArray(found)) throw new UploadError("ServerUnavailable", true);
  return found;
}

/** Joins the parts to the object. @throws UploadError */
export async function join(
  server: Server,
  begun: Begun,
  parts: Part[],
  signal: AbortSignal,
): Promise<void> {
  const question = { method: "POST", body: { parts }, timeout: CHECK_TIMEOUT } as const;
  const url = address(server, begun, "/complete");
  const joined = await ask(url, { ...question, about: "upload" }, signal);
  if (!(joined as { key?: string } | null)?.key) throw new UploadError("ServerUnavailable", true);
}

/** Has S3 throw the parts away, even while the page is left. @throws UploadError */
export async function abort(server: Server, begun: Begun): Promise<void> {
  await ask(address(server, begun), { method: "DELETE", keepalive: true, about: "upload" });
}

function root(server: Server): string {
  return `${server.base}uppy/${encodeURIComponent(server.apiKey)}/s3/multipart`;
}

function address(server: Server, { uploadId, key }: Begun, what = ""): string {
  const upload = `${root(server)}/${encodeURIComponent(uploadId)}`;
  return `${upload}${what}?${new URLSearchParams({ key })}`;
}
