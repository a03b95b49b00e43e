import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { messages } from "../src/texts";
import { UploadView, type ViewSettings } from "../src/view/view";
import { failure, recorded, SETTINGS, type Shown, type ShownUpload, upload } from "./shown_upload";

let root: HTMLElement;
let actions: ReturnType<typeof recorded>;
let view: UploadView;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "requestAnimationFrame"] });
  root = document.createElement("div");
  document.body.replaceChildren(root);
  actions = recorded();
});
afterEach(() => {
  view.clear();
  vi.useRealTimers();
});

function start(settings: Partial<ViewSettings> = {}, language = "en"): void {
  view = new UploadView(root, messages(language), actions, { ...SETTINGS, ...settings });
}

function add(...shown: Shown[]): ShownUpload[] {
  const uploads = shown.map((one) => upload(one));
  for (const one of uploads) view.add(one);
  return uploads;
}

/** Lets an upload go on and the view draw it. */
function change(one: ShownUpload | undefined, fields: Shown): void {
  if (!one) throw new Error("no such upload");
  Object.assign(one, fields);
  view.update(one);
  vi.advanceTimersByTime(20);
}

const part = (selector: string) => root.querySelector(selector) as HTMLElement;
const status = () => part("[role=status]").textContent;

/** Everything that is read out while time passes. */
function heard(milliseconds: number): string[] {
  const said: string[] = [];
  for (let passed = 0; passed < milliseconds; passed += 20) {
    vi.advanceTimersByTime(20);
    const now = status() ?? "";
    if (now && now !== said.at(-1)) said.push(now);
  }
  return said;
}

describe("the drop area", () => {
  test("is a button that Dropzone takes for its own, described by the limits", () => {
    start();
    view.hint("Images, up to 20 MB");
    expect(view.button.className).toBe("renuo-upload__drop dz-message");
    expect(view.button.type).toBe("button");
    const described = view.button.getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("Images, up to 20 MB");
  });

  test("of two views on a page has ids of its own", () => {
    start();
    const first = view;
    start();
    const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    first.clear();
  });

  test("speaks the page's language, and says so", () => {
    start({ multiple: false }, "de-CH");
    expect(part(".renuo-upload__title").textContent).toBe("Datei auswählen");
    expect(root.lang).toBe("de-CH");
  });

  test("says what the page wants it to", () => {
    start({ message: "Drop your CV", hint: "PDF please" });
    expect(part(".renuo-upload__title").textContent).toBe("Drop your CV");
    expect(part(".renuo-upload__hint").textContent).toBe("PDF please");
  });

  test("offers neither folders nor the camera unless asked", () => {
    start();
    expect(root.querySelectorAll("input, .renuo-upload__others")).toHaveLength(0);
  });

  test.each([
    ["folder", { folders: true }, "webkitdirectory"],
    ["camera", { camera: true }, "capture"],
  ])("adds the files of a %s", (name, settings, attribute) => {
    Object.defineProperty(HTMLInputElement.prototype, "webkitdirectory", {
      configurable: true,
      set(this: HTMLInputElement, on: boolean) {
        this.toggleAttribute("webkitdirectory", on);
      },
    });
    start(settings);
    const input = part("input") as HTMLInputElement;
    expect(input.hasAttribute(attribute)).toBe(true);
    const opener = part(`.renuo-upload__${name}`);
    expect(opener.getAttribute("aria-label")).toBe(opener.textContent);
    const click = vi.spyOn(input, "click").mockImplementation(() => {});
    opener.click();
    expect(click).toHaveBeenCalled();
    Object.defineProperty(input, "files", { value: [new File(["x"], "p.jpg")] });
    input.dispatchEvent(new Event("change"));
    expect(actions.asked).toEqual(["add p.jpg"]);
  });
});

