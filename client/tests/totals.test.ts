import { beforeEach, describe, expect, test } from "vitest";
import { messages } from "../src/texts";
import { Rate } from "../src/view/rate";
import { sumsOf } from "../src/view/sums";
import { Totals, totalsText } from "../src/view/totals";
import { failure, recorded, type Shown, upload } from "./shown_upload";

const en = messages("en");
let actions: ReturnType<typeof recorded>;
let focusLost: number;

beforeEach(() => {
  actions = recorded();
  focusLost = 0;
});

function totals(): Totals {
  const made = new Totals(en, actions, () => {
    focusLost += 1;
  });
  document.body.replaceChildren(made.root);
  return made;
}

const sums = (...shown: Shown[]) => sumsOf(shown.map((one) => upload(one)));
const words = (of: Totals) => of.root.querySelector("p")?.textContent?.replace(/\s/g, " ");
const buttons = (of: Totals) =>
  [...of.root.querySelectorAll("button")].filter(({ hidden }) => !hidden);
const labels = (of: Totals) => buttons(of).map(({ textContent }) => textContent);

const SENDING: Shown = { state: "uploading", loaded: 400 };

describe("the numbers", () => {
  test("leave out what was cancelled, and the bytes of what failed", () => {
    const all = sums(
      SENDING,
      { state: "done" },
      { state: "failed", error: failure("SlowDown") },
      { state: "cancelled" },
      { state: "paused", loaded: 100 },
    );
    expect(all).toMatchObject({ files: 4, done: 1, failed: 1, open: 2, paused: 1 });
    expect(all).toMatchObject({ loaded: 1500, total: 3000 });
  });

  test("are told in one line", () => {
    const all = sums({ ...SENDING, size: 48e6, loaded: 12e6 }, { state: "failed" });
    expect(totalsText(all, 10, en)).toBe("0 of 2 files · 1 failed · 12 MB of 48 MB · 10 sec left");
  });

  test("say that there is no connection", () => {
    const all = sums({ ...SENDING, isOffline: true }, { state: "done" });
    expect(totalsText(all, undefined, en)).toContain("Waiting for the connection");
  });
});

describe("the totals", () => {
  test("are not shown for a single file that is there in a moment", () => {
    const shown = totals();
    shown.draw(sums(SENDING), 0);
    expect(shown.root.hidden).toBe(true);
  });

  test("are shown for a single file once it is known how long it takes", () => {
    const shown = totals();
    shown.draw(sums({ ...SENDING, size: 100e6, loaded: 0 }), 0);
    shown.draw(sums({ ...SENDING, size: 100e6, loaded: 10e6 }), 2);
    expect(shown.root.hidden).toBe(false);
    expect(words(shown)).toBe("0 of 1 file · 10 MB of 100 MB · 20 sec left");
    expect(labels(shown)).toEqual([]);
  });

  test("have a progress bar with a name and words", () => {
    const shown = totals();
    shown.draw(sums(SENDING, SENDING), 0);
    const bar = shown.root.querySelector("[role=progressbar]");
    expect(bar?.getAttribute("aria-label")).toBe("All uploads");
    expect(bar?.getAttribute("aria-valuenow")).toBe("40");
    expect(bar?.getAttribute("aria-valuetext")).toContain("0 of 2 files");
  });

  test("offer what makes sense", () => {
    const shown = totals();
    shown.draw(sums(SENDING, { state: "paused" }), 0);
    expect(labels(shown)).toEqual(["Pause all", "Cancel all"]);
    shown.draw(sums({ state: "paused" }, { state: "done" }), 0);
    expect(labels(shown)).toEqual(["Resume all", "Cancel all"]);
    for (const button of buttons(shown)) button.click();
    expect(actions.asked).toEqual(["resumeAll", "cancelAll"]);
    shown.draw(sums({ state: "done" }, { state: "failed" }), 0);
    expect(labels(shown)).toEqual([]);
  });

  test("change their words at most once a second, but at once when a file has ended", () => {
    const shown = totals();
    const at = (loaded: number) => sums({ ...SENDING, loaded: loaded }, SENDING);
    shown.draw(at(100), 10);
    shown.draw(at(200), 10.9);
    expect(words(shown)).toContain("500 bytes of");
    shown.draw(at(200), 11);
    expect(words(shown)).toContain("600 bytes of");
    shown.draw(sums({ state: "done" }, SENDING), 11.1);
    expect(words(shown)).toContain("1 of 2 files");
  });

  test("hand the focus on when its button disappears", () => {
    const shown = totals();
    shown.draw(sums(SENDING, SENDING), 0);
    buttons(shown)[0]?.focus();
    shown.draw(sums({ state: "paused" }, { state: "paused" }), 1);
    expect(document.activeElement?.textContent).toBe("Resume all");
    shown.draw(sums({ state: "done" }, { state: "done" }), 2);
    expect(focusLost).toBe(1);
  });
});

describe("the time that is left", () => {
  test("is not told before two seconds of sending", () => {
    const rate = new Rate();
    rate.note(0, 0);
    rate.note(1e6, 1.9);
    expect(rate.secondsLeft(1e6)).toBeUndefined();
    rate.note(2e6, 2.4);
    expect(rate.secondsLeft(1e6)).toBe(2);
  });

  test("does not jump when the rate does for a moment", () => {
    const rate = new Rate();
    for (let second = 0; second <= 10; second += 1) rate.note(second * 1e6, second);
    expect(rate.secondsLeft(60e6)).toBe(60);
    rate.note(10e6, 10.6);
    expect(rate.secondsLeft(60e6)).toBeLessThan(75);
  });

  test("does not count a pause as slow sending", () => {
    const rate = new Rate();
    rate.note(0, 0);
    rate.note(3e6, 3);
    rate.reset();
    rate.note(3e6, 100);
    expect(rate.secondsLeft(1e6)).toBeUndefined();
    rate.note(6e6, 103);
    expect(rate.secondsLeft(8e6)).toBe(8);
  });

  test("is never negative, nor told when nothing moves", () => {
    const rate = new Rate();
    rate.note(5e6, 0);
    rate.note(0, 3);
    expect(rate.secondsLeft(1e6)).toBeUndefined();
  });
});
