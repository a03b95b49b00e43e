/** The words of the page's language. */

import type { UploadError } from "../errors";
import { de } from "./de";
import { en, type TextKey, type Texts } from "./en";
import { errorText } from "./error_text";
import { es } from "./es";
import { fr } from "./fr";
import { it } from "./it";
import { type Numbers, numbers } from "./numbers";
import { typesInWords } from "./types_in_words";

export type { TextKey, Texts } from "./en";

/** The languages there are texts in. */
export const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, fr, it, es };

/** What the placeholders of a text are filled with; numbers are formatted. */
export type Values = Readonly<Record<string, string | number>>;

/** A text that has plural forms, chosen by the value of `count`. */
export type PluralKey = TextKey extends infer Key
  ? Key extends `${infer Stem}.one`
    ? Stem
    : never
  : never;

/** Says everything in one language. */
export interface Messages extends Numbers {
  /** The tag for `lang` attributes and for Intl. */
  readonly language: string;
  text(key: TextKey | PluralKey, values?: Values): string;
  /** What happened and what to do about it. */
  error(error: UploadError): string;
  /** Accepted kinds of files in words: `image/*,.pdf` is "images or PDF". */
  types(accepted: string): string;
}

/**
 * @param language A BCP 47 tag; without texts in it, English is spoken.
 * @param own Texts that replace ours.
 */
export function messages(language: string | undefined, own: Partial<Texts> = {}): Messages {
  const tag = spoken(language);
  const words: Partial<Record<string, string>> = { ...LANGUAGES[base(tag)], ...own };
  const rules = new Intl.PluralRules(tag);
  const formats = numbers(tag);
  const said: Messages = {
    ...formats,
    language: tag,
    text(key, values = {}) {
      const plural = () => words[`${key}.${rules.select(Number(values.count))}`];
      const text = words[key] ?? plural() ?? words[`${key}.other`] ?? "";
      return text.replace(/\{(\w+)\}/g, (_, name: string) => filled(values[name]));
    },
    error: (error) => errorText(error, said),
    types: (accepted) => typesInWords(accepted, said),
  };
  const filled = (value: string | number | undefined) =>
    typeof value === "number" ? formats.number(value) : (value ?? "");
  return said;
}

/** The tag itself where it is well-formed and we speak it. */
function spoken(language: string | undefined): string {
  try {
    const [tag = "en"] = Intl.getCanonicalLocales(language?.replace("_", "-") || "en");
    return base(tag) in LANGUAGES ? tag : "en";
  } catch {
    return "en";
  }
}

function base(tag: string): string {
  return tag.split("-", 1)[0] as string;
}