describe("the list", () => {
  test("shows a new state at once, and progress with the next frame", () => {
    start();
    const [one] = add({ state: "waiting" });
    Object.assign(one as object, { state: "uploading" });
    view.update(one as ShownUpload);
    expect(part(".renuo-upload__file").dataset.state).toBe("uploading");
    Object.assign(one as object, { loaded: 500 });
    view.update(one as ShownUpload);
    expect(part(".renuo-upload__state").textContent).toBe("Uploading 0%");
    vi.advanceTimersByTime(20);
    expect(part(".renuo-upload__state").textContent).toBe("Uploading 50%");
  });

  test("draws one frame however many files report progress", () => {
    start();
    const uploads = add(...Array(50).fill({ state: "uploading" }));
    vi.advanceTimersByTime(20);
    const frames = vi.spyOn(globalThis, "requestAnimationFrame");
    for (const one of uploads) view.update(one);
    expect(frames).toHaveBeenCalledTimes(1);
  });

  test("moves the focus to the next file, then the one before, then the drop area", () => {
    start();
    const [a, b, c] = add({ name: "a.pdf" }, { name: "b.pdf" }, { name: "c.pdf" });
    const rows = [...root.querySelectorAll<HTMLElement>(".renuo-upload__file")];
    rows[1]?.querySelector<HTMLElement>(".renuo-upload__cancel")?.focus();
    view.remove(b as ShownUpload);
    expect(document.activeElement).toBe(rows[2]);
    view.remove(c as ShownUpload);
    expect(document.activeElement).toBe(rows[0]);
    view.remove(a as ShownUpload);
    expect(document.activeElement).toBe(view.button);
  });

  test("leaves the focus where it is when another file goes", () => {
    start();
    const [a] = add({ name: "a.pdf" }, { name: "b.pdf" });
    view.button.focus();
    view.remove(a as ShownUpload);
    expect(document.activeElement).toBe(view.button);
  });

  test("keeps the focus in a shadow root, too", () => {
    const shadow = root.attachShadow({ mode: "open" });
    const inner = document.createElement("div");
    shadow.append(inner);
    view = new UploadView(inner, messages("en"), actions, SETTINGS);
    const [a] = add({ name: "a.pdf" });
    inner.querySelector<HTMLElement>(".renuo-upload__cancel")?.focus();
    view.remove(a as ShownUpload);
    expect(shadow.activeElement).toBe(view.button);
  });

  test("leaves nothing on the page after clear", () => {
    start();
    add({});
    view.clear();
    expect(root.children).toHaveLength(0);
    vi.advanceTimersByTime(10_000);
  });

  test("does nothing for a file it does not know", () => {
    start();
    view.update(upload());
    view.remove(upload());
    expect(root.querySelector(".renuo-upload__file")).toBeNull();
  });
});

describe("what is read out", () => {
  test("is the start, then the end, of twenty files that take a second", () => {
    start();
    const uploads = add(...Array(20).fill({ state: "uploading" }));
    const said = heard(600);
    for (const one of uploads) {
      change(one, { state: "done" });
      said.push(...heard(40));
    }
    said.push(...heard(6000));
    expect([...new Set(said)]).toEqual(["Uploading 20 files", "All done. 20 of 20 files uploaded"]);
  });

  test("is a number every few seconds while it takes longer", () => {
    start();
    const uploads = add(...Array(20).fill({ state: "uploading" }));
    const said = heard(600);
    for (const one of uploads) {
      change(one, { state: "done" });
      said.push(...heard(1000));
    }
    expect(new Set(said).size).toBeLessThanOrEqual(6);
  });

  test("is never a percentage", () => {
    start();
    const [one] = add({ state: "uploading" });
    const said = heard(600);
    for (let loaded = 0; loaded < 1000; loaded += 100) {
      change(one, { loaded });
      said.push(...heard(600));
    }
    expect(new Set(said)).toEqual(new Set(["Uploading 1 file"]));
  });

  test("is the name and the reason of a failure", () => {
    start();
    const [a] = add({ name: "a.jpg", state: "uploading" }, { state: "done" });
    change(a, { state: "failed", error: failure("AccessDenied") });
    expect(heard(1000)).toEqual([
      "a.jpg failed: The storage refused this file. Try again. 1 of 2 files uploaded, 1 failed",
    ]);
  });

  test("names one of many that fail together, and counts the others", () => {
    start();
    const uploads = add(...Array(9).fill({ name: "a.jpg", state: "uploading" }));
    for (const one of uploads) change(one, { state: "failed", error: failure("SlowDown") });
    const said = heard(3000);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^a\.jpg failed: .* 0 of 9 files uploaded, 9 failed$/);
  });

  test("is that the connection is gone, and that it is back", () => {
    start();
    const [one] = add({ state: "uploading" });
    heard(600);
    change(one, { isOffline: true });
    expect(heard(600).at(-1)).toMatch(/^No connection\. Uploads go on when it is back\./);
    change(one, { isOffline: false });
    expect(heard(600).at(-1)).toMatch(/^The connection is back\./);
  });

  test("is nothing once the list is empty", () => {
    start();
    const [one] = add({ state: "done" });
    heard(600);
    view.remove(one as ShownUpload);
    vi.advanceTimersByTime(6000);
    expect(status()).toBe("");
  });

  test("is what the page wants to say", () => {
    start();
    view.announce("A sentence.");
    expect(heard(600)).toEqual(["A sentence."]);
  });

  test("stands in a region that is there before anything is said, and shouts nothing", () => {
    start();
    expect(part("[role=status]")).not.toBeNull();
    add({ state: "failed", error: failure("SlowDown") });
    expect(root.querySelector("[role=alert]")).toBeNull();
  });
});
