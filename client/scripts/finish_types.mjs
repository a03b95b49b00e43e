/**
 * Makes the declarations that tsc has written fit for every way to resolve modules: relative
 * imports get their file's extension, style sheets are not imported.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const types = join(import.meta.dirname, "../dist/types");

function resolved(file, id) {
  const beside = join(dirname(file), id);
  return existsSync(`${beside}.d.ts`) ? `${id}.js` : `${id}/index.js`;
}

for (const name of readdirSync(types, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const file = join(types, name);
  const text = readFileSync(file, "utf8")
    .replace(/^import "[^"]+\.css";\n/gm, "")
    .replace(/(?<=from "|import\(")(\.\.?\/[^"]+)(?=")/g, (id) => resolved(file, id));
  writeFileSync(file, text);
}
