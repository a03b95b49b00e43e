/** Small pictures of files that are still on the person's device. */

import { type Dimensions, measure, withImage } from "./measure";

const MAX_BYTES = 60e6;
const MAX_PIXELS = 120e6;

let last: Promise<unknown> = Promise.resolve();

/**
 * Draws a picture into a square, cropped in its centre.
 *
 * One at a time: twenty photos of 24 megapixels, decoded at once, are 2 GB.
 *
 * @param side Length of a side in device pixels.
 * @param isWanted Asked when it is the file's turn; nothing is decoded for a file that has gone.
 * @returns `undefined` for what this browser cannot show, and for what is too large.
 */
export function preview(
  file: Blob,
  side: number,
  isWanted: () => boolean = () => true,
): Promise<HTMLCanvasElement | undefined> {
  const drawn = last.then(() => (isWanted() ? draw(file, side) : undefined)).catch(() => undefined);
  last = drawn;
  return drawn;
}

async function draw(file: Blob, side: number): Promise<HTMLCanvasElement | undefined> {
  if (file.size > MAX_BYTES) return undefined;
  // createImageBitmap refuses SVG in every browser.
  if (file.type === "image/svg+xml") {
    return withImage(file, async (image) => crop(image, vectorSize(image, side), side));
  }
  const size = await measure(file);
  if (!size || size.width * size.height > MAX_PIXELS) return undefined;
  const bitmap = await createImageBitmap(file, reduction(size, side));
  try {
    return crop(bitmap, bitmap, side);
  } finally {
    bitmap.close();
  }
}

/** Only the shorter side is given: the other one follows, and nothing gets distorted. */
function reduction({ width, height }: Dimensions, side: number): ImageBitmapOptions {
  if (Math.min(width, height) <= side) return {};
  const quality = { resizeQuality: "high" } as const;
  return width < height ? { ...quality, resizeWidth: side } : { ...quality, resizeHeight: side };
}

/** An SVG may come without a size, or with a tiny one: it is drawn as large as it is needed. */
function vectorSize(image: HTMLImageElement, side: number): Dimensions {
  const { naturalWidth, naturalHeight } = image;
  const scale = side / Math.min(naturalWidth, naturalHeight);
  image.width = naturalWidth ? Math.ceil(naturalWidth * scale) : side;
  image.height = naturalHeight ? Math.ceil(naturalHeight * scale) : side;
  return { width: image.width, height: image.height };
}

function crop(source: CanvasImageSource, { width, height }: Dimensions, side: number) {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  const scale = side / Math.min(width, height);
  const [drawnWidth, drawnHeight] = [width * scale, height * scale];
  context.imageSmoothingQuality = "high";
  const [left, top] = [(side - drawnWidth) / 2, (side - drawnHeight) / 2];
  context.drawImage(source, left, top, drawnWidth, drawnHeight);
  return canvas;
}
