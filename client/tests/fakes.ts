/** Stand-ins for our service and S3. */

import { vi } from "vitest";
import { type Server, serverOf } from "../src/wire/server";

export const BASE = "https://images.test/";

/** A server of its own for each test: what is known of an app is kept for the page's life. */
export function aServer(): Server {
  return serverOf(`${BASE}generate_policy`, `key-${crypto.randomUUID()}`);
}

/** What can be asked of the service. */
export type Route = "app" | "sign" | "verify" | "begin" | "list" | "part" | "join" | "abort";

/** A status, or the whole answer. */
export type Answer = number | ((init: RequestInit) => Response | Promise<Response>);

/** One question, as it came. */
export interface Asked {
  route: Route;
  url: URL;
  body: Record<string, unknown>;
  init: RequestInit;
}

/** Our service, by stubbing `fetch`; it keeps what is sent in parts. */
export class FakeService {
  readonly asked: Asked[] = [];
  /** What S3 has, by upload id. */
  readonly uploads = new Map<string, Map<number, { ETag: string; Size: number }>>();
  /** What `/apps` says beside the rest. */
  app: Record<string, unknown> = {};
  readonly #specials = new Map<Route, Answer[]>();
  #count = 0;

  static install(): FakeService {
    const service = new FakeService();
    vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => service.#fetch(url, init));
    return service;
  }

  /** The next questions of a route are answered so. */
  next(route: Route, ...answers: Answer[]): void {
    this.#specials.set(route, [...(this.#specials.get(route) ?? []), ...answers]);
  }

  /** The questions of a route. */
  of(route: Route): Asked[] {
    return this.asked.filter((question) => question.route === route);
  }

  /** How often a route was asked. */
  times(route: Route): number {
    return this.of(route).length;
  }

  /** What S3 does with a PUT: it stores the part. */
  store(xhr: FakeXhr): void {
    const [, id = "", number] = new URL(xhr.url).pathname.split("/");
    const stored = this.uploads.get(id);
    if (!stored) {
      xhr.answer(404, s3Error("NoSuchUpload"));
      return;
    }
    const ETag = `"etag-${number}"`;
    stored.set(Number(number), { ETag, Size: (xhr.body as Blob).size });
    xhr.headers = { ETag };
    xhr.answer(200);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const address = new URL(url);
    const route = routeOf(address.pathname, init.method ?? "GET");
    this.asked.push({ route, url: address, body: bodyOf(init), init });
    const special = this.#specials.get(route)?.shift();
    if (typeof special === "number") return refusal(special);
    if (special) return await special(init);
    return this.#answer(route, this.asked.at(-1) as Asked);
  }

  #answer(route: Route, { url, body }: Asked): Response {
    const [id = "", number] = url.pathname.split("/multipart/")[1]?.split("/") ?? [];
    const stored = this.uploads.get(id);
    if (["list", "join", "abort"].includes(route) && !stored) return refusal(404, "not_found");
    switch (route) {
      case "app":
        return Response.json({ ...APP, ...this.app });
      case "sign":
        return Response.json(this.#signed(String(body.filename)));
      case "verify":
        return Response.json(verified(String(body.key)));
      case "begin":
        return Response.json(this.#begun(String(body.filename)));
      case "list":
        return Response.json(
          [...(stored ?? [])].map(([PartNumber, it]) => ({ PartNumber, ...it })),
        );
      case "part":
        return Response.json({ url: `https://s3.test/${id}/${number}`, expires: 3600 });
      case "join":
        return Response.json({ location: "", key: url.searchParams.get("key"), bucket: "b" });
      case "abort":
        this.uploads.delete(id);
        return Response.json({});
    }
  }

  #signed(name: string) {
    const at = this.#destination(name);
    const fields = { key: at.key, acl: "private", policy: "eyJ9", "x-amz-signature": "ab12" };
    const expires_at = new Date(Date.now() + 300_000).toISOString();
    return { method: "POST", url: "https://s3.test/", fields, ...at, expires_at };
  }

  #begun(name: string) {
    const at = this.#destination(name);
    const uploadId = `upload${this.#count}`;
    this.uploads.set(uploadId, new Map());
    return { ...at, uploadId, bucket: "b" };
  }

  /** Each with a prefix of its own. */
  #destination(name: string) {
    this.#count += 1;
    const path = `o/shop/p${this.#count}/${name}`;
    const thumbnail_url_template = `//cdn.test/t/{options}/u/${path}`;
    return {
      key: path,
      token: `token${this.#count}`,
      public_url: `//cdn.test/${path}`,
      thumbnail_url_template,
    };
  }
}

const APP = {
  app: "shop",
  publish: "at once",
  content_types: null,
  min_bytes: 0,
  max_bytes: 1e12,
  max_files: null,
  cdn_host: "cdn.test",
  policy_seconds: 300,
  texts: {},
};

