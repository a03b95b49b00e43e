import { beforeEach, expect, test } from "vitest";
import { dropzoneOptions, elementOf, settingsOf, target } from "../src/settings";

let element: HTMLElement;

beforeEach(() => {
  element = document.createElement("div");
  element.dataset.apikey = "k1";
  element.dataset.signingurl = "/generate_policy";
});

test("everything that is missing is named at once", () => {
  const bare = document.createElement("div");
  expect(() => settingsOf(bare, {} as never)).toThrow(
    "missing the attribute data-signingurl, the attribute data-apikey, the option acceptedFiles",
  );
});

test("options stand in the place of the attributes", () => {
  const bare = document.createElement("div");
  const options = { acceptedFiles: "", apiKey: "k2", signingUrl: "/sign" };
  expect(settingsOf(bare, options)).toMatchObject(options);
  expect(target(element, options)).toEqual({ apiKey: "k2", signingUrl: "/sign" });
});

test.each([
  ["parallelUploads", 0, 100],
  ["quality", 80, 1],
  ["partSize", 1024, 5 * 1024 ** 3],
  ["retries", -1, 100],
  ["maxFiles", Number.NaN, 1_000_000],
])("%s = %d is refused with its bounds", (name, value, most) => {
  const options = { acceptedFiles: "", [name]: value };
  expect(() => settingsOf(element, options)).toThrow(`the option ${name} is no number from`);
  expect(() => settingsOf(element, options)).toThrow(`to ${most}`);
});

test("what is undefined has its default", () => {
  const settings = settingsOf(element, { acceptedFiles: "", parallelUploads: undefined as never });
  expect(settings).toMatchObject({ parallelUploads: 4, partSize: 8 * 1024 ** 2, retries: 5 });
});

test("Dropzone sends nothing, draws nothing, and bounds no size", () => {
  const options = { acceptedFiles: "", url: "/elsewhere", chunking: true, addRemoveLinks: true };
  const told = dropzoneOptions(settingsOf(element, options as never), element);
  expect(told).toMatchObject({
    url: "about:blank",
    chunking: false,
    addRemoveLinks: false,
    maxFilesize: 0,
    acceptedFiles: null,
  });
});

test.each([[null], [{}], ["#upload"], [{ jquery: "3.7.1" }]])("%j is no element", (given) => {
  expect(() => elementOf(given as never)).toThrow(TypeError);
});
