/** What the builder can ask for: plain values, each with one that asks for nothing. */

export type Fit = "fill" | "fit-in" | "full-fit-in" | "adaptive-fit-in" | "stretch";

export interface ThumbnailOptions {
  /** The name of one of the app's presets. */
  preset: string;
  /** What is cut out first, in the original's pixels; nothing where right or bottom is 0. */
  cropLeft: number;
  cropTop: number;
  cropRight: number;
  cropBottom: number;
  fit: Fit;
  /** In pixels; 0 follows from the other side. */
  width: number;
  height: number;
  flipAcross: boolean;
  flipDown: boolean;
  /** `left top`, `center middle`, …: what stays where a picture is cropped to fill. */
  align: string;
  smart: boolean;
  /** In per cent. */
  brightness: number;
  contrast: number;
  /** A factor. */
  saturation: number;
  /** In per cent. */
  red: number;
  green: number;
  blue: number;
  grayscale: boolean;
  sharpen: number;
  /** In pixels. */
  blur: number;
  noise: number;
  /** In degrees. */
  turn: number;
  /** The radius of round corners, in pixels. */
  corners: number;
  text: string;
  /** As `align`. */
  textPlace: string;
  /** In pixels. */
  textSize: number;
  /** Six hex digits. */
  textColor: string;
  /** How much shines through, in per cent. */
  textFade: number;
  /** 0 leaves it to the server. */
  quality: number;
  /** `""` leaves it to what the browser takes. */
  format: string;
}

export const PLAIN: Readonly<ThumbnailOptions> = {
  preset: "",
  cropLeft: 0,
  cropTop: 0,
  cropRight: 0,
  cropBottom: 0,
  fit: "fill",
  width: 0,
  height: 0,
  flipAcross: false,
  flipDown: false,
  align: "center middle",
  smart: false,
  brightness: 0,
  contrast: 0,
  saturation: 1,
  red: 0,
  green: 0,
  blue: 0,
  grayscale: false,
  sharpen: 0,
  blur: 0,
  noise: 0,
  turn: 0,
  corners: 0,
  text: "",
  textPlace: "right bottom",
  textSize: 32,
  textColor: "ffffff",
  textFade: 20,
  quality: 0,
  format: "",
};

export const FITS: readonly Fit[] = ["fill", "fit-in", "full-fit-in", "adaptive-fit-in", "stretch"];
export const PLACES: readonly string[] = ["top", "middle", "bottom"].flatMap((down) =>
  ["left", "center", "right"].map((across) => `${across} ${down}`),
);
export const TURNS: readonly number[] = [0, 90, 180, 270];

/** Whether a part of the original is cut out. */
export function isCropped(options: ThumbnailOptions): boolean {
  return options.cropRight > options.cropLeft && options.cropBottom > options.cropTop;
}
