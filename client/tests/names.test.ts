import { expect, test } from "vitest";
import { cleanName, splitName } from "../src/names";

test.each([
  ["tiger_ultra_small_0.jpg", "tiger-ultra-small-0.jpg"],
  ["Ümläut ß.png", "mlut-.png"],
  ["IMG 0001.JPG", "img-0001.jpg"],
  ["a/b\\c?.gif", "abc.gif"],
  ["archive.tar.gz", "archive.tar.gz"],
  ["README", "readme"],
])("%s is stored as %s, as existing clients store it", (name, cleaned) => {
  expect(cleanName(name)).toBe(cleaned);
});

test.each([
  ["日本.png", "file.png"],
  ["日本", "file"],
  ["", "file"],
  ["語..", "file."],
])("%s, of which no stem is left, is stored as %s", (name, cleaned) => {
  expect(cleanName(name)).toBe(cleaned);
});

test("a long name is cut to 200 characters and keeps its extension", () => {
  const cleaned = cleanName(`${"a".repeat(300)}.jpeg`);
  expect(cleaned).toHaveLength(200);
  expect(cleaned.endsWith("a.jpeg")).toBe(true);
});

test("a long extension is cut too", () => {
  expect(cleanName(`a.${"b".repeat(300)}`)).toHaveLength(52);
});

test("a name is split at its last dot", () => {
  expect(splitName("a.b.JPG")).toEqual({ stem: "a.b", extension: "JPG" });
  expect(splitName("a")).toEqual({ stem: "a", extension: "" });
});
