/** Says that a file has arrived, and hears what it is. */

import { UploadError } from "../errors";
import { ask, CHECK_TIMEOUT } from "./request";
import type { Server } from "./server";
import type { Destination } from "./sign";

/** What the service has found. */
export interface Verified {
  /** The key that readers know. */
  key: string;
  file_path: string;
  public_url: string;
  thumbnail_url_template: string;
  /** Bytes. */
  size: number;
  content_type: string;
  /** Null for what is no image. */
  image: {
    width: number;
    height: number;
    thumbhash?: string | null;
    dominant_color?: string | null;
  } | null;
}

/** @throws UploadError: one of the `Content…` codes where it was refused and deleted. */
export async function complete(
  server: Server,
  { key, token }: Destination,
  signal: AbortSignal,
): Promise<Verified> {
  const body = new URLSearchParams({ api_key: server.apiKey, key, token });
  const question = { method: "POST", body, timeout: CHECK_TIMEOUT, about: "upload" } as const;
  const found = await ask(`${server.base}uploads/complete`, question, signal);
  const verified = found as Partial<Verified> | null;
  if (!verified?.key || !verified.thumbnail_url_template) {
    throw new UploadError("ServerUnavailable", true);
  }
  return verified as Verified;
}
