/** Numbers with their units as a language writes them. */

/** Formats for one language. */
export interface Numbers {
  number(value: number): string;
  /** Bytes in powers of 1000, as phones and desktops show them. */
  size(bytes: number): string;
  /** A share of 0 to 1, rounded down: 100 % is said only of what is complete. */
  percent(share: number): string;
  /** Seconds, in the two largest units that matter. */
  duration(seconds: number): string;
}

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** @param language A tag such as `de-CH`; its region decides on separators. */
export function numbers(language: string): Numbers {
  const format = cached(language);
  const unit = (value: number, name: string, unitDisplay: "short" | "long" = "short") =>
    format({ style: "unit", unit: name, unitDisplay, maximumFractionDigits: value < 100 ? 1 : 0 })(
      value,
    );
  return {
    number: (value) => format({ maximumFractionDigits: value < 1 ? 2 : 1 })(value),
    size(bytes) {
      let value = bytes;
      let power = 0;
      while (value >= 999.5 && power < 3) {
        value /= 1000;
        power += 1;
      }
      return unit(value, SIZES[power] as string, power ? "short" : "long");
    },
    percent: (share) => format({ style: "percent" })(Math.floor(100 * share) / 100),
    duration(seconds) {
      const whole = Math.max(1, Math.round(seconds));
      if (whole < 60) return unit(whole, "second");
      const minutes = Math.ceil(whole / 60);
      if (minutes < 60) return unit(minutes, "minute");
      const rest = minutes % 60;
      const hours = unit(Math.floor(minutes / 60), "hour");
      return rest ? `${hours} ${unit(rest, "minute")}` : hours;
    },
  };
}

/** Making a formatter takes longer than using it a thousand times. */
function cached(language: string) {
  const known = new Map<string, (value: number) => string>();
  return (options: Intl.NumberFormatOptions): ((value: number) => string) => {
    const key = JSON.stringify(options);
    const made = known.get(key) ?? new Intl.NumberFormat(language, options).format;
    known.set(key, made);
    return made;
  };
}
