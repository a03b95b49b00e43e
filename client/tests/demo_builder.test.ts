/** The builder's parts without a page: app rules, the crop's rectangle, snippets. */

import { describe, expect, test } from "vitest";
import { AllowedFilters, allowsSize, offeredSizes } from "../src/demo/app_rules";
import type { App } from "../src/demo/config";
import { between, isWhole, moved, stretched, whole, within } from "../src/demo/crop_area";
import { firstOptions, isAllowed, previewOptions } from "../src/demo/first_options";
import { imageSnippet, pageSnippet } from "../src/demo/snippets";
import { PLAIN } from "../src/demo/thumbnail_options";
import { optionsPath } from "../src/demo/thumbnail_url";

describe("what an app allows", () => {
  const known = ["blur", "quality", "grayscale", "rgb"];

  test("without rules, all that the server has", () => {
    const allowed = new AllowedFilters([], known);
    expect(allowed.has("blur")).toBe(true);
    expect(allowed.has("text")).toBe(false);
    expect(allowed.range("blur", 0)).toBeUndefined();
  });

  test("with rules, only theirs, within their ranges", () => {
    const allowed = new AllowedFilters(["quality(40..90)", "rgb(*,-5..5,1|3)", "grayscale"], known);
    expect(known.filter((name) => allowed.has(name))).toEqual(["quality", "grayscale", "rgb"]);
    expect(allowed.range("quality", 0)).toEqual([40, 90]);
    expect([0, 1, 2].map((place) => allowed.range("rgb", place))).toEqual([
      undefined,
      [-5, 5],
      [1, 3],
    ]);
  });

  test("`none` allows none", () => {
    const allowed = new AllowedFilters(["none"], known);
    expect(known.some((name) => allowed.has(name))).toBe(false);
  });

  test("sizes by steps, by sides and by pairs", () => {
    const sizes = ["320-640/160", "100", "300x200"];
    expect(allowsSize(sizes, 480, 0)).toBe(true);
    expect(allowsSize(sizes, 100, 640)).toBe(true);
    expect(allowsSize(sizes, 300, 200)).toBe(true);
    expect(allowsSize(sizes, 300, 0)).toBe(false);
    expect(allowsSize(sizes, 500, 0)).toBe(false);
    expect(allowsSize([], 1, 1)).toBe(true);
  });

  test("some of many sizes are offered", () => {
    expect(offeredSizes(["320-640/160", "300x200"], 6)).toEqual([
      [320, 0],
      [480, 0],
      [640, 0],
      [300, 200],
    ]);
    expect(offeredSizes(["1-5000/1"], 6).length).toBeLessThanOrEqual(6);
  });
});

describe("the crop's rectangle", () => {
  const bounds = { width: 100, height: 80 };
  const area = { left: 10, top: 20, right: 50, bottom: 60 };

  test("it moves until an edge stops it, and keeps its size", () => {
    expect(moved(area, 5, -3, bounds)).toEqual({ left: 15, top: 17, right: 55, bottom: 57 });
    expect(moved(area, 999, -999, bounds)).toEqual({ left: 60, top: 0, right: 100, bottom: 40 });
  });

  test("a side that is pulled does not pass its opposite, nor the edge", () => {
    const corner = { across: 1, down: 1 } as const;
    expect(stretched(area, corner, 10, 10, bounds)).toEqual({ ...area, right: 60, bottom: 70 });
    expect(stretched(area, corner, -999, 999, bounds)).toEqual({ ...area, right: 11, bottom: 80 });
    const left = { across: -1, down: 0 } as const;
    expect(stretched(area, left, 999, 9, bounds)).toEqual({ ...area, left: 49 });
    expect(stretched(area, left, -999, 9, bounds)).toEqual({ ...area, left: 0 });
  });

  test("it can be drawn in any direction, and has an area", () => {
    expect(between(50, 60, 10.4, 19.6, bounds)).toEqual(area);
    expect(between(100, 80, 100, 80, bounds)).toEqual({
      left: 99,
      top: 79,
      right: 100,
      bottom: 80,
    });
  });

  test("numbers from elsewhere are brought within", () => {
    const far = { left: -5, top: 10, right: 999, bottom: 5 };
    expect(within(far, bounds)).toEqual({ left: 0, top: 5, right: 100, bottom: 10 });
    expect(isWhole(whole(bounds), bounds)).toBe(true);
    expect(isWhole(area, bounds)).toBe(false);
  });
});

