/** Uploads of tests, and what became of them. */

import { vi } from "vitest";
import { FileUpload, type UploadSettings } from "../src/core/uploader";
import { aServer, type FakeService, FakeXhr, largeFile } from "./fakes";

export const MIB = 1024 ** 2;

/** An upload, and the states that it has been in. */
export interface Made {
  upload: FileUpload;
  states: string[];
  run: () => Promise<void>;
}

/** @param Upload The class; another one after the page was reloaded. */
export function made(file: File, more: Partial<UploadSettings> = {}, Upload = FileUpload): Made {
  const states: string[] = [];
  const settings: UploadSettings = {
    server: aServer(),
    cleanName: file.name,
    multipartThreshold: 16 * MIB,
    partSize: 8 * MIB,
    parallelParts: 4,
    retries: 2,
    ...more,
  };
  const upload = new Upload(file, settings, ({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  return { upload, states, run: () => upload.run() };
}

/** A small photo. */
export function photo(name = "a.jpg", type = "image/jpeg"): File {
  return new File(["12345"], name, { type });
}

/** A film of three parts: 8, 8 and 4 MiB. */
export function film(name = "film.mp4"): File {
  return largeFile(20 * MIB, name);
}

/** The part that a request sends. */
export function partOf(request: FakeXhr): number {
  return Number(new URL(request.url).pathname.split("/").at(-1));
}

/** The parts that were sent, in their order. */
export function sentParts(): number[] {
  return FakeXhr.sent.map(partOf);
}

/** From now on S3 stores each part at once. */
export function storeAll(service: FakeService): void {
  FakeXhr.auto = (request) => service.store(request);
}

/** Lets S3 store the form that is sent as so manieth request. */
export async function storeForm(count: number): Promise<void> {
  (await FakeXhr.next(count)).answer(204);
}

/** The request that sends a part just now. */
export async function underWay(part: number): Promise<FakeXhr> {
  const find = () => FakeXhr.open.find((request) => partOf(request) === part);
  await vi.waitFor(() => {
    if (!find()) throw new Error(`part ${part} is not under way`);
  });
  return find() as FakeXhr;
}
