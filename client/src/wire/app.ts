/** What the service lets a page know of its app. */

import { ask } from "./request";
import type { Server } from "./server";

/** The answer of `GET /apps/<api key>`. */
export interface AppInfo {
  /** Its full name. */
  app: string;
  publish: string;
  /** Media types and wildcards; null: any. */
  content_types: string[] | null;
  min_bytes: number;
  max_bytes: number;
  max_files: number | null;
  max_pixels?: number | null;
  cdn_host: string;
  /** How long a signature lasts. */
  policy_seconds: number;
  texts: Record<string, string>;
}

/** Milliseconds that a page waits for it before it goes on without. */
const TIMEOUT = 8_000;
const known = new Map<string, Promise<AppInfo | undefined>>();

/** Fetched once; without it, limits are what the service and S3 refuse. */
export function appInfo(server: Server): Promise<AppInfo | undefined> {
  const url = `${server.base}apps/${encodeURIComponent(server.apiKey)}`;
  const before = known.get(url);
  if (before) return before;
  const asked = ask(url, { timeout: TIMEOUT }).then(checked, () => undefined);
  known.set(url, asked);
  void asked.then((info) => info ?? known.delete(url));
  return asked;
}

function checked(answer: unknown): AppInfo | undefined {
  const info = answer as Partial<AppInfo> | null;
  if (typeof info?.max_bytes !== "number") return undefined;
  return { texts: {}, content_types: null, max_files: null, min_bytes: 0, ...info } as AppInfo;
}
