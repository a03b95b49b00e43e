/** The filters that options need, in the order in which the server does them. */

import type { ThumbnailOptions } from "./thumbnail_options";

const MARGIN = 20; // pixels between a text and the picture's edge
const QUOTED = /[,()]|^\s|\s$/;

/** As in `filters:<call>:<call>`, percent-encoded where a path needs it. */
export function filterCalls(options: ThumbnailOptions): string[] {
  return [
    options.fit === "stretch" && "stretch()",
    ...tones(options),
    options.sharpen && `sharpen(${options.sharpen},1,true)`,
    options.blur && `blur(${options.blur})`,
    options.noise && `noise(${options.noise})`,
    options.turn && `rotate(${options.turn})`,
    options.corners && `round_corner(${options.corners},255,255,255,true)`,
    options.text.trim() && textCall(options),
    options.quality && `quality(${options.quality})`,
  ].filter((call) => typeof call === "string" && call !== "") as string[];
}

function tones(options: ThumbnailOptions): (string | false | 0)[] {
  const { red, green, blue } = options;
  return [
    options.brightness && `brightness(${options.brightness})`,
    options.contrast && `contrast(${options.contrast})`,
    options.saturation !== 1 && `saturation(${options.saturation})`,
    (red || green || blue) && `rgb(${red},${green},${blue})`,
    options.grayscale && "grayscale()",
  ];
}

function textCall(options: ThumbnailOptions): string {
  const [across = "right", down = "bottom"] = options.textPlace.split(" ");
  const x = { left: `${MARGIN}`, right: `-${MARGIN}` }[across] ?? "center";
  const y = { top: `${MARGIN}`, bottom: `-${MARGIN}` }[down] ?? "center";
  const { textSize, textColor, textFade } = options;
  return `text(${encodedText(options.text)},${x},${y},${textSize},${textColor},${textFade},sans-bold)`;
}

/** What would end a text, or a part of the path, is encoded twice; commas and brackets need quotes. */
function encodedText(text: string): string {
  const inner = text.replace(/[%'/\n]/g, (letter) => percent(letter));
  return encodeURIComponent(QUOTED.test(inner) ? `'${inner}'` : inner);
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
