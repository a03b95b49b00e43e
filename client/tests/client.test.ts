import type { DropzoneFile } from "dropzone";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RenuoUpload } from "../src/index";
import type { UploadResult } from "../src/result";
import { formatSize } from "../src/row";
import { FakeXhr, fakeSigning, s3Error } from "./fakes";

let element: HTMLElement;

beforeEach(() => {
  FakeXhr.install();
  element = document.createElement("div");
  element.dataset.apikey = "k1";
  element.dataset.signingurl = "/generate_policy";
  document.body.replaceChildren(element);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function start(callback?: (result: UploadResult) => void, options = {}) {
  return new RenuoUpload(element, { acceptedFiles: "image/*", ...options }, callback);
}

function add(client: RenuoUpload, ...names: string[]): void {
  for (const name of names) {
    client.dropzone.addFile(new File(["12345"], name, { type: "image/jpeg" }) as DropzoneFile);
  }
}

function part(selector: string): HTMLElement {
  return element.querySelector(selector) as HTMLElement;
}

test("two files of one name get a policy and a key each, and the page hears of both", async () => {
  const fetch = fakeSigning();
  const keys: string[] = [];
  add(
    start((result) => keys.push(result.key)),
    "A b.jpg",
    "A b.jpg",
  );
  (await FakeXhr.next(1)).answer(204);
  (await FakeXhr.next(2)).answer(204);
  await vi.waitFor(() => expect(keys).toHaveLength(2));
  expect(keys.sort()).toEqual(["o/shop-demo/p1/a-b.jpg", "o/shop-demo/p2/a-b.jpg"]);
  expect(fetch).toHaveBeenCalledTimes(2);
  expect(element.querySelectorAll('.renuo-upload__file[data-state="done"]')).toHaveLength(2);
  expect(part("[role=status]").textContent).toBe("2 of 2 files uploaded");
});

test("four files upload at once, the fifth when one has ended", async () => {
  fakeSigning();
  add(start(), "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg");
  await FakeXhr.next(4);
  expect(element.querySelectorAll('[data-state="waiting"]')).toHaveLength(1);
  FakeXhr.sent[0]?.answer(204);
  await FakeXhr.next(5);
});

test("a refused file says why in words, and uploads after Retry", async () => {
  fakeSigning();
  const callback = vi.fn();
  add(start(callback), "a.jpg");
  (await FakeXhr.next()).answer(403, s3Error("AccessDenied"));
  await vi.waitFor(() => expect(part(".renuo-upload__file").dataset.state).toBe("failed"));
  expect(part(".renuo-upload__error").textContent).toBe(
    "The storage refused this file. Try again.",
  );
  expect(part("[role=status]").textContent).toBe("0 of 1 file uploaded, 1 failed");
  part(".renuo-upload__retry").click();
  (await FakeXhr.next(2)).answer(204);
  await vi.waitFor(() => expect(part(".renuo-upload__file").dataset.state).toBe("done"));
  expect(part(".renuo-upload__error").textContent).toBe("");
  expect(part(".renuo-upload__retry").hidden).toBe(true);
  expect(callback).toHaveBeenCalledTimes(1);
});

test("a failed file does not hold up the queue", async () => {
  fakeSigning();
  add(start(undefined, { parallelUploads: 1 }), "a.jpg", "b.jpg");
  (await FakeXhr.next()).answer(400, s3Error("EntityTooLarge"));
  await FakeXhr.next(2);
});

test("a file of a kind that is not accepted fails without Retry and without a request", () => {
  const fetch = fakeSigning();
  const client = start(undefined, { dictInvalidFileType: "Nur Bilder." });
  client.dropzone.addFile(new File(["x"], "a.txt", { type: "text/plain" }) as DropzoneFile);
  expect(part(".renuo-upload__error").textContent).toBe("Nur Bilder.");
  expect(part(".renuo-upload__retry").hidden).toBe(true);
  expect(fetch).not.toHaveBeenCalled();
});

test("progress is told to assistive technology", async () => {
  fakeSigning();
  add(start(), "a.jpg");
  const request = await FakeXhr.next();
  request.upload.onprogress?.({ lengthComputable: true, loaded: 45, total: 100 });
  const bar = part("[role=progressbar]");
  expect(bar.getAttribute("aria-valuenow")).toBe("45");
  expect(bar.getAttribute("aria-label")).toBe("Upload of a.jpg");
  expect(part(".renuo-upload__state").textContent).toBe("Uploading, 45 %");
});

test("a file belongs to the app that was chosen when it was added", async () => {
  const fetch = fakeSigning();
  add(start(), "a.jpg");
  element.dataset.apikey = "k2";
  await FakeXhr.next();
  expect(String(fetch.mock.calls[0]?.[1]?.body)).toBe("api_key=k1");
});

test("a file taken off Dropzone is canceled and disappears", async () => {
  fakeSigning();
  const client = start();
  add(client, "a.jpg");
  const request = await FakeXhr.next();
  const abort = vi.spyOn(request, "abort");
  client.dropzone.removeFile(client.dropzone.files[0] as DropzoneFile);
  expect(abort).toHaveBeenCalled();
  expect(element.querySelector(".renuo-upload__file")).toBeNull();
});

test("a jQuery object stands for its element", () => {
  new RenuoUpload({ jquery: "3.7.1", 0: element }, { acceptedFiles: "image/*" });
  expect(part("button.renuo-upload__drop").textContent).toContain("Choose files");
  expect(document.querySelector("input.dz-hidden-input")?.getAttribute("accept")).toBe("image/*");
});

test("everything missing is named at once", () => {
  const bare = document.createElement("div");
  expect(() => new RenuoUpload(bare, {} as never)).toThrow(
    "missing the attribute data-signingurl, the attribute data-apikey, the option acceptedFiles",
  );
});

test("nothing is left on the page after destroy", () => {
  start().destroy();
  expect(element.children).toHaveLength(0);
  expect(document.querySelector("input.dz-hidden-input")).toBeNull();
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [183_725, "184 kB"],
  [999_600, "1.0 MB"],
  [5e9, "5.0 GB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
