import { expect, test, vi } from "vitest";
import { contentTypeOf } from "../src/core/content_type";
import { checkFile, isAccepted, type Limits } from "../src/core/limits";
import type { AppInfo } from "../src/wire/app";

const NONE: Limits = {
  acceptedFiles: "",
  maxFiles: Infinity,
  maxBytes: Infinity,
  maxPixels: Infinity,
};

function file(name = "a.jpg", type = "image/jpeg", size = 5): File {
  return new File(["x".repeat(size)], name, { type });
}

function check(
  it: File,
  limits: Partial<Limits> = {},
  app: Partial<AppInfo> = {},
  { others = 0, measured = undefined as { width: number; height: number } | undefined } = {},
) {
  const measure = vi.fn(async () => measured);
  const all = { ...NONE, ...limits };
  return checkFile(it, app as AppInfo, all, { others, measure }).then((error) => ({
    error,
    measure,
  }));
}

test.each([
  ["", "a.txt", "text/plain", true],
  [" , ", "a.txt", "text/plain", true],
  ["*/*", "a.txt", "text/plain", true],
  ["image/png", "a.png", "image/png", true],
  ["image/png", "a.jpg", "image/jpeg", false],
  ["IMAGE/PNG", "a.png", "image/png", true],
  ["text/plain", "a.txt", "text/plain;charset=utf-8", true],
  ["image/*", "a.jpg", "image/jpeg", true],
  ["image/*", "a.txt", "text/plain", false],
  ["image/*", "a.bin", "imagex/jpeg", false],
  [".pdf", "A.PDF", "application/x-odd", true],
  [".pdf", "pdf", "", false],
  [".tar.gz", "a.tar.gz", "", true],
  ["image/png, .pdf", "a.pdf", "", true],
  ["image/png, .pdf", "a.gif", "image/gif", false],
  ["image/heic", "IMG.HEIC", "", true],
  ["image/*", "a.avif", "", true],
  ["image/*", "a.unknown", "", false],
])("where %s is accepted, %s of the type %s is: %s", (accepted, name, type, expected) => {
  expect(isAccepted(file(name, type), accepted)).toBe(expected);
});

test("a type that the page or the app does not take is refused, with the types that are", async () => {
  const page = await check(file("a.txt", "text/plain"), { acceptedFiles: "image/*" });
  expect(page.error).toMatchObject({
    code: "TypeNotAllowed",
    retryable: false,
    values: { types: "image/*" },
  });
  const app = await check(file(), {}, { content_types: ["image/png", "image/gif"] });
  expect(app.error?.values).toEqual({ types: "image/png,image/gif" });
  const both = { content_types: ["image/jpeg"] };
  expect((await check(file(), { acceptedFiles: "image/*" }, both)).error).toBeUndefined();
});

test("a file may be as large as the limit, and not a byte larger", async () => {
  expect((await check(file(), { maxBytes: 5 })).error).toBeUndefined();
  expect((await check(file(), { maxBytes: 4 })).error).toMatchObject({
    code: "FileTooLarge",
    retryable: false,
    values: { limit: 4, size: 5 },
  });
});

test("a file may be as small as the app takes, and not a byte smaller", async () => {
  expect((await check(file(), {}, { min_bytes: 5 })).error).toBeUndefined();
  expect((await check(file(), {}, { min_bytes: 6 })).error).toMatchObject({
    code: "FileTooSmall",
    retryable: false,
    values: { limit: 6, size: 5 },
  });
});

test("an empty file is let through unless the app says otherwise", async () => {
  const empty = file("a.txt", "text/plain", 0);
  expect((await check(empty)).error).toBeUndefined();
  expect((await check(empty, {}, { min_bytes: 1 })).error?.code).toBe("FileTooSmall");
});

test("so many files are taken, and not one more", async () => {
  expect((await check(file(), { maxFiles: 2 }, {}, { others: 1 })).error).toBeUndefined();
  expect((await check(file(), { maxFiles: 2 }, {}, { others: 2 })).error).toMatchObject({
    code: "TooManyFiles",
    retryable: false,
    values: { limit: 2 },
  });
});

test("an image may have so many pixels, and not one more", async () => {
  const measured = { width: 40, height: 30 };
  expect((await check(file(), { maxPixels: 1_200 }, {}, { measured })).error).toBeUndefined();
  expect((await check(file(), { maxPixels: 1_199 }, {}, { measured })).error).toMatchObject({
    code: "TooManyPixels",
    retryable: false,
    values: { limit: 1_199, pixels: 1_200 },
  });
});

test("pixels that the browser cannot count are left to the service", async () => {
  expect((await check(file(), { maxPixels: 1 })).error).toBeUndefined();
});

test("nothing is measured without a limit, nor what is no image or refused already", async () => {
  expect((await check(file())).measure).not.toHaveBeenCalled();
  const text = await check(file("a.txt", "text/plain"), { maxPixels: 1 });
  expect(text.measure).not.toHaveBeenCalled();
  const large = await check(file(), { maxPixels: 1, maxBytes: 1 });
  expect(large.measure).not.toHaveBeenCalled();
  const heic = await check(file("a.heic", ""), { maxPixels: 1 });
  expect(heic.measure).toHaveBeenCalled();
});

test("without the app's rules those of the page hold", async () => {
  const surroundings = { others: 0, measure: async () => undefined };
  const limits = { ...NONE, maxBytes: 4 };
  const error = await checkFile(file(), undefined, limits, surroundings);
  expect(error?.code).toBe("FileTooLarge");
  expect(await checkFile(file(), undefined, NONE, surroundings)).toBeUndefined();
});

test.each([
  ["a.jpg", "image/png", "image/png"],
  ["a.txt", "Text/Plain; charset=UTF-8", "text/plain"],
  ["IMG_1.HEIC", "", "image/heic"],
  ["a.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["archive.tar.zip", "", "application/zip"],
  ["a.unknown", "", "application/octet-stream"],
  ["png", "", "application/octet-stream"],
  ["", "", "application/octet-stream"],
  ["a.constructor", "", "application/octet-stream"],
  ["a.__proto__", "", "application/octet-stream"],
])("%s of the type %j is sent as %s", (name, type, sent) => {
  expect(contentTypeOf({ name, type })).toBe(sent);
});
