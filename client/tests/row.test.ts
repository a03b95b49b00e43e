import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import * as previews from "../src/image/preview";
import { messages } from "../src/texts";
import { UploadRow } from "../src/view/row";
import { failure, recorded, result, type ShownUpload, upload } from "./shown_upload";

const en = messages("en");
let actions: ReturnType<typeof recorded>;
let preview: MockInstance<typeof previews.preview>;

beforeEach(() => {
  actions = recorded();
  preview = vi.spyOn(previews, "preview").mockResolvedValue(undefined);
});
afterEach(() => document.body.replaceChildren());

function row(shown: ShownUpload): UploadRow {
  const made = new UploadRow(shown, en, actions);
  document.body.append(made.root);
  return made;
}

const part = (of: UploadRow, name: string) =>
  of.root.querySelector(`.renuo-upload__${name}`) as HTMLElement;
const visible = (of: UploadRow) =>
  [...of.root.querySelectorAll("button")].filter(({ hidden }) => !hidden);
const plain = (element: HTMLElement) => element.textContent?.replace(/\s/g, " ");

describe("what can be done", () => {
  test.each([
    [{ state: "waiting" }, ["cancel"]],
    [{ state: "signing" }, ["cancel"]],
    [{ state: "uploading" }, ["cancel"]],
    [{ state: "uploading", isInParts: true }, ["pause", "cancel"]],
    [{ state: "paused", isInParts: true }, ["resume", "cancel"]],
    [{ state: "verifying" }, ["cancel"]],
    [{ state: "done" }, ["remove"]],
    [{ state: "failed", error: failure("AccessDenied") }, ["retry", "remove"]],
    [{ state: "failed", error: failure("FileTooLarge", false) }, ["remove"]],
    [{ state: "cancelled" }, ["retry", "remove"]],
  ] as const)("with %o is %j", (shown, names) => {
    const shownRow = row(upload({ name: "b.pdf", ...shown }));
    const buttons = visible(shownRow);
    expect(buttons.map((one) => one.className.replace("renuo-upload__", ""))).toEqual(names);
    for (const button of buttons) expect(button.getAttribute("aria-label")).toContain("b.pdf");
    for (const button of buttons) button.click();
    expect(actions.asked).toEqual(names.map((name) => `${name} b.pdf`));
  });
});

describe("the state in words", () => {
  test.each([
    [{ state: "waiting" }, "Waiting"],
    [{ state: "signing" }, "Preparing"],
    [{ state: "uploading", loaded: 456 }, "Uploading 45%"],
    [{ state: "uploading", isOffline: true }, "Waiting for the connection"],
    [{ state: "paused", isOffline: true }, "Paused"],
    [{ state: "verifying", loaded: 1000 }, "Checking"],
    [{ state: "done" }, "Uploaded"],
    [{ state: "failed" }, "Failed"],
    [{ state: "cancelled" }, "Cancelled"],
  ] as const)("%o is %s", (shown, words) => {
    const shownRow = row(upload(shown));
    expect(part(shownRow, "state").textContent).toBe(words);
    expect(shownRow.root.dataset.state).toBe(shown.state);
    expect(part(shownRow, "progress").getAttribute("aria-valuetext")).toBe(words);
  });
});

test("the name is whole for those who look for it, and cut in its middle only to the eye", () => {
  const name = "Sommerferien am See, letzter Abend.jpg";
  const title = part(row(upload({ name })), "name");
  expect(title.textContent).toBe(name);
  expect(title.title).toBe(name);
  expect([...title.children].map((end) => end.textContent)).toEqual([
    "Sommerferien am See, letzter ",
    "Abend.jpg",
  ]);
});

test("a name is not cut through a letter of two code units", () => {
  const ends = part(row(upload({ name: "🏔".repeat(30) })), "name").children;
  expect([...ends].map((end) => end.textContent)).toEqual(["🏔".repeat(21), "🏔".repeat(9)]);
});

test("a file that is uploaded tells what the server found in it", () => {
  const found = result({ width: 4032, height: 3024, contentType: "image/jpeg", size: 2.42e6 });
  const done = row(upload({ name: "a.jpg", state: "done", result: found }));
  expect(plain(part(done, "facts"))).toBe("Uploaded 4032 × 3024 · JPEG · 2.4 MB");
});

test("a type that nobody knows is called by its extension", () => {
  const found = result({ contentType: "application/octet-stream", extension: "dwg", size: 5e6 });
  const done = row(upload({ state: "done", result: found }));
  expect(plain(part(done, "facts"))).toBe("Uploaded DWG · 5 MB");
});

