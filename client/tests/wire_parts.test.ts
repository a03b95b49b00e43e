/** The requests of an upload in parts, of its completion, and of the app. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { appInfo } from "../src/wire/app";
import { complete } from "../src/wire/complete";
import { abort, begin, join, listParts, putPart } from "../src/wire/parts";
import { aServer, BASE, dead, FakeService, FakeXhr, s3Error } from "./fakes";

const never = new AbortController().signal;
const FILE = { name: "a.mp4", type: "video/mp4", size: 5 };
const BEGUN = { key: "q/shop/a b&c.mp4", uploadId: "up/1", token: "t", publicUrl: "//cdn.test/x" };

beforeEach(() => FakeXhr.install());
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an upload in parts", () => {
  test("begins with what is known of the file", async () => {
    const service = FakeService.install();
    const server = aServer();
    const begun = await begin(server, FILE, never);
    expect(service.asked[0]).toMatchObject({
      body: { filename: "a.mp4", type: "video/mp4", metadata: { size: "5" } },
      init: { method: "POST" },
    });
    expect(service.asked[0]?.url.href).toBe(`${BASE}uppy/${server.apiKey}/s3/multipart`);
    expect(begun).toEqual({
      key: "o/shop/p1/a.mp4",
      uploadId: "upload1",
      token: "token1",
      publicUrl: "//cdn.test/o/shop/p1/a.mp4",
    });
  });

  test("does not begin with an answer without an id", async () => {
    FakeService.install().next("begin", () => Response.json({ key: "k" }));
    await expect(begin(aServer(), FILE, never)).rejects.toMatchObject({ code: "SigningFailed" });
  });

  test("is named by its id and key, whatever is in them", async () => {
    const service = FakeService.install();
    service.next("list", () => Response.json([{ PartNumber: 1, ETag: "e", Size: 5 }]));
    const server = aServer();
    expect(await listParts(server, BEGUN, never)).toEqual([{ PartNumber: 1, ETag: "e", Size: 5 }]);
    const { url } = service.asked[0] ?? {};
    expect(url?.pathname).toBe(`/uppy/${server.apiKey}/s3/multipart/up%2F1`);
    expect(url?.searchParams.get("key")).toBe(BEGUN.key);
  });

  test("is joined of the parts in their order", async () => {
    const service = FakeService.install();
    service.next("join", () => Response.json({ key: "k" }));
    const parts = [{ PartNumber: 1, ETag: '"a"' }];
    await join(aServer(), BEGUN, parts, never);
    expect(service.of("join")[0]?.body).toEqual({ parts });
  });

  test.each([
    ["list", () => listParts(aServer(), BEGUN, never)],
    ["join", () => join(aServer(), BEGUN, [], never)],
  ] as const)("is asked about again where %s is answered with nothing", async (route, ask) => {
    FakeService.install().next(route, () => new Response("<html>"));
    await expect(ask()).rejects.toMatchObject({ code: "ServerUnavailable" });
  });

  test("that waits for its check does not begin without what completes it", async () => {
    const answer = { key: "q/shop/a.mp4", uploadId: "u" };
    FakeService.install().next("begin", () => Response.json(answer));
    await expect(begin(aServer(), FILE, never)).rejects.toMatchObject({ code: "SigningFailed" });
  });

  test("is thrown away even while the page is left", async () => {
    const service = FakeService.install();
    service.next("abort", () => Response.json({}));
    await abort(aServer(), BEGUN);
    expect(service.of("abort")[0]?.init).toMatchObject({ method: "DELETE", keepalive: true });
  });

  test.each([
    ["list", () => listParts(aServer(), BEGUN, never)],
    ["join", () => join(aServer(), BEGUN, [], never)],
    ["abort", () => abort(aServer(), BEGUN)],
  ] as const)("has ended where %s is answered 403", async (route, ask) => {
    FakeService.install().next(route, 403);
    await expect(ask()).rejects.toMatchObject({ code: "UploadEnded", retryable: true });
  });
});

describe("a part", () => {
  function put(onProgress = (_sent: number) => {}) {
    const part = { number: 3, body: new Blob(["12345"]) };
    return putPart(aServer(), BEGUN, part, never, onProgress).catch((error) => error.code);
  }

  test("is signed just before it is sent, and known again by its ETag", async () => {
    FakeService.install();
    const told: number[] = [];
    const sent = put((bytes) => told.push(bytes));
    const request = await FakeXhr.next();
    expect(request).toMatchObject({ method: "PUT", url: "https://s3.test/up%2F1/3" });
    request.progress(4, 5);
    request.headers = { ETag: '"e3"' };
    request.answer(200);
    expect(await sent).toBe('"e3"');
    expect(told).toEqual([4]);
  });

  test("without an ETag that scripts may read tells of a bucket that is not set up", async () => {
    FakeService.install();
    const sent = put();
    (await FakeXhr.next()).answer(200);
    expect(await sent).toBe("StorageMisconfigured");
  });

  test.each([
    [503, s3Error("SlowDown"), "SlowDown"],
    [404, s3Error("NoSuchUpload"), "UploadEnded"],
    [403, s3Error("AccessDenied"), "AccessDenied"],
  ])("that S3 answers %i %s fails as such", async (status, body, code) => {
    FakeService.install();
    const sent = put();
    (await FakeXhr.next()).answer(status, body);
    expect(await sent).toBe(code);
  });

  test("that is not signed is not sent", async () => {
    FakeService.install().next("part", () => Response.json({}));
    expect(await put()).toBe("SigningFailed");
    expect(FakeXhr.sent).toHaveLength(0);
  });
});

describe("completing", () => {
  const arrived = { key: "q/shop/a.jpg", token: "t", publicUrl: "" };

  test("proves by the token whose upload it is", async () => {
    const service = FakeService.install();
    const server = aServer();
    const verified = await complete(server, arrived, never);
    expect(service.of("verify")[0]?.body).toEqual({
      api_key: server.apiKey,
      key: "q/shop/a.jpg",
      token: "t",
    });
    expect(verified.image?.width).toBe(40);
  });

  test("with an answer that says nothing is asked again", async () => {
    FakeService.install().next("verify", () => new Response("<html>"));
    await expect(complete(aServer(), arrived, never)).rejects.toMatchObject({
      code: "ServerUnavailable",
    });
  });
});

describe("an app", () => {
  test("is asked about once, however many files there are", async () => {
    const service = FakeService.install();
    const server = aServer();
    const [first, second] = await Promise.all([appInfo(server), appInfo({ ...server })]);
    expect(first).toMatchObject({ app: "shop", policy_seconds: 300 });
    expect(second).toBe(first);
    await appInfo(aServer());
    expect(service.times("app")).toBe(2);
  });

  test.each([dead, 404, () => new Response("<html>"), () => Response.json({ app: "x" })])(
    "that cannot be had is undefined, and asked about again (%#)",
    async (answer) => {
      const service = FakeService.install();
      const server = aServer();
      service.next("app", answer);
      expect(await appInfo(server)).toBeUndefined();
      expect(await appInfo(server)).toMatchObject({ app: "shop" });
    },
  );

  test("of an older service has no texts, and no limits but those it tells", async () => {
    FakeService.install().next("app", () => Response.json({ max_bytes: 7 }));
    expect(await appInfo(aServer())).toEqual({
      texts: {},
      content_types: null,
      max_files: null,
      min_bytes: 0,
      max_bytes: 7,
    });
  });
});
