/** A crop's rectangle follows a finger, pen or mouse: drawn anew, moved, or pulled at a grip. */

import { type Area, type Bounds, between, type Grip, moved, stretched } from "./crop_area";

export interface Cropped {
  bounds(): Bounds;
  area(): Area;
  set(area: Area): void;
}

type Follow = (x: number, y: number) => Area;
const SLACK = 4; // a click moves a pointer by less than that, in the page's pixels

export function followPointer(surface: HTMLElement, box: HTMLElement, crop: Cropped): void {
  let follow: Follow | undefined;
  let from = { x: 0, y: 0 };
  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !crop.bounds().width) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    from = { x: event.clientX, y: event.clientY };
    follow = started(surface, box, crop, event);
  });
  surface.addEventListener("pointermove", (event) => {
    if (!follow || Math.hypot(event.clientX - from.x, event.clientY - from.y) < SLACK) return;
    crop.set(follow(event.clientX, event.clientY));
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    surface.addEventListener(end, () => {
      follow = undefined;
    });
  }
}

function started(
  surface: HTMLElement,
  box: HTMLElement,
  crop: Cropped,
  event: PointerEvent,
): Follow {
  const bounds = crop.bounds();
  const area = crop.area();
  const scale = bounds.width / surface.clientWidth;
  const by = (x: number, y: number) =>
    [(x - event.clientX) * scale, (y - event.clientY) * scale] as const;
  const grip = gripOf(event.target);
  if (grip) return (x, y) => stretched(area, grip, ...by(x, y), bounds);
  const isAll = area.right - area.left === bounds.width && area.bottom - area.top === bounds.height;
  if (box.contains(event.target as Node) && !isAll) {
    return (x, y) => moved(area, ...by(x, y), bounds);
  }
  const { left, top } = surface.getBoundingClientRect();
  const at = (x: number, y: number) => [(x - left) * scale, (y - top) * scale] as const;
  const origin = at(event.clientX, event.clientY);
  return (x, y) => between(...origin, ...at(x, y), bounds);
}

function gripOf(target: EventTarget | null): Grip | undefined {
  const { across, down } = (target as HTMLElement).dataset;
  if (across === undefined || down === undefined) return undefined;
  return { across: Number(across), down: Number(down) } as Grip;
}
