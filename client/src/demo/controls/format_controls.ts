/** The file's format, and its quality. */

import type { AllowedFilters } from "../app_rules";
import { choice } from "../fields";
import { slider } from "../slider";
import type { Store } from "../store";
import { group } from "./group";

export function formatControls(
  store: Store,
  formats: readonly string[],
  allowed: AllowedFilters,
): HTMLElement {
  const entries = formats.map((format) => [format, inWords(format)] as const);
  const quality = {
    name: "quality",
    text: "Quality",
    min: 1,
    max: 100,
    rest: 80,
    plain: "automatic",
  } as const;
  const fields = choice(store, "Format", "format", [["", "Automatic"], ...entries]);
  fields.classList.add("choice--thirds");
  return group(
    store,
    "Format",
    ["format", "quality"],
    true,
    fields,
    allowed.has("quality") ? slider(store, quality, allowed.range("quality", 0)) : undefined,
  );
}

function inWords(format: string): string {
  return format === "webp" ? "WebP" : format.toUpperCase();
}
