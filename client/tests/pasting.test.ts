import { afterEach, expect, test, vi } from "vitest";
import { onPaste } from "../src/pasting";

const photo = new File(["1"], "image.png", { type: "image/png" });
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  document.body.replaceChildren();
});

function widget() {
  const root = document.createElement("div");
  const button = document.createElement("button");
  root.append(button);
  document.body.append(root);
  const add = vi.fn();
  stops.push(onPaste(root, add));
  return { button, add };
}

function paste(at: Element, files: File[] = [photo]): Event {
  const event = new Event("paste", { bubbles: true, cancelable: true });
  at.dispatchEvent(Object.assign(event, { clipboardData: { files } }));
  return event;
}

test("a paste on the page is for its first upload area, once", () => {
  const [first, second] = [widget(), widget()];
  expect(paste(document.body).defaultPrevented).toBe(true);
  expect(first.add).toHaveBeenCalledExactlyOnceWith([photo]);
  expect(second.add).not.toHaveBeenCalled();
});

test("a paste with the focus in an upload area is for that one", () => {
  const [first, second] = [widget(), widget()];
  paste(second.button);
  expect(second.add).toHaveBeenCalledTimes(1);
  expect(first.add).not.toHaveBeenCalled();
});

test("a paste into a text field, or of text, is left alone", () => {
  const { add } = widget();
  const field = document.createElement("textarea");
  document.body.append(field);
  paste(field);
  paste(document.body, []);
  expect(add).not.toHaveBeenCalled();
});

test("nothing listens any more once it is stopped", () => {
  const { add } = widget();
  stops.pop()?.();
  expect(paste(document.body).defaultPrevented).toBe(false);
  expect(add).not.toHaveBeenCalled();
});
