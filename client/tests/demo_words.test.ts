/** What the demo page says of a result. */

import { describe, expect, test } from "vitest";
import {
  bytesInWords,
  changeInWords,
  originInWords,
  stepsInWords,
  timeInWords,
  typeInWords,
} from "../src/demo/words";

const plain = (text: string) => text.replaceAll("\u00a0", " ").replaceAll("\u2212", "-");

describe("numbers", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [42_345, "42.3 kB"],
    [881_000, "881 kB"],
    [5_400_000_000, "5.4 GB"],
  ])("%d bytes are %s", (bytes, expected) => {
    expect(plain(bytesInWords(bytes))).toBe(expected);
  });

  test.each([
    [70, 1000, "-93 %"],
    [1300, 1000, "+30 %"],
    [1000, 1000, "±0 %"],
    [5, 0, ""],
  ])("%d of %d are %s", (bytes, before, expected) => {
    expect(plain(changeInWords(bytes, before))).toBe(expected);
  });

  test("a second and more is told in seconds", () => {
    expect(plain(timeInWords(84.6))).toBe("85 ms");
    expect(plain(timeInWords(2603))).toBe("2.6 s");
  });
});

describe("where it came from", () => {
  const made = "store;dur=4.1, queue;dur=0.1, load;dur=2, encode;dur=113.4";

  test.each([
    [made, "made just now"],
    ["memory", "from memory"],
    ["store;dur=9.1", "stored before"],
    ["shared;dur=50", "made elsewhere just now"],
    ["", ""],
  ])("%s means: %s", (timing, expected) => {
    expect(originInWords({ timing, isCached: false })).toBe(expected);
  });

  test("what the browser had says nothing of the server", () => {
    expect(originInWords({ timing: made, isCached: true })).toBe("from this browser’s cache");
    expect(stepsInWords({ timing: made, isCached: true })).toBe("");
  });

  test("the steps are told where there are several", () => {
    expect(stepsInWords({ timing: made, isCached: false })).toBe(
      "store 4 · queue 0 · load 2 · encode 113 ms",
    );
    expect(stepsInWords({ timing: "store;dur=9.1", isCached: false })).toBe("");
  });

  test("a type is told without its family", () => {
    expect(["image/avif", "image/svg+xml", "application/pdf", ""].map(typeInWords)).toEqual([
      "AVIF",
      "SVG",
      "PDF",
      "unknown type",
    ]);
  });
});
