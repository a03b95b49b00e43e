import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { find, fingerprint, forget, type Kept, keep, NAME } from "../src/core/resume_store";
import { serverOf } from "../src/wire/server";

const DAY = 24 * 3600 * 1000;
const MIB = 1024 ** 2;

function kept(uploadId = "u1", more: object = {}): Kept {
  const facts = { key: "o/a", token: "t", publicUrl: "//cdn.test/o/a", partSize: 8 * MIB };
  return { uploadId, ...facts, begun: Date.now(), ...more };
}

function write(value: unknown): void {
  localStorage.setItem(NAME, typeof value === "string" ? value : JSON.stringify(value));
}

beforeEach(() => localStorage.clear());

afterEach(() => {
  vi.unstubAllGlobals();
});

test("what is kept is found again, until it is forgotten", () => {
  const one = kept();
  keep("a", one);
  keep("b", kept("u2"));
  expect(find("a")).toEqual(one);
  forget("a", "u1");
  expect(find("a")).toBeUndefined();
  expect(find("b")?.uploadId).toBe("u2");
});

test("two files of the same facts do not take each other's place", () => {
  keep("a", kept("u1"));
  keep("a", kept("u2"));
  expect(find("a")?.uploadId).toBe("u1");
  forget("a", "u2");
  expect(find("a")?.uploadId).toBe("u1");
});

test.each([
  "",
  "rubbish",
  "null",
  "7",
  '"text"',
  "[]",
  "[null]",
  '{"a": null}',
  '{"a": []}',
  '{"a": 7}',
])("%j in the store is as good as nothing, and is written over", (value) => {
  write(value);
  expect(find("a")).toBeUndefined();
  keep("a", kept());
  expect(find("a")?.uploadId).toBe("u1");
});

test.each([
  { uploadId: undefined },
  { key: 7 },
  { token: null },
  { publicUrl: undefined },
  { partSize: undefined },
  { partSize: "large" },
  { partSize: 0 },
  { partSize: -8 * MIB },
  { partSize: 5 * MIB - 1 },
  { partSize: 8 * MIB + 0.5 },
  { begun: undefined },
  { begun: "yesterday" },
  { begun: Date.now() - 2 * DAY - 1_000 },
])("a record with %j is not used, and does not harm the others", (wrong) => {
  write({ a: { ...kept(), ...wrong }, b: kept("u2") });
  expect(find("a")).toBeUndefined();
  expect(find("b")?.uploadId).toBe("u2");
});

test("the smallest part that S3 takes is used, for two days", () => {
  write({ a: kept("u1", { partSize: 5 * MIB, begun: Date.now() - 2 * DAY + 10_000 }) });
  expect(find("a")).toBeDefined();
});

test("fifty are kept: the newest", () => {
  for (let number = 0; number < 60; number += 1) {
    keep(`f${number}`, kept(`u${number}`, { begun: Date.now() + number }));
  }
  const names = Object.keys(JSON.parse(localStorage.getItem(NAME) ?? "{}"));
  expect(names).toHaveLength(50);
  expect(find("f9")).toBeUndefined();
  expect(find("f10")).toBeDefined();
});

test("a store that is full or forbidden is no error", () => {
  const refuse = () => {
    throw new DOMException("", "QuotaExceededError");
  };
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: refuse });
  keep("a", kept());
  expect(find("a")).toBeUndefined();
  vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
  keep("a", kept());
  expect(find("a")).toBeUndefined();
  forget("a", "u1");
});

test("a browser without a store is no error", () => {
  vi.stubGlobal("localStorage", undefined);
  keep("a", kept());
  expect(find("a")).toBeUndefined();
});

test("files are told apart by name, size, type, time and folder, of one app of one service", () => {
  const server = serverOf("https://h.test/generate_policy", "k");
  const file = (text = "x", name = "a.mp4", type = "video/mp4", lastModified = 1) =>
    new File([text], name, { type, lastModified });
  const inFolder = (name: string, path: string) => Object.assign(file(), { [name]: path });
  const all = [
    fingerprint(server, file()),
    fingerprint(server, file("xy")),
    fingerprint(server, file("x", "b.mp4")),
    fingerprint(server, file("x", "a.mp4", "video/webm")),
    fingerprint(server, file("x", "a.mp4", "video/mp4", 2)),
    fingerprint(serverOf("https://h.test/generate_policy", "k2"), file()),
    fingerprint(serverOf("https://h2.test/generate_policy", "k"), file()),
    fingerprint(server, inFolder("webkitRelativePath", "one/a.mp4")),
    fingerprint(server, inFolder("fullPath", "two/a.mp4")),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(fingerprint(server, file())).toBe(all[0]);
});
