/** A page with an upload client in it, and a service that signs and verifies everything. */

import type { DropzoneFile } from "dropzone";
import { vi } from "vitest";
import { FakeXhr } from "./fakes";

/** What the service answers about the app. */
export const APP = {
  app: "shop-demo",
  publish: "at once",
  content_types: null as string[] | null,
  min_bytes: 0,
  max_bytes: 1_000_000,
  max_files: null as number | null,
  max_pixels: null as number | null,
  cdn_host: "cdn.example.com",
  policy_seconds: 900,
  texts: {} as Record<string, string>,
};

/** A service whose app has these rules; returns the parameters of each signature asked for. */
export function fakeService(rules: Partial<typeof APP> = {}): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  const answer = async (address: string, init?: RequestInit) => {
    const { pathname } = new URL(address, "https://images.example.com");
    if (pathname.startsWith("/apps/")) return Response.json({ ...APP, ...rules });
    const body = init?.body as URLSearchParams;
    if (pathname === "/uploads/complete") return Response.json(verified(body.get("key") ?? ""));
    asked.push(body);
    return Response.json(signed(`o/shop-demo/p${asked.length}/${body.get("filename")}`));
  };
  vi.stubGlobal("fetch", vi.fn(answer));
  FakeXhr.install();
  return asked;
}

function signed(key: string) {
  const url = "https://bucket.s3.eu-central-1.amazonaws.com/";
  return { url, key, fields: { key }, token: "t", public_url: `//cdn.example.com/${key}` };
}

function verified(key: string) {
  return {
    key,
    file_path: key.split("/").slice(2).join("/"),
    public_url: `//cdn.example.com/${key}`,
    thumbnail_url_template: `//cdn.example.com/t/{options}/u/${key}`,
    size: 5,
    content_type: "image/jpeg",
    image: { width: 4, height: 3 },
  };
}

let services = 0;

/** Of a service that nobody has asked before: what it says of an app is kept. */
export function signingUrl(): string {
  services += 1;
  return `https://images-${services}.example.com/generate_policy`;
}

/** An element as a page has it. */
export function uploadElement(parent: Element = document.body): HTMLElement {
  const element = document.createElement("div");
  element.dataset.apikey = "k1";
  element.dataset.signingurl = signingUrl();
  parent.append(element);
  return element;
}

/** A small photo, as a person has chosen it. */
export function photo(name = "a.jpg", type = "image/jpeg"): DropzoneFile {
  return new File(["12345"], name, { type }) as DropzoneFile;
}

/** Lets S3 take so many files in all. */
export async function storeAll(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) (await FakeXhr.next(number)).answer(204);
}
