/** Stand-ins for what decodes and draws pictures in a browser. */

import { vi } from "vitest";

/** What a test's browser can do. */
export interface FakeBrowser {
  /** As a person sees the picture; `undefined` where it cannot be shown. */
  size?: { width: number; height: number } | undefined;
  /** As `createImageBitmap` returns it, if that differs. */
  bitmap?: { width: number; height: number };
  /** What `toBlob` makes of a wish for a type. */
  encodes?: (type: string) => string;
  /** Whether a canvas that was drawn on keeps it. */
  draws?: boolean;
}

/** One call of `drawImage`, with the canvas it went to. */
export interface Drawing {
  canvas: HTMLCanvasElement;
  box: number[];
}

/** Puts the stand-ins into place; `vi.unstubAllGlobals` and `restoreMocks` take them away. */
export function fakeBrowser({ size, bitmap, encodes = (it) => it, draws = true }: FakeBrowser) {
  const drawn: Drawing[] = [];
  const decoded = vi.fn(async (_file: Blob, _options?: ImageBitmapOptions) => {
    return { ...(bitmap ?? size), close: closed } as unknown as ImageBitmap;
  });
  const closed = vi.fn();
  const revoked = vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {});
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:1");
  vi.stubGlobal("createImageBitmap", decoded);
  vi.stubGlobal("Image", fakeImage(size));
  const canvas = HTMLCanvasElement.prototype;
  vi.spyOn(canvas, "getContext").mockImplementation(function (this: HTMLCanvasElement) {
    return {
      fillRect() {},
      clearRect() {},
      getImageData: () => ({ data: [0, 0, 0, draws ? 255 : 0] }),
      drawImage: (_source: unknown, ...box: number[]) => drawn.push({ canvas: this, box }),
    } as never;
  });
  const encoded = vi.spyOn(canvas, "toBlob").mockImplementation((done, type = "image/png") => {
    done(new Blob(["small"], { type: encodes(type) }));
  });
  return { closed, decoded, drawn, encoded, revoked };
}

function fakeImage(size: { width: number; height: number } | undefined) {
  return class {
    naturalWidth = size?.width ?? 0;
    naturalHeight = size?.height ?? 0;
    width = 0;
    height = 0;
    onload?: () => void;
    onerror?: () => void;
    set src(_url: string) {
      queueMicrotask(() => (size ? this.onload?.() : this.onerror?.()));
    }
  };
}
