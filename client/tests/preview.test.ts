import { afterEach, expect, test, vi } from "vitest";
import { preview } from "../src/image/preview";
import { fakeBrowser } from "./fake_canvas";

afterEach(() => {
  vi.unstubAllGlobals();
});

const file = (type = "image/jpeg") => new File(["x"], "a", { type });

test.each([
  ["wide", { width: 4000, height: 2000 }, { resizeHeight: 96 }, { width: 192, height: 96 }],
  ["high", { width: 2000, height: 4000 }, { resizeWidth: 96 }, { width: 96, height: 192 }],
])("a %s picture is decoded small and cropped in its centre", async (_, size, resize, bitmap) => {
  const { closed, decoded, drawn } = fakeBrowser({ size, bitmap });
  const canvas = await preview(file(), 96);
  expect([canvas?.width, canvas?.height]).toEqual([96, 96]);
  expect(decoded.mock.calls[0]?.[1]).toEqual({ resizeQuality: "high", ...resize });
  const offset = [bitmap.width > 96 ? -48 : 0, bitmap.height > 96 ? -48 : 0];
  expect(drawn[0]?.box).toEqual([...offset, bitmap.width, bitmap.height]);
  expect(closed).toHaveBeenCalledTimes(1);
});

test("a tiny picture is not enlarged before it is drawn", async () => {
  const { decoded } = fakeBrowser({ size: { width: 32, height: 32 } });
  await preview(file(), 96);
  expect(decoded.mock.calls[0]?.[1]).toEqual({});
});

test("one picture is decoded at a time", async () => {
  const { decoded } = fakeBrowser({ size: { width: 400, height: 400 } });
  let running = 0;
  let most = 0;
  decoded.mockImplementation(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    return { width: 96, height: 96, close() {} } as unknown as ImageBitmap;
  });
  await Promise.all(Array.from({ length: 20 }, () => preview(file(), 96)));
  expect([decoded.mock.calls.length, most]).toEqual([20, 1]);
});

test("a picture that cannot be decoded does not hold up the next one", async () => {
  const { decoded } = fakeBrowser({ size: { width: 400, height: 400 } });
  decoded.mockRejectedValueOnce(new DOMException("broken"));
  const [broken, fine] = await Promise.all([preview(file(), 96), preview(file(), 96)]);
  expect(broken).toBeUndefined();
  expect(fine).toBeInstanceOf(HTMLCanvasElement);
});

test("nothing is decoded for a file that has gone before its turn", async () => {
  const { decoded } = fakeBrowser({ size: { width: 400, height: 400 } });
  expect(await preview(file(), 96, () => false)).toBeUndefined();
  expect(decoded).not.toHaveBeenCalled();
});

test.each([
  ["of 121 megapixels", { size: { width: 11_000, height: 11_000 } }, 1],
  ["of 61 MB", { size: { width: 400, height: 400 } }, 61e6],
  ["that this browser cannot show", {}, 1],
])("a picture %s is not decoded", async (_name, browser, size) => {
  const { decoded } = fakeBrowser(browser);
  const given = file();
  Object.defineProperty(given, "size", { value: size });
  expect(await preview(given, 96)).toBeUndefined();
  expect(decoded).not.toHaveBeenCalled();
});

test.each([
  ["of a size", { width: 20, height: 10 }, [-48, 0, 192, 96]],
  ["without a size", { width: 0, height: 0 }, [0, 0, 96, 96]],
])("a vector picture %s is drawn as large as needed", async (_name, size, box) => {
  const { decoded, drawn } = fakeBrowser({ size });
  await preview(file("image/svg+xml"), 96);
  expect(decoded).not.toHaveBeenCalled();
  expect(drawn[0]?.box).toEqual(box);
});
