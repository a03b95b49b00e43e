/**
 * Writes the table of options in README.md from the comments in src/options.ts.
 *   node scripts/options_table.mjs [--check]
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const client = join(import.meta.dirname, "..");
const page = join(client, "README.md");
const [BEGIN, END] = ["<!-- options -->", "<!-- end of options -->"];

/** Each member of the interface: its comment, its name, its type. */
function members(source) {
  const body = /export interface OwnOptions \{\n([\s\S]*?)\n\}/.exec(source)[1];
  const member = / {2}\/\*\*([\s\S]*?)\*\/\s+(\w+)\??: (.*?);/g;
  return [...body.matchAll(member)].map(([, comment, name, type]) => {
    const text = comment.replace(/^\s*\* ?/gm, "").trim();
    const [meaning, byDefault = ""] = text.split("@default ").map((part) => part.trim());
    return { name, type, meaning: meaning.replace(/\s+/g, " "), byDefault };
  });
}

function row(...cells) {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(options) {
  const rows = options.map(({ name, type, meaning, byDefault }) =>
    row(`\`${name}\``, `\`${type}\``, byDefault, meaning),
  );
  return [row("option", "type", "default", "meaning"), "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

const options = members(readFileSync(join(client, "src/options.ts"), "utf8"));
const before = readFileSync(page, "utf8");
const inner = new RegExp(`(?<=${BEGIN}\n)[\\s\\S]*?(?=${END})`);
if (options.length < 10 || !inner.test(before))
  throw new Error("README.md or the options have moved");
const after = before.replace(inner, `\n${table(options)}\n\n`);
if (process.argv.includes("--check")) {
  if (after !== before) {
    console.error("The table in README.md is old: node scripts/options_table.mjs");
    process.exit(1);
  }
} else writeFileSync(page, after);
