import { expect, test, vi } from "vitest";
import { Life, NEXT, type UploadState } from "../src/core/states";

const STATES = Object.keys(NEXT) as UploadState[];

/** How a file gets into each state. */
const WAYS: Record<UploadState, UploadState[]> = {
  waiting: [],
  signing: ["signing"],
  uploading: ["signing", "uploading"],
  paused: ["paused"],
  verifying: ["signing", "verifying"],
  done: ["signing", "verifying", "done"],
  failed: ["failed"],
  cancelled: ["cancelled"],
};

const LEGAL: [UploadState, UploadState][] = [
  ["waiting", "signing"],
  ["waiting", "paused"],
  ["waiting", "failed"],
  ["waiting", "cancelled"],
  ["signing", "uploading"],
  ["signing", "verifying"],
  ["signing", "paused"],
  ["signing", "failed"],
  ["signing", "cancelled"],
  ["uploading", "verifying"],
  ["uploading", "paused"],
  ["uploading", "failed"],
  ["uploading", "cancelled"],
  ["paused", "waiting"],
  ["paused", "cancelled"],
  ["verifying", "done"],
  ["verifying", "failed"],
  ["verifying", "cancelled"],
  ["failed", "waiting"],
  ["failed", "cancelled"],
  ["cancelled", "waiting"],
];

const all = STATES.flatMap((from) => STATES.map((to): [UploadState, UploadState] => [from, to]));
const isLegal = ([from, to]: [UploadState, UploadState]) =>
  LEGAL.some(([a, b]) => a === from && b === to);

function life(state: UploadState, onEnter = () => {}): Life {
  const made = new Life(onEnter);
  for (const step of WAYS[state]) made.enter(step);
  return made;
}

test.each(all.filter(isLegal))("a file that is %s can become %s, and it is told", (from, to) => {
  const onEnter = vi.fn();
  const made = life(from, onEnter);
  onEnter.mockClear();
  made.enter(to);
  expect(made.state).toBe(to);
  expect(onEnter).toHaveBeenCalledTimes(1);
});

test.each(all.filter((way) => !isLegal(way)))("a file that is %s cannot become %s", (from, to) => {
  const onEnter = vi.fn();
  const made = life(from, onEnter);
  onEnter.mockClear();
  expect(() => made.enter(to)).toThrow(`An upload cannot go from ${from} to ${to}.`);
  expect(made.state).toBe(from);
  expect(onEnter).not.toHaveBeenCalled();
});

test("a way can be narrowed to some states", () => {
  expect(() => life("failed").check("waiting", "paused")).toThrow("from failed to waiting");
  expect(() => life("paused").check("waiting", "paused")).not.toThrow();
});
