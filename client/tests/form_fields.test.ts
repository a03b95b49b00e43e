import { beforeEach, expect, test } from "vitest";
import type { UploadResult } from "../src/core/result";
import { FormFields } from "../src/form_fields";

let form: HTMLFormElement;
let fields: FormFields;

beforeEach(() => {
  form = document.createElement("form");
  const root = document.createElement("div");
  form.append(root);
  fields = new FormFields(root);
});

function result(prefix: string, name = "hat"): UploadResult {
  const cleanName = `${name}.jpg`;
  return {
    orginalName: "Hat.JPG",
    cleanName,
    name,
    extension: "JPG",
    size: 5,
    publicUrl: `//cdn/o/shop/${prefix}/${cleanName}`,
    filePath: `${prefix}/${cleanName}`,
    key: `o/shop/${prefix}/${cleanName}`,
  } as UploadResult;
}

function sent(): Record<string, string> {
  const inputs = [...form.querySelectorAll("input")];
  return Object.fromEntries(inputs.map((input) => [input.name, input.value]));
}

test("a file has one field for each fact that servers of the old client read", () => {
  fields.add(result("p1"));
  expect(sent()).toEqual({
    "renuoupload[hat][orginalName]": "Hat.JPG",
    "renuoupload[hat][cleanName]": "hat.jpg",
    "renuoupload[hat][extension]": "JPG",
    "renuoupload[hat][size]": "5",
    "renuoupload[hat][publicUrl]": "//cdn/o/shop/p1/hat.jpg",
    "renuoupload[hat][filePath]": "p1/hat.jpg",
  });
});

test("a second file of one name does not take the first one's place", () => {
  fields.add(result("p1"));
  fields.add(result("p2"));
  fields.add(result("p3", "hat-2"));
  expect(sent()).toMatchObject({
    "renuoupload[hat][filePath]": "p1/hat.jpg",
    "renuoupload[hat-2][filePath]": "p2/hat.jpg",
    "renuoupload[hat-2-2][filePath]": "p3/hat-2.jpg",
  });
});

test("a file that is taken off the list leaves no field behind", () => {
  fields.add(result("p1"));
  fields.add(result("p2"));
  fields.remove(result("p1"));
  expect(Object.keys(sent())).toHaveLength(6);
  fields.clear();
  expect(sent()).toEqual({});
});
