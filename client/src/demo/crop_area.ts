/** A rectangle on a picture, in whole pixels of it: moved, stretched, and kept within. */

export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Bounds {
  width: number;
  height: number;
}

/** Which sides follow a pointer: -1 the left or upper one, 1 the other, 0 none. */
export interface Grip {
  across: -1 | 0 | 1;
  down: -1 | 0 | 1;
}

const LEAST = 1;

/** Everything. */
export function whole({ width, height }: Bounds): Area {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** The same size at another place, stopped by the edges. */
export function moved(area: Area, across: number, down: number, bounds: Bounds): Area {
  const x = clamp(Math.round(across), -area.left, bounds.width - area.right);
  const y = clamp(Math.round(down), -area.top, bounds.height - area.bottom);
  return { left: area.left + x, top: area.top + y, right: area.right + x, bottom: area.bottom + y };
}

/** With the sides of a grip moved; none passes its opposite. */
export function stretched(
  area: Area,
  grip: Grip,
  across: number,
  down: number,
  bounds: Bounds,
): Area {
  const [left, right] = sides(area.left, area.right, grip.across, across, bounds.width);
  const [top, bottom] = sides(area.top, area.bottom, grip.down, down, bounds.height);
  return { left, top, right, bottom };
}

/** Between two points, whichever comes first. */
export function between(x1: number, y1: number, x2: number, y2: number, bounds: Bounds): Area {
  const [left, right] = ordered(x1, x2, bounds.width);
  const [top, bottom] = ordered(y1, y2, bounds.height);
  return { left, top, right, bottom };
}

/** The nearest that lies within the picture and has an area. */
export function within(area: Area, bounds: Bounds): Area {
  return between(area.left, area.top, area.right, area.bottom, bounds);
}

/** Whether it leaves nothing out. */
export function isWhole(area: Area, bounds: Bounds): boolean {
  const { left, top, right, bottom } = area;
  return left <= 0 && top <= 0 && right >= bounds.width && bottom >= bounds.height;
}

function sides(
  low: number,
  high: number,
  grip: number,
  by: number,
  most: number,
): [number, number] {
  const change = Math.round(by);
  if (grip < 0) return [clamp(low + change, 0, high - LEAST), high];
  if (grip > 0) return [low, clamp(high + change, low + LEAST, most)];
  return [low, high];
}

function ordered(a: number, b: number, most: number): [number, number] {
  const low = clamp(Math.round(Math.min(a, b)), 0, most - LEAST);
  return [low, clamp(Math.round(Math.max(a, b)), low + LEAST, most)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