function routeOf(path: string, method: string): Route {
  if (path.startsWith("/apps/")) return "app";
  if (path === "/uploads/complete") return "verify";
  if (!path.startsWith("/uppy/")) return "sign";
  if (path.endsWith("/multipart")) return "begin";
  if (path.endsWith("/complete")) return "join";
  if (/\/multipart\/[^/]+\/\d+$/.test(path)) return "part";
  return method === "DELETE" ? "abort" : "list";
}

function bodyOf({ body }: RequestInit): Record<string, unknown> {
  if (body instanceof URLSearchParams) return Object.fromEntries(body);
  return body ? JSON.parse(String(body)) : {};
}

/** What the service finds out about an image of 5 bytes. */
export function verified(key: string) {
  return {
    key,
    file_path: key.split("/").slice(2).join("/"),
    public_url: `//cdn.test/${key}`,
    thumbnail_url_template: `//cdn.test/t/{options}/u/${key}`,
    size: 5,
    etag: '"e"',
    content_type: "image/jpeg",
    image: { width: 40, height: 30, thumbhash: "aGFzaA==", dominant_color: "#aabbcc" },
  };
}

/** What services answer that sign for a folder, and know nothing else. */
export function folderPolicy(prefix = "qstu/0b1c/") {
  return {
    url: "https://s3.test/",
    data: {
      key: `o/shop-demo/${prefix}\${filename}`,
      acl: "bucket-owner-full-control",
      policy: "eyJ9",
      x_amz_algorithm: "AWS4-HMAC-SHA256",
      x_amz_credential: "AKID/20261122/eu-central-1/s3/aws4_request",
      x_amz_expires: 28800,
      x_amz_signature: "ab12",
      x_amz_date: "20261122T120000Z",
      utf8: "✓",
    },
    file_prefix: prefix,
    file_url_path: `//cdn.test/o/shop-demo/${prefix}`,
  };
}

/** An error of our service. */
export function refusal(status: number, error = "", more: object = {}, headers = {}): Response {
  return new Response(JSON.stringify({ error, message: "in words", ...more }), { status, headers });
}

/** The service cannot be reached. */
export function dead(): never {
  throw new TypeError("Failed to fetch");
}

/** The service never answers. */
export function silent({ signal }: RequestInit): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
  });
}

/** Whether the browser knows of a connection; tells the page where that changes. */
export function setOnline(isOnline: boolean): void {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(isOnline);
  window.dispatchEvent(new Event(isOnline ? "online" : "offline"));
}

/** Every request sent to S3 in a test; each one waits until the test answers it. */
export class FakeXhr {
  static sent: FakeXhr[] = [];
  /** Answers each request at once, where it is set. */
  static auto: ((xhr: FakeXhr) => void) | undefined;
  upload: { onprogress?: (event: object) => void } = {};
  status = 0;
  responseText = "";
  url = "";
  method = "";
  body: FormData | Blob | undefined;
  headers: Record<string, string> = {};
  isAborted = false;
  isOver = false;
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;

  static install(): void {
    FakeXhr.sent = [];
    FakeXhr.auto = undefined;
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
  }

  /** The newest request, once it has been sent. */
  static async next(count = 1): Promise<FakeXhr> {
    await vi.waitFor(() => {
      if (FakeXhr.sent.length < count) throw new Error(`${FakeXhr.sent.length} requests sent`);
    });
    return FakeXhr.sent[count - 1] as FakeXhr;
  }

  /** Those that nobody has answered. */
  static get open(): FakeXhr[] {
    return FakeXhr.sent.filter(({ isOver }) => !isOver);
  }

  get form(): FormData {
    return this.body as FormData;
  }

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
  }

  send(body: FormData | Blob): void {
    this.body = body;
    FakeXhr.sent.push(this);
    const { auto } = FakeXhr;
    if (auto) queueMicrotask(() => this.isOver || auto(this));
  }

  abort(): void {
    if (this.isOver) return;
    this.isOver = this.isAborted = true;
    this.onabort?.();
  }

  answer(status: number, body = ""): void {
    this.isOver = true;
    this.status = status;
    this.responseText = body;
    this.onload?.();
  }

  fail(): void {
    this.isOver = true;
    this.onerror?.();
  }

  progress(loaded: number, total: number): void {
    this.upload.onprogress?.({ lengthComputable: true, loaded, total });
  }

  getResponseHeader(name: string): string | null {
    return this.headers[name] ?? null;
  }
}

/** S3's error document. */
export function s3Error(code: string, message = "Access Denied"): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** A file of any size that takes no memory. */
export function largeFile(size: number, name = "film.mp4", more: FilePropertyBag = {}): File {
  const file = new File(["x"], name, { type: "video/mp4", lastModified: 1, ...more });
  const slice = (from = 0, to = size) => sized(new Blob(["x"]), Math.min(to, size) - from);
  return Object.defineProperty(sized(file, size), "slice", { value: slice });
}

function sized<Sized extends Blob>(blob: Sized, size: number): Sized {
  return Object.defineProperty(blob, "size", { value: size });
}
