/** The builder's grammar: options in, path out. */

import { describe, expect, test } from "vitest";
import { PLAIN, type ThumbnailOptions } from "../src/demo/thumbnail_options";
import { optionsPath, thumbnailPath } from "../src/demo/thumbnail_url";

const path = (some: Partial<ThumbnailOptions>) => optionsPath({ ...PLAIN, ...some });

describe("the parts of the path", () => {
  test("nothing is asked for by nothing", () => {
    expect(path({})).toBe("");
    expect(thumbnailPath(PLAIN, "o/shop-live/a/b.jpg")).toBe("/t/u/o/shop-live/a/b.jpg");
  });

  test("they stand in Thumbor's order, whichever was chosen first", () => {
    const all = path({
      format: "webp",
      quality: 70,
      align: "left top",
      height: 200,
      width: 300,
      flipDown: true,
      cropLeft: 10,
      cropTop: 20,
      cropRight: 110,
      cropBottom: 220,
    });
    expect(all).toBe("10x20:110x220/300x-200/left/top/filters:quality(70)@webp");
  });

  test.each([
    [{ width: 300, height: 200 }, "300x200"],
    [{ width: 300 }, "300x0"],
    [{ height: 200 }, "0x200"],
    [{ width: 300, height: 200, flipAcross: true, flipDown: true }, "-300x-200"],
    [{ flipAcross: true }, "-0x0"],
  ])("a size %o is %s", (some, expected) => {
    expect(path(some)).toBe(expected);
  });

  test.each([
    ["fit-in", "fit-in/300x200"],
    ["full-fit-in", "full-fit-in/300x200"],
    ["adaptive-fit-in", "adaptive-fit-in/300x200"],
    ["stretch", "300x200/filters:stretch()"],
  ] as const)("%s has its word", (fit, expected) => {
    expect(path({ fit, width: 300, height: 200 })).toBe(expected);
  });

  test("what stays of the picture is said only where something is left out", () => {
    expect(path({ width: 300, height: 200, smart: true })).toBe("300x200/smart");
    expect(path({ width: 300, height: 200, align: "center bottom" })).toBe("300x200/bottom");
    expect(path({ width: 300, height: 200, align: "center middle" })).toBe("300x200");
    expect(path({ width: 300, smart: true })).toBe("300x0");
    expect(path({ width: 300, height: 200, smart: true, fit: "fit-in" })).toBe("fit-in/300x200");
  });

  test("a rectangle without an area cuts out nothing", () => {
    expect(path({ cropLeft: 10, cropTop: 10, cropRight: 10, cropBottom: 50 })).toBe("");
  });

  test("a preset comes first, with more behind it", () => {
    expect(path({ preset: "card" })).toBe("p:card");
    expect(path({ preset: "card", grayscale: true })).toBe("p:card/filters:grayscale()");
  });

  test("a format may stand alone", () => {
    expect(path({ format: "png" })).toBe("@png");
  });

  test("the key is percent-encoded part by part", () => {
    expect(thumbnailPath({ ...PLAIN, width: 9 }, "o/shop-live/a/ü &1?#.jpg")).toBe(
      "/t/9x0/u/o/shop-live/a/%C3%BC%20%261%3F%23.jpg",
    );
  });
});

describe("the filters", () => {
  test("they are done from the tones to the format", () => {
    const all = path({
      quality: 80,
      corners: 30,
      turn: 90,
      noise: 5,
      blur: 3,
      sharpen: 1.5,
      grayscale: true,
      blue: -5,
      saturation: 0,
      contrast: -20,
      brightness: 10,
    });
    expect(all).toBe(
      "filters:brightness(10):contrast(-20):saturation(0):rgb(0,0,-5):grayscale():" +
        "sharpen(1.5,1,true):blur(3):noise(5):rotate(90):round_corner(30,255,255,255,true):" +
        "quality(80)",
    );
  });

  test("a saturation of 1 changes nothing, and 0 does", () => {
    expect(path({ saturation: 1 })).toBe("");
    expect(path({ saturation: 0 })).toBe("filters:saturation(0)");
  });

  test.each([
    ["left top", "20,20"],
    ["center middle", "center,center"],
    ["right bottom", "-20,-20"],
  ])("a text at %s stands at %s", (textPlace, expected) => {
    expect(path({ text: "SALE", textPlace })).toBe(
      `filters:text(SALE,${expected},32,ffffff,20,sans-bold)`,
    );
  });

  test.each([
    ["Hello, world", "'Hello%2C%20world'"],
    ["(c) 5", "'(c)%205'"],
    ["it's", "it%2527s"],
    ["a/b", "a%252Fb"],
    ["50%", "50%2525"],
    ["ü?#@:", "%C3%BC%3F%23%40%3A"],
  ])("the text %s is written %s", (text, expected) => {
    expect(path({ text })).toContain(`text(${expected},`);
  });

  test("a blank text is none", () => {
    expect(path({ text: "  " })).toBe("");
  });
});