describe("snippets", () => {
  const url = (options: typeof PLAIN) => `https://c.example/t/${optionsPath(options)}/u/k`;
  const limits = { sizes: [], max_side: 5000 };

  test("an image is there in half, one and a half and twice the width, in one proportion", () => {
    const options = { ...PLAIN, width: 300, height: 200 };
    const text = imageSnippet(
      { options, width: 300, height: 200, originalWidth: 4000 },
      limits,
      url,
    );
    expect(text.match(/\S+ \d+w/g)).toEqual([
      "https://c.example/t/150x100/u/k 150w",
      "https://c.example/t/300x200/u/k 300w",
      "https://c.example/t/450x300/u/k 450w",
      "https://c.example/t/600x400/u/k 600w",
    ]);
    expect(text).toContain('src="https://c.example/t/300x200/u/k"');
    expect(text).toContain('width="300" height="200"');
    expect(text).toContain('sizes="(min-width: 300px) 300px, 100vw"');
  });

  test("no copy is wider than the original, or of a size that the app refuses", () => {
    const picture = { options: { ...PLAIN }, width: 700, height: 500, originalWidth: 700 };
    expect(imageSnippet(picture, limits, url).match(/\d+w/g)).toEqual(["320w", "640w"]);
    const strict = { sizes: ["640"], max_side: 5000 };
    expect(imageSnippet(picture, strict, url)).not.toContain("srcset");
  });

  test("a preset has one size", () => {
    const options = { ...PLAIN, preset: "card" };
    const text = imageSnippet({ options, width: 30, height: 20, originalWidth: 0 }, limits, url);
    expect(text).toContain('src="https://c.example/t/p:card/u/k"');
    expect(text).not.toContain("srcset");
  });

  test("the upload client comes with its checksums", () => {
    const files = {
      "renuo-upload.js": { url: "/client/2.0.0/renuo-upload.js", integrity: "sha384-a" },
    };
    const text = pageSnippet({ version: "2.0.0", files }, "https://h.example", "k");
    expect(text).toContain('<script src="https://h.example/client/2.0.0/renuo-upload.js"');
    expect(text).toContain('integrity="sha384-a" crossorigin="anonymous"');
    expect(text).toContain('href="https://h.example/client/renuo-upload.css">');
    expect(text).toContain('data-apikey="k"');
  });
});

describe("what is shown first", () => {
  const app: App = {
    full_name: "shop-live",
    api_key: "k",
    private: false,
    presets: ["card", "wide"],
    presets_only: false,
    sizes: [],
    filters: [],
    max_side: 5000,
    max_filters: 10,
  };

  test("a size that the app allows, the nearest where others are refused", () => {
    expect(optionsPath(firstOptions(app))).toBe("fit-in/800x600");
    const strict = { ...app, sizes: ["320-1280/240", "100x100"] };
    expect(optionsPath(firstOptions(strict))).toBe("800x0");
    expect(previewOptions(strict)?.width).toBe(100);
    expect(optionsPath(firstOptions({ ...app, presets_only: true }))).toBe("p:card");
  });

  test("nothing of a private app", () => {
    expect(previewOptions({ ...app, private: true })).toBeUndefined();
  });

  test.each([
    [{}, { grayscale: true }, true],
    [{ filters: ["blur"] }, { grayscale: true }, false],
    [{ max_filters: 1 }, { grayscale: true, blur: 2 }, false],
    [{ sizes: ["300"] }, { width: 200 }, false],
    [{ presets_only: true }, { width: 200 }, false],
    [{ presets_only: true }, { preset: "card" }, true],
    [{ private: true }, { preset: "card" }, false],
  ])("with %o, %o is offered: %s", (rules, some, expected) => {
    const one = { ...app, ...rules };
    const allowed = new AllowedFilters(one.filters, ["blur", "grayscale"]);
    expect(isAllowed(one, allowed, { ...PLAIN, ...some })).toBe(expected);
  });
});
