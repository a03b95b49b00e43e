/**
 * Packs the package and looks into it: what it holds, that a server can load it, that its types fit.
 *   node scripts/check_package.mjs
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const client = join(import.meta.dirname, "..");
const SCRIPTS = ["react.mjs", "renuo-upload.css", "renuo-upload.js", "renuo-upload.mjs", "vue.mjs"];
const CONSUMER = `
import { RenuoUpload, UploadError, type UploadResult } from "renuo-upload";
import { RenuoUpload as ReactUpload } from "renuo-upload/react";
import { RenuoUpload as VueUpload } from "renuo-upload/vue";
declare const element: HTMLElement;
const upload = new RenuoUpload(element, { acceptedFiles: "image/*" }, (result: UploadResult) => {
  const address: string = result.thumbnailUrl("300x200");
  void address;
});
upload.on("failed", ({ error }) => error satisfies UploadError);
// @ts-expect-error: acceptedFiles is required
new RenuoUpload(element, {});
void [ReactUpload, VueUpload];
`;

function run(program, args, folder) {
  return execFileSync(program, args, { cwd: folder, encoding: "utf8" });
}

/** Where the package lies as an app that has installed it would have it. */
function installed(folder) {
  const told = run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], client);
  const [packed] = Object.values(JSON.parse(told.slice(told.search(/^[[{]/m))));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  run("tar", ["xzf", packed.filename], folder);
  run("mv", ["package", join(modules, "renuo-upload")], folder);
  for (const name of ["dropzone", "react", "vue", "@types", "@vue", "csstype"]) {
    symlinkSync(join(client, "node_modules", name), join(modules, name));
  }
  return { packed, home: join(modules, "renuo-upload") };
}

function compile(folder, options) {
  const all = ["--noEmit", "--strict", "--skipLibCheck", "--types", "", ...options, "app.ts"];
  try {
    run(join(client, "node_modules/.bin/tsc"), all, folder);
  } catch (error) {
    throw new Error(`the package's types do not fit:\n${error.stdout}`);
  }
}

async function check(folder) {
  const { packed, home } = installed(folder);
  const files = packed.files.map((file) => file.path);
  const others = files.filter((path) => !/^dist\/types\/[\w/]+\.d\.ts$/.test(path));
  const wanted = ["README.md", ...SCRIPTS.map((name) => `dist/${name}`), "package.json"];
  assert.deepEqual(others.sort(), wanted.sort());
  for (const entry of ["index", "react", "vue"]) assert(files.includes(`dist/types/${entry}.d.ts`));
  const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  for (const target of Object.values(exports).flatMap((to) =>
    to.default ? Object.values(to) : to,
  )) {
    assert(files.includes(target.slice(2)), `${target} is not in the package`);
  }
  const loaded = await import(pathToFileURL(join(home, "dist/renuo-upload.mjs")));
  assert.equal(typeof loaded.RenuoUpload, "function");
  writeFileSync(join(folder, "app.ts"), CONSUMER);
  for (const resolution of [
    ["--module", "nodenext"],
    ["--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    compile(folder, [...resolution, "--target", "es2022"]);
  }
  console.log(`${packed.filename}: ${files.length} files, ${packed.size} bytes`);
}

const folder = mkdtempSync(join(tmpdir(), "package-"));
try {
  await check(folder);
} finally {
  rmSync(folder, { recursive: true });
}
