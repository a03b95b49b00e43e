/** The size of a picture as it is seen: its EXIF orientation is taken into account. */

const TIMEOUT_MILLISECONDS = 5_000;

/** Width and height in pixels. */
export interface Dimensions {
  width: number;
  height: number;
}

/** Reads a picture's size; `undefined` for what this browser cannot show, or not in time. */
export async function measure(file: Blob): Promise<Dimensions | undefined> {
  const read = await withImage(file, async ({ naturalWidth: width, naturalHeight: height }) => ({
    width,
    height,
  }));
  return read?.width && read.height ? read : undefined;
}

/** Hands the loaded picture to `use`, as long as its address lives; `undefined` if it fails. */
export async function withImage<Result>(
  file: Blob,
  use: (image: HTMLImageElement) => Promise<Result>,
): Promise<Result | undefined> {
  if (file.type && !file.type.startsWith("image/")) return undefined;
  const url = URL.createObjectURL(file);
  try {
    return await use(await load(url));
  } catch {
    return undefined; // the browser cannot show it, or the page's policy forbids blob: addresses
  } finally {
    URL.revokeObjectURL(url);
  }
}

function load(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    const timer = setTimeout(reject, TIMEOUT_MILLISECONDS);
    const ended = (end: () => void) => () => {
      clearTimeout(timer);
      end();
    };
    image.onload = ended(() => resolve(image));
    image.onerror = ended(reject);
    image.src = url;
  });
}
