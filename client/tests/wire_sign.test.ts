/** The signature of one file, and the form that it becomes. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { postForm } from "../src/wire/post";
import { serverOf } from "../src/wire/server";
import { type SignedForm, signForm } from "../src/wire/sign";
import { aServer, FakeService, FakeXhr, folderPolicy, s3Error } from "./fakes";

const never = new AbortController().signal;
const FILE = { name: "a.jpg", type: "image/jpeg", size: 5 };

beforeEach(() => FakeXhr.install());
afterEach(() => {
  vi.unstubAllGlobals();
});

test("every address lies beside that of the signatures", () => {
  const server = serverOf("https://h.test/sub/generate_policy", "k");
  expect(server).toEqual({
    signingUrl: "https://h.test/sub/generate_policy",
    base: "https://h.test/sub/",
    apiKey: "k",
  });
  expect(serverOf("//h.test/generate_policy", "k").base).toMatch(/^\w+:\/\/h\.test\/$/);
});

describe("a signature", () => {
  test("is asked for with all that is known of the file", async () => {
    const service = FakeService.install();
    const server = aServer();
    const signed = await signForm(server, FILE, never);
    expect(service.of("sign")[0]?.body).toEqual({
      api_key: server.apiKey,
      filename: "a.jpg",
      content_type: "image/jpeg",
      size: "5",
    });
    expect(signed).toMatchObject({ key: "o/shop/p1/a.jpg", token: "token1" });
    expect(signed.publicUrl).toBe("//cdn.test/o/shop/p1/a.jpg");
    expect(signed.expiresAt).toBeGreaterThan(Date.now());
  });

  test("for a folder is one for the file, without a token", async () => {
    FakeService.install().next("sign", () => Response.json(folderPolicy()));
    const signed = await signForm(aServer(), { ...FILE, name: "my-$&.jpg" }, never);
    expect(signed.fields.map(([name]) => name)).toEqual([
      "key",
      "acl",
      "policy",
      "x-amz-algorithm",
      "x-amz-credential",
      "x-amz-expires",
      "x-amz-signature",
      "x-amz-date",
      "utf8",
    ]);
    expect(Object.fromEntries(signed.fields)).toMatchObject({
      key: "o/shop-demo/qstu/0b1c/my-$&.jpg",
      "x-amz-expires": "28800",
      utf8: "✓",
    });
    expect(signed.token).toBe("");
    expect(signed.publicUrl).toBe("//cdn.test/o/shop-demo/qstu/0b1c/my-$&.jpg");
    expect(signed.expiresAt).toBeGreaterThan(Date.now() + 28_000_000);
  });

  test.each([null, "text", {}, { url: "https://s3.test" }, { url: "x", data: {} }])(
    "is not %j",
    async (answer) => {
      FakeService.install().next("sign", () => Response.json(answer));
      await expect(signForm(aServer(), FILE, never)).rejects.toMatchObject({
        code: "SigningFailed",
      });
    },
  );

  test("for an unknown key is refused in the words that old clients know", async () => {
    FakeService.install().next("sign", () => new Response("Invalid request.", { status: 403 }));
    await expect(signForm(aServer(), FILE, never)).rejects.toMatchObject({
      code: "InvalidApiKey",
      retryable: false,
    });
  });
});

describe("a form", () => {
  const signed: SignedForm = {
    url: "https://s3.test/",
    key: "q/shop/p1/a.jpg",
    token: "t",
    publicUrl: "//cdn.test/o/shop/p1/a.jpg",
    fields: [
      ["key", "q/shop/p1/a.jpg"],
      ["zebra", "1"],
      ["acl", "private"],
    ],
    expiresAt: Number.NaN,
  };

  function post(onProgress = (_sent: number) => {}) {
    const outcome = postForm(signed, new Blob(["12345"]), never, onProgress).then(
      () => "stored",
      (error) => error.code,
    );
    return { outcome, request: FakeXhr.sent[0] as FakeXhr };
  }

  test("has the fields in their order, the file last and by its name in the bucket", () => {
    const append = vi.spyOn(FormData.prototype, "append");
    const { request } = post();
    expect(request).toMatchObject({ method: "POST", url: "https://s3.test/" });
    expect([...request.form.keys()]).toEqual(["key", "zebra", "acl", "file"]);
    expect(request.form.get("key")).toBe("q/shop/p1/a.jpg");
    expect(append).toHaveBeenLastCalledWith("file", expect.any(Blob), "a.jpg");
    request.answer(204);
  });

  test.each([204, 200, 201])("is stored where S3 answers %i", async (status) => {
    const { outcome, request } = post();
    request.answer(status);
    expect(await outcome).toBe("stored");
  });

  test("that S3 refuses says why", async () => {
    const { outcome, request } = post();
    request.answer(400, s3Error("EntityTooLarge"));
    expect(await outcome).toBe("EntityTooLarge");
  });

  test("tells the file's bytes, not those of the fields", async () => {
    const told: number[] = [];
    const { request } = post((sent) => told.push(sent));
    request.progress(0, 0);
    request.progress(500, 1_000);
    request.progress(1_000, 1_000);
    expect(told).toEqual([0, 2.5, 5]);
    request.answer(204);
  });
});
