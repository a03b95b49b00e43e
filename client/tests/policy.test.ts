import { expect, test } from "vitest";
import { buildForm, parsePolicy } from "../src/policy";
import { describeUpload } from "../src/result";
import { policy } from "./fakes";

const photo = new File(["12345"], "My Photo.JPG", { type: "image/jpeg" });

test("the form has S3's field names in the policy's order, the file last, no Content-Type", () => {
  expect([...buildForm(policy(), photo, "my-photo.jpg").keys()]).toEqual([
    "key",
    "acl",
    "policy",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-expires",
    "x-amz-signature",
    "x-amz-date",
    "utf8",
    "file",
  ]);
});

test("the form's values are the policy's, with the cleaned name in the key", () => {
  const form = buildForm(policy(), photo, "my-photo.jpg");
  expect(form.get("key")).toBe("o/shop-demo/qstu/0b1c/my-photo.jpg");
  expect(form.get("x-amz-expires")).toBe("28800");
  expect(form.get("utf8")).toBe("✓");
  expect((form.get("file") as File).name).toBe("my-photo.jpg");
});

test.each([null, "text", {}, { url: "https://s3", data: {} }])(
  "%j is refused as a policy",
  (answer) => {
    expect(() => parsePolicy(answer)).toThrow("not an upload permission");
  },
);

test("a result has every field that existing pages read", () => {
  expect(describeUpload(photo, "my-photo.jpg", policy())).toMatchObject({
    orginalName: "My Photo.JPG",
    cleanName: "my-photo.jpg",
    name: "my-photo",
    extension: "JPG",
    size: 5,
    publicUrl: "//cdn.example.com/o/shop-demo/qstu/0b1c/my-photo.jpg",
    filePath: "qstu/0b1c/my-photo.jpg",
    key: "o/shop-demo/qstu/0b1c/my-photo.jpg",
  });
});

test("a thumbnail's address is the CDN, the options and the key", () => {
  const result = describeUpload(photo, "my-photo.jpg", policy());
  expect(result.thumbnailUrl("300x300/filters:grayscale()")).toBe(
    "//cdn.example.com/t/300x300/filters:grayscale()/u/o/shop-demo/qstu/0b1c/my-photo.jpg",
  );
});

test("a thumbnail's address encodes the key's segments and keeps the CDN's port", () => {
  const odd = { ...policy("a b%/"), file_url_path: "//localhost:8888/o/shop-demo/a b%/" };
  const result = describeUpload(photo, "my-photo.jpg", odd);
  expect(result.thumbnailUrl("/9x9/")).toBe(
    "//localhost:8888/t/9x9/u/o/shop-demo/a%20b%25/my-photo.jpg",
  );
});
