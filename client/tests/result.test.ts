import { expect, test } from "vitest";
import { describe as described, unverified } from "../src/core/result";
import { verified } from "./fakes";

const photo = new File(["12345"], "My Photo.JPG", { type: "image/jpeg" });
const KEY = "o/shop/p1/my-photo.jpg";

function result(more: object = {}, file = photo) {
  return described(file, { ...verified(KEY), ...more });
}

test("a result has every field that existing pages read", () => {
  expect(result()).toMatchObject({
    orginalName: "My Photo.JPG",
    cleanName: "my-photo.jpg",
    name: "my-photo",
    extension: "JPG",
    size: 5,
    publicUrl: "//cdn.test/o/shop/p1/my-photo.jpg",
    filePath: "p1/my-photo.jpg",
  });
});

test("a result has what the service has found", () => {
  expect(result()).toMatchObject({
    originalName: "My Photo.JPG",
    key: KEY,
    contentType: "image/jpeg",
    width: 40,
    height: 30,
    thumbhash: "aGFzaA==",
    dominantColor: "#aabbcc",
  });
});

test("what is no image has no fields of one", () => {
  const found = result({ image: null, content_type: "application/pdf" });
  for (const field of ["width", "height", "thumbhash", "dominantColor"]) {
    expect(found).not.toHaveProperty(field);
  }
});

test("an image of which no placeholder was made has none", () => {
  const found = result({ image: { width: 4, height: 3, thumbhash: null, dominant_color: null } });
  expect(found).toMatchObject({ width: 4, height: 3 });
  expect(found).not.toHaveProperty("thumbhash");
  expect(found).not.toHaveProperty("dominantColor");
});

test("a name without an extension has none", () => {
  const found = result(verified("o/shop/p1/readme"), new File(["1"], "README"));
  expect(found).toMatchObject({ name: "readme", cleanName: "readme", extension: "" });
});

test.each([
  ["300x200/smart", "//cdn.test/t/300x200/smart/u/o/shop/p1/my-photo.jpg"],
  ["/300x200/smart/", "//cdn.test/t/300x200/smart/u/o/shop/p1/my-photo.jpg"],
  ["filters:watermark($&,$1)", "//cdn.test/t/filters:watermark($&,$1)/u/o/shop/p1/my-photo.jpg"],
  ["", "//cdn.test/t/u/o/shop/p1/my-photo.jpg"],
  [undefined, "//cdn.test/t/u/o/shop/p1/my-photo.jpg"],
])("a thumbnail with the options %s is at %s", (options, address) => {
  expect(result().thumbnailUrl(options)).toBe(address);
});

test("a srcset has the whole image in each width", () => {
  expect(result().srcset([300, 600])).toBe(
    "//cdn.test/t/300x0/u/o/shop/p1/my-photo.jpg 300w, " +
      "//cdn.test/t/600x0/u/o/shop/p1/my-photo.jpg 600w",
  );
  expect(result().srcset([300], "/filters:quality(80)/")).toBe(
    "//cdn.test/t/300x0/filters:quality(80)/u/o/shop/p1/my-photo.jpg 300w",
  );
  expect(result().srcset([])).toBe("");
});

test("a blank in options does not end an address of a srcset", () => {
  const [address, width, ...more] = result().srcset([300], "filters:text(a b)").split(" ");
  expect([address, width, more]).toEqual([
    "//cdn.test/t/300x0/filters:text(a%20b)/u/o/shop/p1/my-photo.jpg",
    "300w",
    [],
  ]);
});

test("without verification a result is what was sent", () => {
  const key = "o/shop/a b%/my-photo.jpg";
  const publicUrl = `//localhost:8888/${key}`;
  const found = described(photo, unverified(photo, "image/jpeg", { key, token: "", publicUrl }));
  expect(found).toMatchObject({
    key,
    size: 5,
    contentType: "image/jpeg",
    filePath: "a b%/my-photo.jpg",
    publicUrl,
  });
  expect(found).not.toHaveProperty("width");
  expect(found.thumbnailUrl("9x9")).toBe("//localhost:8888/t/9x9/u/o/shop/a%20b%25/my-photo.jpg");
});

test.each([
  ["https://cdn.test:8443/o/shop/p/a.jpg", "https://cdn.test:8443/t/9x9/u/o/a.jpg"],
  ["", "/t/9x9/u/o/a.jpg"],
])("without verification a thumbnail is where %s is", (publicUrl, address) => {
  const where = { key: "o/a.jpg", token: "", publicUrl };
  expect(described(photo, unverified(photo, "", where)).thumbnailUrl("9x9")).toBe(address);
});
