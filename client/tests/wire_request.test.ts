import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { appInfo } from "../src/wire/app";
import { complete } from "../src/wire/complete";
import { begin, join, listParts } from "../src/wire/parts";
import { ANSWER_TIMEOUT, ask, CHECK_TIMEOUT } from "../src/wire/request";
import { serverOf } from "../src/wire/server";
import { signForm } from "../src/wire/sign";
import { aServer, BASE, dead, FakeService, refusal, silent } from "./fakes";

const never = new AbortController().signal;
const photo = { name: "a&b.jpg", type: "image/jpeg", size: 5 };
const begun = { uploadId: "u/1", key: "o/shop/p/a b.jpg", token: "t", publicUrl: "" };
const html = () => new Response("<html>Log in</html>");
let service: FakeService;

beforeEach(() => {
  service = FakeService.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function failure(promise: Promise<unknown>) {
  return promise.then(
    () => "good",
    (error) => error,
  );
}

test("every address lies beside that of the signatures", () => {
  expect(serverOf("https://h.test/a/generate_policy?x=1", "k")).toEqual({
    signingUrl: "https://h.test/a/generate_policy?x=1",
    base: "https://h.test/a/",
    apiKey: "k",
  });
  expect(serverOf("/generate_policy", "k").base).toBe(new URL("/", document.baseURI).href);
});

test("a signature is asked for as a form, which needs no preflight", async () => {
  const server = { ...aServer(), apiKey: "a&b" };
  await signForm(server, photo, never);
  const [asked] = service.of("sign");
  expect(asked?.init).toMatchObject({ method: "POST", body: expect.any(URLSearchParams) });
  expect(asked?.init.headers).toBeUndefined();
  expect(asked?.body).toEqual({
    api_key: "a&b",
    filename: "a&b.jpg",
    content_type: "image/jpeg",
    size: "5",
  });
});

test("a signed form keeps its fields and their order", async () => {
  const form = await signForm(aServer(), photo, never);
  expect(form.fields.map(([name]) => name)).toEqual(["key", "acl", "policy", "x-amz-signature"]);
  expect(form).toMatchObject({ url: "https://s3.test/", token: "token1" });
  expect(form.key).toBe("o/shop/p1/a&b.jpg");
  expect(form.publicUrl).toBe("//cdn.test/o/shop/p1/a&b.jpg");
  expect(form.expiresAt).toBeGreaterThan(Date.now());
});

test("a service that signs for a folder is understood, too", async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
  const data = { key: "o/shop/p1/${filename}", x_amz_expires: 100, utf8: "✓" };
  const old = { url: "https://s3.test/", data, file_url_path: "//cdn.test/o/shop/p1/" };
  service.next("sign", () => Response.json(old));
  const form = await signForm(aServer(), { ...photo, name: "$&.jpg" }, never);
  expect(form.fields).toEqual([
    ["key", "o/shop/p1/$&.jpg"],
    ["x-amz-expires", "100"],
    ["utf8", "✓"],
  ]);
  expect(form).toMatchObject({ token: "", publicUrl: "//cdn.test/o/shop/p1/$&.jpg" });
});

test.each([
  null,
  "text",
  [],
  {},
  { url: "https://s3", data: {} },
  { url: "https://s3", fields: {} },
  { fields: {}, key: "o/a" },
  { url: "https://s3", fields: {}, key: "q/waits/for/a/check/without/a/token" },
])("%j is no signature", async (answer) => {
  service.next("sign", () => Response.json(answer));
  expect(await failure(signForm(aServer(), photo, never))).toMatchObject({
    code: "SigningFailed",
    values: { status: 200 },
  });
});

test("a page in HTML is no answer to anything", async () => {
  service.next("sign", html);
  service.next("begin", html);
  service.next("list", html);
  service.next("join", html);
  service.next("verify", html);
  const server = aServer();
  expect(await failure(signForm(server, photo, never))).toMatchObject({ code: "SigningFailed" });
  expect(await failure(begin(server, photo, never))).toMatchObject({ code: "SigningFailed" });
  const later = { code: "ServerUnavailable", retryable: true };
  expect(await failure(listParts(server, begun, never))).toMatchObject(later);
  expect(await failure(join(server, begun, [], never))).toMatchObject(later);
  expect(await failure(complete(server, begun, never))).toMatchObject(later);
});

test("an upload in parts begins with the size and the type", async () => {
  const server = aServer();
  expect(await begin(server, photo, never)).toMatchObject({ uploadId: "upload1", token: "token1" });
  const [asked] = service.of("begin");
  expect(asked?.url.href).toBe(`${BASE}uppy/${server.apiKey}/s3/multipart`);
  expect(asked?.init.headers).toEqual({ "Content-Type": "application/json" });
  expect(asked?.body).toEqual({
    filename: "a&b.jpg",
    type: "image/jpeg",
    metadata: { size: "5" },
  });
});

test.each([{}, { key: "o/a" }, { uploadId: "1" }, { key: "q/a", uploadId: "1" }])(
  "%j is no upload that has begun",
  async (answer) => {
    service.next("begin", () => Response.json(answer));
    expect(await failure(begin(aServer(), photo, never))).toMatchObject({ code: "SigningFailed" });
  },
);

test("ids and keys are encoded in addresses", async () => {
  const server = aServer();
  await failure(listParts(server, begun, never));
  expect(service.of("list")[0]?.url.href).toBe(
    `${BASE}uppy/${server.apiKey}/s3/multipart/u%2F1?key=o%2Fshop%2Fp%2Fa+b.jpg`,
  );
});

test("a service that cannot be reached is a network error", async () => {
  service.next("sign", dead);
  expect(await failure(signForm(aServer(), photo, never))).toMatchObject({
    code: "Network",
    retryable: true,
    values: { party: "server" },
  });
});

test.each([
  [undefined, ANSWER_TIMEOUT],
  [CHECK_TIMEOUT, CHECK_TIMEOUT],
])("a service that is silent is given up (%s)", async (timeout, milliseconds) => {
  vi.useFakeTimers();
  service.next("sign", silent);
  const question = timeout ? { method: "POST", timeout } : { method: "POST" };
  const outcome = failure(ask(`${BASE}generate_policy`, question as object, never));
  await vi.advanceTimersByTimeAsync(milliseconds - 1);
  expect(service.of("sign")[0]?.init.signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toMatchObject({ code: "Timeout", values: { party: "server" } });
});

test("a question that is taken back ends with the reason, and leaves nothing behind", async () => {
  vi.useFakeTimers();
  service.next("sign", silent);
  const stop = new AbortController();
  const remove = vi.spyOn(stop.signal, "removeEventListener");
  const outcome = failure(signForm(aServer(), photo, stop.signal));
  stop.abort();
  expect(await outcome).toBe(stop.signal.reason);
  expect(service.of("sign")[0]?.init.signal?.aborted).toBe(true);
  expect(remove).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("a question that was taken back before is not asked", async () => {
  vi.useFakeTimers();
  const signal = AbortSignal.abort();
  expect(await failure(signForm(aServer(), photo, signal))).toBe(signal.reason);
  expect(service.asked).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("what an app allows is asked once, also by two at the same time", async () => {
  const server = aServer();
  service.app = { max_bytes: 7 };
  const [one, other] = await Promise.all([appInfo(server), appInfo(server)]);
  expect(one).toBe(other);
  expect(one?.max_bytes).toBe(7);
  await appInfo(server);
  expect(service.times("app")).toBe(1);
  await appInfo(aServer());
  expect(service.times("app")).toBe(2);
});

test.each([dead, 404, 500, html, () => Response.json(null), () => Response.json({ app: "x" })])(
  "an app that cannot be had is no error, and is asked for again (%#)",
  async (answer) => {
    const server = aServer();
    service.next("app", answer);
    const both = await Promise.all([appInfo(server), appInfo(server)]);
    expect(both).toEqual([undefined, undefined]);
    expect(await appInfo(server)).toMatchObject({ app: "shop" });
    expect(service.times("app")).toBe(2);
  },
);

test("a refusal's words stay out of the error", async () => {
  service.next("sign", () => refusal(413, "too_large", { limit: 9, message: "<b>raw</b>" }));
  const error = await failure(signForm(aServer(), photo, never));
  expect(error).toMatchObject({ code: "FileTooLarge", message: "FileTooLarge" });
  expect(JSON.stringify(error.values)).not.toContain("raw");
});

test.each([null, {}, "text"])("%j is no list of parts", async (answer) => {
  service.next("list", () => Response.json(answer));
  expect(await failure(listParts(aServer(), begun, never))).toMatchObject({
    code: "ServerUnavailable",
  });
});
