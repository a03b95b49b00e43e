/** Makes a photo smaller before it is sent, and takes out where and when it was taken. */

import { type Dimensions, measure } from "./measure";
import { hasMetadata, isAnimated } from "./metadata";

const QUALITY = 0.85;
/** The types that can be made smaller. */
export const REDUCED: readonly string[] = ["image/jpeg", "image/png", "image/webp"];

/** What a picture must fit in, in pixels, and how it is encoded, from 0 to 1. */
export interface Reduction {
  maxWidth?: number;
  maxHeight?: number;
  quality?: number;
}

/**
 * Another file of the same name and type without metadata, or `file` itself.
 *
 * It stays itself where there is nothing to do, where it is animated, of another type than JPEG,
 * PNG or WebP, or where this browser cannot decode or encode it. Nothing is ever enlarged.
 */
export async function downscale(file: File, to: Reduction): Promise<File> {
  try {
    return (await reduced(file, to)) ?? file;
  } catch {
    return file;
  }
}

async function reduced(file: File, to: Reduction): Promise<File | undefined> {
  if (!REDUCED.includes(file.type) || (await isAnimated(file))) return undefined;
  const size = await measure(file);
  if (!size) return undefined;
  const scale = Math.min(1, (to.maxWidth ?? 1e9) / size.width, (to.maxHeight ?? 1e9) / size.height);
  if (scale === 1 && !(await hasMetadata(file))) return undefined;
  const canvas = await redraw(file, size, scale);
  const blob = canvas && (await encode(canvas, file.type, to.quality ?? QUALITY));
  // Browsers that cannot encode a type make a PNG of it.
  if (blob?.type !== file.type) return undefined;
  return new File([blob], file.name, { type: file.type, lastModified: file.lastModified });
}

async function redraw(file: File, size: Dimensions, scale: number) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    // A browser that does not turn it by its orientation would send it lying on its side.
    if (bitmap.width !== size.width || bitmap.height !== size.height) return undefined;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(size.width * scale));
    canvas.height = Math.max(1, Math.round(size.height * scale));
    const context = canvas.getContext("2d");
    if (!context || !canDraw(context)) return undefined;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    bitmap.close();
  }
}

/** A canvas larger than the device allows stays blank without an error. */
function canDraw(context: CanvasRenderingContext2D): boolean {
  context.fillRect(0, 0, 1, 1);
  const isDrawn = context.getImageData(0, 0, 1, 1).data[3] === 255;
  context.clearRect(0, 0, 1, 1);
  return isDrawn;
}

function encode(canvas: HTMLCanvasElement, type: string, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
