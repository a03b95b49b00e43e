/** Which parts a file has, and how many bytes S3 has of it. */

import { expect, test } from "vitest";
import { MOST_PARTS, PartPlan } from "../src/core/part_plan";
import { largeFile } from "./fakes";
import { MIB } from "./uploads";

const GIB = 1024 * MIB;

/** 8, 8 and 4 MiB. */
function plan(): PartPlan {
  return new PartPlan(largeFile(20 * MIB), 8 * MIB);
}

test.each([
  [1, 1],
  [8 * MIB, 1],
  [8 * MIB + 1, 2],
  [80 * MIB, 10],
])("a file of %i bytes has %i parts of 8 MiB", (size, count) => {
  const parts = new PartPlan(largeFile(size), 8 * MIB);
  expect(parts.missing).toHaveLength(count);
  const sizes = parts.missing.map((number) => parts.slice(number).size);
  expect(sizes.reduce((sum, bytes) => sum + bytes)).toBe(size);
});

test.each([80_000 * MIB, 80_000 * MIB + 1, 100 * GIB, 5 * 1024 * GIB])(
  "a file of %i bytes has no more parts than S3 takes",
  (size) => {
    const parts = new PartPlan(largeFile(size), 8 * MIB);
    expect(parts.missing.length).toBeLessThanOrEqual(MOST_PARTS);
    expect(parts.partSize * parts.missing.length).toBeGreaterThanOrEqual(size);
  },
);

test("parts are enlarged only where they would be too many", () => {
  expect(new PartPlan(largeFile(80_000 * MIB), 8 * MIB).partSize).toBe(8 * MIB);
  expect(new PartPlan(largeFile(80_000 * MIB + 1), 8 * MIB).partSize).toBe(8 * MIB + 1);
});

test("a part has no type: none was signed", () => {
  expect(new PartPlan(new File(["12345"], "a.mp4", { type: "video/mp4" }), 2).slice(2).type).toBe(
    "",
  );
});

test("parts are joined in order, whatever the order in which they arrive", () => {
  const parts = plan();
  for (const number of [3, 1, 2]) parts.store(number, `e${number}`);
  expect(parts.stored.map(({ ETag }) => ETag)).toEqual(["e1", "e2", "e3"]);
  expect(parts.missing).toEqual([]);
});

test("bytes under way count, those of a part at most once", () => {
  const parts = plan();
  parts.note(1, 3 * MIB);
  parts.note(3, 99 * MIB); // with what the browser sends beside it
  expect(parts.bytes).toBe(7 * MIB);
  parts.store(1, "e1");
  expect(parts.bytes).toBe(12 * MIB);
  parts.stop();
  expect(parts.bytes).toBe(8 * MIB);
});

test("what S3 lists is not sent again, unless it is of another size or too much", () => {
  const parts = plan();
  parts.store(2, "before");
  parts.take([
    { PartNumber: 1, ETag: "e1", Size: 8 * MIB },
    { PartNumber: 2, ETag: "e2", Size: 5 * MIB },
    { PartNumber: 3, ETag: "e3", Size: 4 * MIB },
    { PartNumber: 4, ETag: "e4", Size: 8 * MIB },
  ]);
  expect(parts).toMatchObject({ missing: [2], bytes: 12 * MIB, isJoined: false });
});

test("parts without a size are joined already, no parts are not", () => {
  const parts = plan();
  parts.take([{ PartNumber: 1, ETag: "whole", Size: 0 }]);
  expect(parts.isJoined).toBe(true);
  parts.take([]);
  expect(parts).toMatchObject({ isJoined: false, missing: [1, 2, 3], bytes: 0 });
});
