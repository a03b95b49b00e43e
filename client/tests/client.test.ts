import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { UploadResult } from "../src/core/result";
import { RenuoUpload, type RenuoUploadOptions } from "../src/index";
import { fakeService, photo, storeAll, uploadElement } from "./fake_page";
import { FakeXhr, s3Error } from "./fakes";

let element: HTMLElement;
let clients: RenuoUpload[];

beforeEach(() => {
  document.body.replaceChildren();
  element = uploadElement();
  clients = [];
});

afterEach(() => {
  for (const client of clients) client.destroy();
  vi.unstubAllGlobals();
});

function start(
  options: Partial<RenuoUploadOptions> = {},
  callback?: (result: UploadResult) => void,
): RenuoUpload {
  const all = { acceptedFiles: "image/*", language: "en", retries: 0, ...options };
  clients.push(new RenuoUpload(element, all, callback));
  return clients.at(-1) as RenuoUpload;
}

function rows(state: string): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(`.renuo-upload__file[data-state=${state}]`)];
}

async function until(state: string, count = 1): Promise<HTMLElement> {
  await vi.waitFor(() => expect(rows(state)).toHaveLength(count));
  return rows(state)[0] as HTMLElement;
}

function part(name: string, row: Element = element): HTMLElement {
  return row.querySelector(`.renuo-upload__${name}`) as HTMLElement;
}

test("two files of one name have a key each, and the page hears of both once", async () => {
  const asked = fakeService();
  const keys: string[] = [];
  start({}, (result) => keys.push(result.key)).add([photo("A b.jpg"), photo("A b.jpg")]);
  await storeAll(2);
  await until("done", 2);
  expect(keys.sort()).toEqual(["o/shop-demo/p1/a-b.jpg", "o/shop-demo/p2/a-b.jpg"]);
  expect(asked.map((body) => body.get("size"))).toEqual(["5", "5"]);
});

test("four files are on their way at once, the fifth when one has ended", async () => {
  fakeService();
  start().add(["1", "2", "3", "4", "5"].map((name) => photo(`${name}.jpg`)));
  await FakeXhr.next(4);
  await until("waiting");
  FakeXhr.sent[0]?.answer(204);
  await FakeXhr.next(5);
});

test("a refused file says why, and arrives after Retry", async () => {
  fakeService();
  const callback = vi.fn();
  const client = start({}, callback);
  const failed = vi.fn();
  client.on("failed", failed);
  client.add([photo()]);
  (await FakeXhr.next()).answer(403, s3Error("AccessDenied"));
  const row = await until("failed");
  expect(part("error", row).textContent).toContain("The storage refused this file");
  expect(failed.mock.calls[0]?.[0].error).toMatchObject({
    code: "AccessDenied",
    message: part("error", row).textContent,
  });
  part("retry", row).click();
  (await FakeXhr.next(2)).answer(204);
  await until("done");
  expect(callback).toHaveBeenCalledTimes(1);
});

test("a failed file does not hold up the queue", async () => {
  fakeService();
  start({ parallelUploads: 1 }).add([photo("a.jpg"), photo("b.jpg")]);
  (await FakeXhr.next()).answer(400, s3Error("EntityTooLarge"));
  await FakeXhr.next(2);
});

test("a file that the page does not accept is not sent, and the page's words say why", async () => {
  const asked = fakeService();
  start({ dictInvalidFileType: "Nur Bilder." }).add([photo("a.txt", "text/plain")]);
  const row = await until("failed");
  expect(part("error", row).textContent).toBe("Nur Bilder.");
  expect(part("retry", row).hidden).toBe(true);
  expect(asked).toEqual([]);
});

test("the app's limits hold, and are said before", async () => {
  fakeService({ max_bytes: 4, content_types: ["image/*"] });
  start({ dictFileTooBig: "{{filesize}} of {{maxFilesize}} MiB" }).add([photo()]);
  const row = await until("failed");
  expect(part("error", row).textContent).toBe("0 of 0 MiB");
  await vi.waitFor(() => expect(part("limits").textContent).toBe("Images, up to 4 bytes"));
});

