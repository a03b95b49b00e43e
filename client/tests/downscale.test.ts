import { afterEach, expect, test, vi } from "vitest";
import { downscale } from "../src/image/downscale";
import { fakeBrowser } from "./fake_canvas";

afterEach(() => {
  vi.unstubAllGlobals();
});

const SIZE = { width: 4000, height: 3000 };
const file = (type = "image/jpeg", content = "pixels") =>
  new File([content], "IMG 1.jpg", { type, lastModified: 7 });

test("a photo is made smaller, keeps its ratio, name, type and date", async () => {
  const { closed, decoded, drawn, encoded } = fakeBrowser({ size: SIZE });
  const small = await downscale(file(), { maxWidth: 1000, maxHeight: 1000 });
  expect(small).toMatchObject({ name: "IMG 1.jpg", type: "image/jpeg", lastModified: 7, size: 5 });
  expect(drawn[0]?.box).toEqual([0, 0, 1000, 750]);
  expect(decoded.mock.calls[0]?.[1]).toEqual({ imageOrientation: "from-image" });
  expect(encoded.mock.calls[0]?.slice(1)).toEqual(["image/jpeg", 0.85]);
  expect(closed).toHaveBeenCalled();
});

test.each([
  [{ maxWidth: 2000 }, [0, 0, 2000, 1500]],
  [{ maxHeight: 300 }, [0, 0, 400, 300]],
  [{ maxWidth: 2000, maxHeight: 300 }, [0, 0, 400, 300]],
])("%o makes it %j", async (to, box) => {
  const { drawn } = fakeBrowser({ size: SIZE });
  await downscale(file(), to);
  expect(drawn[0]?.box).toEqual(box);
});

test("the quality is the page's, if it says one", async () => {
  const { encoded } = fakeBrowser({ size: SIZE });
  await downscale(file("image/webp"), { maxWidth: 10, quality: 0.6 });
  expect(encoded.mock.calls[0]?.slice(1)).toEqual(["image/webp", 0.6]);
});

test("a photo that fits and tells nothing is left alone", async () => {
  const { encoded } = fakeBrowser({ size: SIZE });
  const given = file();
  expect(await downscale(given, { maxWidth: 4000, maxHeight: 9999 })).toBe(given);
  expect(encoded).not.toHaveBeenCalled();
});

test("a photo that fits loses where it was taken, at its full size", async () => {
  const { drawn } = fakeBrowser({ size: SIZE });
  const given = file("image/jpeg", "…Exif\0\0GPS…");
  const sent = await downscale(given, { maxWidth: 9999 });
  expect(await sent.text()).toBe("small");
  expect(drawn[0]?.box).toEqual([0, 0, 4000, 3000]);
});

test.each([
  ["of another type", "image/gif", {}, ""],
  ["that is no picture", "application/pdf", {}, ""],
  ["that is animated", "image/webp", {}, "RIFF....WEBPVP8X....\x02"],
  ["that this browser cannot decode", "image/jpeg", { size: undefined }, ""],
  ["that would be sent lying", "image/jpeg", { bitmap: { width: 3000, height: 4000 } }, ""],
  ["that would be encoded as PNG", "image/webp", { encodes: () => "image/png" }, ""],
  ["too large for a canvas here", "image/jpeg", { draws: false }, ""],
])("a file %s is sent as it is", async (_name, type, browser, content) => {
  fakeBrowser({ size: SIZE, ...browser });
  const given = file(type, content);
  expect(await downscale(given, { maxWidth: 10 })).toBe(given);
});

test("a file whose decoding fails is sent as it is", async () => {
  const { decoded } = fakeBrowser({ size: SIZE });
  decoded.mockRejectedValue(new DOMException("broken"));
  const given = file();
  expect(await downscale(given, { maxWidth: 10 })).toBe(given);
});
