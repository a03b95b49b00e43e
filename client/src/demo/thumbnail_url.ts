/** The path of a thumbnail, from options: Thumbor's grammar, in Thumbor's order. */

import { filterCalls } from "./filter_calls";
import { isCropped, type ThumbnailOptions } from "./thumbnail_options";

/** What stands between `/t/` and `/u/`; `""` for the original as it is. */
export function optionsPath(options: ThumbnailOptions): string {
  const calls = filterCalls(options);
  const parts = [
    options.preset && `p:${options.preset}`,
    isCropped(options) && crop(options),
    options.fit.endsWith("fit-in") && options.fit,
    size(options),
    ...alignment(options),
    calls.length > 0 && `filters:${calls.join(":")}`,
  ];
  const path = parts.filter(Boolean).join("/");
  return options.format ? `${path}@${options.format}` : path;
}

/** `/t/<options>/u/<object key>`, percent-encoded. */
export function thumbnailPath(options: ThumbnailOptions, key: string): string {
  const path = optionsPath(options);
  return path ? `/t/${path}/u/${encodedKey(key)}` : `/t/u/${encodedKey(key)}`;
}

/** An object key as it stands in a path. */
export function encodedKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

function crop(options: ThumbnailOptions): string {
  const { cropLeft, cropTop, cropRight, cropBottom } = options;
  return `${cropLeft}x${cropTop}:${cropRight}x${cropBottom}`;
}

function size(options: ThumbnailOptions): string {
  const { width, height, flipAcross, flipDown } = options;
  if (!width && !height && !flipAcross && !flipDown) return "";
  return `${flipAcross ? "-" : ""}${width}x${flipDown ? "-" : ""}${height}`;
}

/** Only where the picture fills its size, something of it is left out. */
function alignment(options: ThumbnailOptions): string[] {
  if (options.fit !== "fill" || !options.width || !options.height) return [];
  if (options.smart) return ["smart"];
  return options.align.split(" ").filter((word) => word !== "center" && word !== "middle");
}
