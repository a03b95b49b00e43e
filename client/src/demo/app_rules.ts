/** What an app allows, as its record says it: `quality(40..90)`, `320-1920/160`. */

const CALL = /^([a-z_]+)(?:\((.*)\))?$/;
const STEPS = /^(\d+)-(\d+)\/(\d+)$/;

/** The filters that may be used, and the range of their arguments. */
export class AllowedFilters {
  readonly #rules = new Map<string, string[]>();
  readonly #known: ReadonlySet<string>;

  /**
   * @param rules The only ones allowed; none allow all.
   * @param known Those that the server has.
   */
  constructor(rules: readonly string[], known: readonly string[]) {
    this.#known = new Set(known);
    for (const [, name = "", values = ""] of rules.map((rule) => CALL.exec(rule) ?? [])) {
      this.#rules.set(name, values ? values.split(",") : []);
    }
  }

  has(name: string): boolean {
    return this.#known.has(name) && (this.#rules.size === 0 || this.#rules.has(name));
  }

  /** The lowest and the highest value that an argument may have, if the app says so. */
  range(name: string, place: number): [low: number, high: number] | undefined {
    const numbers = (this.#rules.get(name)?.[place] ?? "")
      .split(/\.\.|\|/)
      .filter(Boolean)
      .map(Number)
      .filter(Number.isFinite);
    return numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : undefined;
  }
}

/** Whether a size may be asked for; a side of 0 is free. */
export function allowsSize(sizes: readonly string[], width: number, height: number): boolean {
  if (sizes.length === 0 || sizes.includes(`${width}x${height}`)) return true;
  return [width, height].every((side) => !side || sizes.some((size) => allowsSide(size, side)));
}

function allowsSide(size: string, side: number): boolean {
  const steps = STEPS.exec(size);
  if (!steps) return Number(size) === side;
  const [first, last, step] = steps.slice(1).map(Number) as [number, number, number];
  return side >= first && side <= last && (side - first) % step === 0;
}

/** The sizes to offer of those that are allowed: some of each row of steps. */
export function offeredSizes(sizes: readonly string[], most: number): [number, number][] {
  const found = sizes.flatMap((size): [number, number][] => {
    const steps = STEPS.exec(size)?.slice(1).map(Number);
    if (steps) return rowOf(...(steps as [number, number, number])).map((side) => [side, 0]);
    const [width = 0, height = 0] = size.split("x").map(Number);
    return [[width, height]];
  });
  const every = Math.max(Math.ceil(found.length / most), 1);
  return found.filter((_size, index) => index % every === 0);
}

function rowOf(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: Math.min(count, 1000) }, (_item, index) => first + index * step);
}
