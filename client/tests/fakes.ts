/** Stand-ins for the signing server and S3. */

import { vi } from "vitest";
import type { Policy } from "../src/policy";

/** A policy as the server answers it. */
export function policy(prefix = "qstu/0b1c/"): Policy {
  return {
    url: "https://bucket.s3.eu-central-1.amazonaws.com/",
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
    file_url_path: `//cdn.example.com/o/shop-demo/${prefix}`,
  };
}

/** The signing server: answers with these statuses in turn, 200 with a policy of its own prefix. */
export function fakeSigning(...statuses: number[]) {
  let count = 0;
  const answer = async (_url: string, _init?: RequestInit) => {
    const status = statuses[count] ?? 200;
    count += 1;
    if (status === 0) throw new TypeError("Failed to fetch");
    const body = status === 200 ? JSON.stringify(policy(`p${count}/`)) : "Invalid request.";
    return new Response(body, { status });
  };
  const mock = vi.fn(answer);
  vi.stubGlobal("fetch", mock);
  return mock;
}

/** Every request sent to S3 in a test; each one waits until the test answers it. */
export class FakeXhr {
  static sent: FakeXhr[] = [];
  upload: { onprogress?: (event: object) => void } = {};
  status = 0;
  responseText = "";
  url = "";
  form = new FormData();
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;

  static install(): void {
    FakeXhr.sent = [];
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
  }

  /** The newest request, once it has been sent. */
  static async next(count = 1): Promise<FakeXhr> {
    await vi.waitFor(() => {
      if (FakeXhr.sent.length < count) throw new Error(`${FakeXhr.sent.length} requests sent`);
    });
    return FakeXhr.sent[count - 1] as FakeXhr;
  }

  open(_method: string, url: string): void {
    this.url = url;
  }

  send(form: FormData): void {
    this.form = form;
    FakeXhr.sent.push(this);
  }

  abort(): void {
    this.onabort?.();
  }

  answer(status: number, body = ""): void {
    this.status = status;
    this.responseText = body;
    this.onload?.();
  }
}

/** S3's error document. */
export function s3Error(code: string, message = "Access Denied"): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}
