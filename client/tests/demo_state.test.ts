/** What the demo page remembers, in its address and in the browser. */

import { beforeEach, describe, expect, test } from "vitest";
import { readState, writeState } from "../src/demo/address_state";
import { MOST, RecentUploads, type Upload } from "../src/demo/recent_uploads";
import { PLAIN } from "../src/demo/thumbnail_options";

const APPS = ["shop-live", "blog-live"];
const KEY = "o/shop-live/0nmp/ab12/ü & b.jpg";

describe("the address", () => {
  test("it keeps the picture and all options", () => {
    const options = {
      ...PLAIN,
      width: 300,
      fit: "fit-in" as const,
      smart: true,
      saturation: 0,
      brightness: -20,
      text: "a=b & c",
      textColor: "00ff00",
      format: "webp",
    };
    const state = { key: KEY, options };
    expect(readState(writeState(state), APPS)).toEqual(state);
  });

  test("defaults are not written", () => {
    expect(writeState({ key: "o/shop-live/a/b", options: { ...PLAIN } })).toBe(
      "#key=o%2Fshop-live%2Fa%2Fb",
    );
  });

  test.each([
    "",
    "#",
    "#key=o/other-live/a/b.jpg",
    "#key=q/shop-live/a/b.jpg",
    "#key=o/shop-live/../x.jpg",
    "#key=o/shop-live//x.jpg",
    "#key=o/shop-live",
    "#key=https://evil.example/o/shop-live/a.jpg",
    `#key=o/shop-live/${"a".repeat(2000)}`,
  ])("%s names no picture of ours", (hash) => {
    expect(readState(hash, APPS)).toBeUndefined();
  });

  test("what cannot be is left out", () => {
    const hash =
      "#key=o/blog-live/a/b&width=1e9&height=abc&fit=evil&align=x&turn=45&textColor=red)" +
      "&preset=../x&format=a)&smart=yes&quality=&__proto__=1&constructor=2";
    expect(readState(hash, APPS)?.options).toEqual(PLAIN);
  });
});

describe("recent uploads", () => {
  const upload = (name: string, app = "shop-live"): Upload => ({
    key: `o/${app}/${name}`,
    name,
    bytes: 9,
    width: 0,
    height: 0,
    contentType: "image/jpeg",
  });

  beforeEach(() => localStorage.clear());

  test("they outlive the page, the newest first, each once", () => {
    const recent = new RecentUploads(localStorage, APPS);
    for (const name of ["a", "b", "a"]) recent.add(upload(name));
    recent.learn("o/shop-live/b", { width: 20 });
    const again = new RecentUploads(localStorage, APPS).all;
    expect(again.map(({ name, width }) => [name, width])).toEqual([
      ["a", 0],
      ["b", 20],
    ]);
  });

  test("there are so many at most", () => {
    const recent = new RecentUploads(localStorage, APPS);
    for (let number = 0; number < MOST + 9; number += 1) recent.add(upload(`${number}`));
    expect(recent.all).toHaveLength(MOST);
    expect(recent.all[0]?.name).toBe(`${MOST + 8}`);
  });

  test("one is forgotten, or all", () => {
    const recent = new RecentUploads(localStorage, APPS);
    for (const name of ["a", "b", "c"]) recent.add(upload(name));
    recent.forget("o/shop-live/b");
    expect(recent.all.map(({ name }) => name)).toEqual(["c", "a"]);
    recent.forgetAll();
    expect(new RecentUploads(localStorage, APPS).all).toEqual([]);
  });

  test("of other apps, and of what is no upload, nothing is shown", () => {
    const stored = [upload("a"), upload("b", "other-live"), { key: 5 }, null, "x"];
    localStorage.setItem("renuo-demo-uploads", JSON.stringify(stored));
    expect(new RecentUploads(localStorage, APPS).all).toEqual([upload("a")]);
    localStorage.setItem("renuo-demo-uploads", "{broken");
    expect(new RecentUploads(localStorage, APPS).all).toEqual([]);
  });

  test("a browser that stores nothing shows them until the page ends", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
    };
    const recent = new RecentUploads(full as unknown as Storage, APPS);
    recent.add(upload("a"));
    expect(recent.find("o/shop-live/a")?.name).toBe("a");
    expect(new RecentUploads(undefined, APPS).all).toEqual([]);
  });
});
