import { afterEach, expect, test, vi } from "vitest";
import { measure } from "../src/image/measure";
import { hasMetadata, isAnimated } from "../src/image/metadata";
import { fakeBrowser } from "./fake_canvas";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const PHOTO = new Blob(["x"], { type: "image/jpeg" });

test("a picture is measured as it is seen, and its address is given back", async () => {
  const { revoked } = fakeBrowser({ size: { width: 300, height: 400 } });
  expect(await measure(PHOTO)).toEqual({ width: 300, height: 400 });
  expect(revoked).toHaveBeenCalledWith("blob:1");
});

test("what the browser cannot show has no size, and its address is given back, too", async () => {
  const { revoked } = fakeBrowser({});
  expect(await measure(PHOTO)).toBeUndefined();
  expect(revoked).toHaveBeenCalled();
});

test("what is no picture is not even looked at", async () => {
  fakeBrowser({ size: { width: 1, height: 1 } });
  expect(await measure(new Blob(["x"], { type: "video/mp4" }))).toBeUndefined();
  expect(URL.createObjectURL).not.toHaveBeenCalled();
});

test("a vector picture without a size has none", async () => {
  fakeBrowser({ size: { width: 0, height: 0 } });
  expect(await measure(PHOTO)).toBeUndefined();
});

test("a browser that does not answer is not waited for", async () => {
  const { revoked } = fakeBrowser({});
  vi.stubGlobal("Image", class {});
  vi.useFakeTimers();
  const measured = measure(PHOTO);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await measured).toBeUndefined();
  expect(revoked).toHaveBeenCalled();
});

const bytes = (text: string) => new Blob([Uint8Array.from(text, (it) => it.charCodeAt(0))]);
const PNG = "\x89PNG\r\n\x1a\n";

test.each([
  ["Exif in a JPEG", "\xff\xd8\xff\xe1\x00\x10Exif\0\0MM"],
  ["XMP in a JPEG", "\xff\xd8\xff\xe1\x00\x10http://ns.adobe.com/xap/1.0/\0<x"],
  ["IPTC in a JPEG", "\xff\xd8\xff\xed\x00\x10Photoshop 3.0\x008BIM"],
  ["Exif in a PNG, behind its pixels", `${PNG}\0\0\0\x0dIHDR…\0\0\0\x01IDAT…\0\0\0\x01eXIf`],
  ["XMP in a PNG", `${PNG}\0\0\0\x01iTXtXML:com.adobe.xmp`],
  ["Exif in a WebP", "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08…EXIF"],
  ["XMP in a WebP", "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x04…XMP "],
])("%s is metadata", async (_name, text) => {
  expect(await hasMetadata(bytes(text))).toBe(true);
});

test("a picture of pixels only has no metadata", async () => {
  expect(await hasMetadata(bytes("\xff\xd8\xff\xe0\x00\x10JFIF\0\xff\xda"))).toBe(false);
});

test.each([
  ["an animated PNG", `${PNG}\0\0\0\x0dIHDR\0\0\0\x08acTL\0\0\0\x01IDAT`, true],
  ["a PNG that says acTL only in its pixels", `${PNG}\0\0\0\x0dIHDR\0\0\0\x01IDATacTL`, false],
  ["an animated WebP", "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x12", true],
  ["a WebP with transparency", "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10", false],
  ["a simple WebP", "RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\x12", false],
  ["a JPEG", "\xff\xd8\xff\xe0acTL", false],
])("%s is told from the others by its header", async (_name, text, animated) => {
  expect(await isAnimated(bytes(text))).toBe(animated);
});