test("a file that goes on after a reload says so, also if that is known a moment later", () => {
  const shown = upload({ state: "uploading", loaded: 500 });
  const resumed = row(shown);
  shown.resumedBytes = 400;
  resumed.draw();
  expect(plain(part(resumed, "facts"))).toContain("Continued where it stopped");
});

test("why it failed stands beside the file, and disappears with the next attempt", () => {
  const shown = upload({ state: "failed", error: failure("SlowDown") });
  const failed = row(shown);
  expect(part(failed, "error").textContent).toBe(
    "The storage is busy. Wait a moment, then try again.",
  );
  Object.assign(shown, { state: "waiting", error: undefined });
  failed.draw();
  expect(part(failed, "error").textContent).toBe("");
  expect(part(failed, "problem").hidden).toBe(true);
});

test("progress is told to assistive technology", () => {
  const shown = upload({ name: "a.jpg", state: "uploading", loaded: 459 });
  const bar = row(shown).root.querySelector("[role=progressbar]") as HTMLElement;
  expect(bar.getAttribute("aria-label")).toBe("Upload of a.jpg");
  const values = ["aria-valuemin", "aria-valuenow", "aria-valuemax"];
  expect(values.map((name) => bar.getAttribute(name))).toEqual(["0", "45", "100"]);
});

test("nothing is written to the page as long as the whole percent stays", async () => {
  const shown = upload({ state: "uploading", loaded: 450 });
  const drawn = row(shown);
  const changes: MutationRecord[] = [];
  const observer = new MutationObserver((records) => changes.push(...records));
  const everything = { attributes: true, childList: true, characterData: true, subtree: true };
  observer.observe(drawn.root, everything);
  shown.loaded = 455;
  drawn.draw();
  expect([...changes, ...observer.takeRecords()]).toEqual([]);
  shown.loaded = 460;
  drawn.draw();
  expect([...changes, ...observer.takeRecords()].length).toBeGreaterThan(0);
});

test.each([
  ["at once", true],
  ["later", false],
])("the focus goes to the row when a browser takes it off a hidden button %s", (_when, atOnce) => {
  const shown = upload({ state: "uploading", isInParts: true });
  const drawn = row(shown);
  const pause = part(drawn, "pause");
  Object.defineProperty(pause, "hidden", {
    set(hidden: boolean) {
      pause.toggleAttribute("hidden", hidden);
      if (atOnce) pause.blur();
    },
  });
  pause.focus();
  shown.state = "paused";
  drawn.draw();
  expect(document.activeElement).toBe(drawn.root);
});

test("the focus stays on a button that stays", () => {
  const shown = upload({ state: "waiting" });
  const drawn = row(shown);
  part(drawn, "cancel").focus();
  shown.state = "uploading";
  drawn.draw();
  expect(document.activeElement).toBe(part(drawn, "cancel"));
});

test("a picture of the file takes the place of its extension", async () => {
  preview.mockResolvedValue(document.createElement("canvas"));
  const drawn = row(upload({ name: "a.jpg", type: "image/jpeg" }));
  expect(part(drawn, "badge").textContent).toBe("jpg");
  await vi.waitFor(() => expect(part(drawn, "picture").tagName).toBe("CANVAS"));
  expect(part(drawn, "badge")).toBeNull();
});

test("a file without a usable extension gets a symbol", () => {
  expect(part(row(upload({ name: "README" })), "badge").querySelector("svg")).not.toBeNull();
});

describe("a picture that only the server can draw", () => {
  const images: HTMLImageElement[] = [];
  const created = document.createElement.bind(document);

  async function drawnByServer(): Promise<UploadRow> {
    images.length = 0;
    vi.spyOn(document, "createElement").mockImplementation((name: string) => {
      const element = created(name);
      if (name === "img") images.push(element as HTMLImageElement);
      return element;
    });
    const shown = upload({ name: "a.heic", type: "image/heic", state: "uploading" });
    const drawn = row(shown);
    await preview.mock.results[0]?.value;
    Object.assign(shown, { state: "done", result: result({ contentType: "image/heic" }) });
    drawn.draw();
    await vi.waitFor(() => expect(images).toHaveLength(1));
    return drawn;
  }

  test("is asked for at twice its side, once it is verified", async () => {
    const drawn = await drawnByServer();
    expect(images[0]?.src).toBe("https://cdn.test/t/96x96/smart/u/o/a");
    expect(part(drawn, "badge").textContent).toBe("heic");
    images[0]?.dispatchEvent(new Event("load"));
    expect(part(drawn, "picture")).toBe(images[0]);
  });

  test("leaves the extension where it is if the server cannot either", async () => {
    const drawn = await drawnByServer();
    images[0]?.dispatchEvent(new Event("error"));
    expect(part(drawn, "badge").textContent).toBe("heic");
  });
});
