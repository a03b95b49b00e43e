/** Puts what was built where the server finds it, and says which version it is. */

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const client = join(import.meta.dirname, "..");
const built = join(client, "dist");
const served = join(client, "../thumbor_renuo/static");
const { version } = JSON.parse(readFileSync(join(client, "package.json"), "utf8"));

rmSync(served, { recursive: true, force: true });
mkdirSync(served);
for (const name of readdirSync(built)) {
  if (/^(renuo-upload|demo)\.\w+$/.test(name)) cpSync(join(built, name), join(served, name));
}
writeFileSync(join(served, "client.json"), `${JSON.stringify({ version })}\n`);