test("one place that is free again can be taken", async () => {
  fakeService();
  const client = start({ maxFiles: 1 });
  client.add([photo("a.jpg"), photo("b.jpg")]);
  await storeAll(1);
  await until("done");
  await until("failed");
  for (const upload of client.uploads) client.remove(upload);
  client.add([photo("c.jpg")]);
  (await FakeXhr.next(2)).answer(204);
  await until("done");
});

test("the page's own check can refuse a file in its own words", async () => {
  fakeService();
  const accept = (_file: File, done: (words?: string) => void) => done("Not today.");
  start({ accept }).add([photo()]);
  expect(part("error", await until("failed")).textContent).toBe("Not today.");
});

test("a file belongs to the app that was chosen when it was added", async () => {
  const asked = fakeService();
  start().add([photo()]);
  element.dataset.apikey = "k2";
  await FakeXhr.next();
  expect(asked[0]?.get("api_key")).toBe("k1");
});

test("a file taken off Dropzone is cancelled and disappears", async () => {
  fakeService();
  const client = start();
  client.add([photo()]);
  const abort = vi.spyOn(await FakeXhr.next(), "abort");
  client.dropzone.removeAllFiles(true);
  expect(abort).toHaveBeenCalled();
  expect(element.querySelector(".renuo-upload__file")).toBeNull();
});

test("a cancelled file stays on the list and can be sent after all", async () => {
  fakeService();
  const client = start();
  client.add([photo()]);
  await FakeXhr.next();
  client.cancel();
  part("retry", await until("cancelled")).click();
  (await FakeXhr.next(2)).answer(204);
  await until("done");
});

test("what is paused leaves its place to others, and goes on when it may", async () => {
  fakeService();
  const client = start({ parallelUploads: 1 });
  client.add([photo("a.jpg"), photo("b.jpg")]);
  await FakeXhr.next();
  client.pause(client.uploads[0]);
  (await FakeXhr.next(2)).answer(204);
  await until("done");
  expect(rows("paused")).toHaveLength(1);
  client.resume();
  (await FakeXhr.next(3)).answer(204);
  await until("done", 2);
});

test("Dropzone's own events are for the pages that know them", async () => {
  fakeService();
  const [success, error, complete] = [vi.fn(), vi.fn(), vi.fn()];
  start({ success, error, complete }).add([photo("a.jpg"), photo("b.txt", "text/plain")]);
  await storeAll(1);
  await until("done");
  expect(success).toHaveBeenCalledTimes(1);
  expect(error).toHaveBeenCalledTimes(1);
  expect(complete).toHaveBeenCalledTimes(2);
});

test("the page is told when no file is on its way any more", async () => {
  fakeService();
  const client = start();
  const finished = vi.fn();
  client.on("finished", finished);
  client.add([photo("a.jpg"), photo("b.jpg")]);
  await storeAll(1);
  await until("done");
  expect(finished).not.toHaveBeenCalled();
  await storeAll(2);
  await vi.waitFor(() => expect(finished).toHaveBeenCalledTimes(1));
});

test("leaving asks as long as files are on their way", async () => {
  fakeService();
  const leave = () => {
    const event = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  start().add([photo()]);
  expect(leave()).toBe(true);
  await storeAll(1);
  await until("done");
  expect(leave()).toBe(false);
});

test("a form gets hidden fields of verified files, unless the page has a callback", async () => {
  fakeService();
  const form = document.createElement("form");
  document.body.append(form);
  element = uploadElement(form);
  const client = start();
  client.add([photo()]);
  await storeAll(1);
  await until("done");
  expect(form.querySelectorAll("input[name^='renuoupload[a]']")).toHaveLength(6);
  client.remove();
  expect(form.querySelectorAll("input[type=hidden]")).toHaveLength(0);
});

test("a jQuery object stands for its element", () => {
  fakeService();
  clients.push(new RenuoUpload({ jquery: "3.7.1", 0: element }, { acceptedFiles: "image/*" }));
  expect(part("drop").tagName).toBe("BUTTON");
  expect(document.querySelector("input.dz-hidden-input")?.getAttribute("accept")).toBe("image/*");
});

test("nothing is left on the page after destroy", () => {
  fakeService();
  start().destroy();
  expect(element.children).toHaveLength(0);
  expect(document.querySelector("input.dz-hidden-input")).toBeNull();
});
