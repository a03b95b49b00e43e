/** Options to begin with, of those that an app allows. */

import { type AllowedFilters, allowsSize, offeredSizes } from "./app_rules";
import type { App } from "./config";
import { filterCalls } from "./filter_calls";
import { PLAIN, type ThumbnailOptions } from "./thumbnail_options";

const EVERY_SIZE = 1000;

/** A small square, or what comes nearest; undefined where nothing may be shown. */
export function previewOptions(app: App): ThumbnailOptions | undefined {
  if (app.private) return undefined;
  return nearest(app, { ...PLAIN, width: 200, height: 200, smart: true });
}

/** What is shown of a picture that was just chosen. */
export function firstOptions(app: App): ThumbnailOptions {
  return nearest(app, { ...PLAIN, width: 800, height: 600, fit: "fit-in" });
}

/** Whether an app serves these options, as far as its record tells. */
export function isAllowed(app: App, allowed: AllowedFilters, options: ThumbnailOptions): boolean {
  if (app.private) return false;
  if (options.preset) return true;
  const names = filterCalls(options).map((call) => call.slice(0, call.indexOf("(")));
  return (
    !app.presets_only &&
    names.length <= app.max_filters &&
    names.every((name) => allowed.has(name)) &&
    allowsSize(app.sizes, options.width, options.height)
  );
}

function nearest(app: App, wanted: ThumbnailOptions): ThumbnailOptions {
  if (app.presets_only) return { ...PLAIN, preset: app.presets[0] ?? "" };
  if (allowsSize(app.sizes, wanted.width, wanted.height)) return wanted;
  const far = ([width, height]: [number, number]) => Math.abs((width || height) - wanted.width);
  const sizes = offeredSizes(app.sizes, EVERY_SIZE).sort((a, b) => far(a) - far(b));
  const [width, height] = sizes[0] ?? [0, 0];
  return { ...PLAIN, width, height };
}
