import { expect, test, vi } from "vitest";
import { inPlace } from "../src/wire/places";

const never = new AbortController().signal;

/** Work in a place, until it is told to end. */
function worker(signal = never) {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = vi.fn(() => ended);
  const outcome = inPlace(signal, work).catch((error) => error);
  return { work, outcome, end };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

test("six are on their way at once, the next when one has ended, in order", async () => {
  const workers = Array.from({ length: 9 }, () => worker());
  await settle();
  const begun = () => workers.map(({ work }) => work.mock.calls.length).join("");
  expect(begun()).toBe("111111000");
  workers[4]?.end();
  await settle();
  expect(begun()).toBe("111111100");
  workers[0]?.end();
  workers[1]?.end();
  await settle();
  expect(begun()).toBe("111111111");
  for (const { end } of workers) end();
  await settle();
});

test("whoever is stopped while it waits leaves the line, and takes no place", async () => {
  const workers = Array.from({ length: 6 }, () => worker());
  const stop = new AbortController();
  const [stopped, next] = [worker(stop.signal), worker()];
  stop.abort();
  expect(await stopped.outcome).toBe(stop.signal.reason);
  workers[0]?.end();
  await settle();
  expect(next.work).toHaveBeenCalled();
  expect(stopped.work).not.toHaveBeenCalled();
  for (const { end } of [...workers, next]) end();
  await settle();
});

test("whoever is stopped as its turn comes hands its place on", async () => {
  const workers = Array.from({ length: 6 }, () => worker());
  const stop = new AbortController();
  const [stopped, next] = [worker(stop.signal), worker()];
  workers[0]?.end();
  await workers[0]?.outcome;
  stop.abort();
  await settle();
  expect(stopped.work.mock.calls.length + next.work.mock.calls.length).toBe(1);
  for (const { end } of [...workers, stopped, next]) end();
  await settle();
  const again = Array.from({ length: 6 }, () => worker());
  await settle();
  expect(again.every(({ work }) => work.mock.calls.length === 1)).toBe(true);
  for (const { end } of again) end();
  await settle();
});

test("work that fails gives its place back", async () => {
  const fail = () => inPlace(never, () => Promise.reject(new Error("no"))).catch(() => {});
  await Promise.all(Array.from({ length: 20 }, fail));
  const next = worker();
  await settle();
  expect(next.work).toHaveBeenCalled();
  next.end();
  await settle();
});
