import { afterEach, expect, test, vi } from "vitest";
import { claim, isKnown, release, retire } from "../src/core/claims";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Web Locks of one browser, for several tabs. */
function fakeLocks(...held: string[]) {
  const names = new Set(held);
  const request = async (
    name: string,
    _options: object,
    hold: (lock: object | null) => Promise<void> | undefined,
  ) => {
    if (names.has(name)) return hold(null);
    names.add(name);
    await hold({ name });
    names.delete(name);
  };
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
  return names;
}

afterEach(() => {
  Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
});

test("an upload is one file's at a time", async () => {
  expect(await claim("a")).toBe(true);
  expect(await claim("a")).toBe(false);
  expect(await claim("b")).toBe(true);
  release("a");
  expect(await claim("a")).toBe(true);
});

test("two that ask at the same time do not both get it, with locks or without", async () => {
  expect(await Promise.all([claim("c"), claim("c")])).toEqual([true, false]);
  fakeLocks();
  expect(await Promise.all([claim("i"), claim("i")])).toEqual([true, false]);
});

test("what has ended is nobody's any more", async () => {
  await claim("d");
  retire("d");
  expect(await claim("d")).toBe(false);
});

test("what another tab works on cannot be had, and can once that tab lets go of it", async () => {
  const names = fakeLocks("renuo-upload e");
  expect(await claim("e")).toBe(false);
  expect(isKnown("e")).toBe(false);
  names.delete("renuo-upload e");
  expect(await claim("e")).toBe(true);
  expect(isKnown("e")).toBe(true);
});

test.each([release, retire])("other tabs can have what is let go of (%#)", async (letGo) => {
  const names = fakeLocks();
  await claim("f");
  expect([...names]).toEqual(["renuo-upload f"]);
  letGo("f");
  await vi.waitFor(() => expect([...names]).toEqual([]));
  release("f");
});

test("a browser that forbids locks does not stop an upload", async () => {
  const request = () => Promise.reject(new DOMException("", "SecurityError"));
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
  expect(await claim("g")).toBe(true);
});

test("this page knows what it has had, also after it has let go of it", async () => {
  await claim("h");
  release("h");
  expect(isKnown("h")).toBe(true);
  expect(isKnown("never")).toBe(false);
});
