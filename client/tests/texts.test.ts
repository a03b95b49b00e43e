import { describe, expect, test } from "vitest";
import { LANGUAGES, messages, type TextKey } from "../src/texts";
import { limitsInWords } from "../src/texts/limits_in_words";
import { formatName } from "../src/texts/types_in_words";
import { failure } from "./shown_upload";

const CODES = [
  "FileTooLarge FileTooSmall TypeNotAllowed TooManyFiles TooManyPixels InvalidApiKey",
  "OriginNotAllowed TooManyRequests SigningFailed ServerUnavailable Network Timeout UploadEnded",
  "StorageMisconfigured StorageFailed ContentMismatch ContentNotAllowed ContentBroken",
  "ContentActive ContentInfected ContentUnchecked Unexpected EntityTooLarge EntityTooSmall",
  "AccessDenied PolicyExpired SignatureDoesNotMatch RequestTimeTooSkewed NoSuchBucket SlowDown",
  "InternalError",
].flatMap((line) => line.split(" "));
const VALUES = { limit: 20e6, size: 3, pixels: 60e6, seconds: 30, status: 418, types: ".pdf" };
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
const en = LANGUAGES.en as Record<string, string>;

describe.each(Object.keys(LANGUAGES))("in the language %s", (language) => {
  const words = LANGUAGES[language] as Record<string, string>;
  const said = messages(language);

  test("there is a text for every key, and for no other", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    expect(Object.values(words).filter((text) => !text.trim())).toEqual([]);
  });

  test("every text has the placeholders that the English one has", () => {
    // A form for one may write out the number.
    const kept = Object.keys(en).filter((key) => !key.endsWith(".one"));
    for (const key of kept) {
      expect([key, placeholders(words[key] as string)]).toEqual([
        key,
        placeholders(en[key] as string),
      ]);
    }
  });

  test("every plural form is one of a pair", () => {
    const singular = Object.keys(words).filter((key) => key.endsWith(".one"));
    const plural = Object.keys(words).filter((key) => key.endsWith(".other"));
    expect(singular.map((key) => key.replace(/one$/, "other")).sort()).toEqual(plural.sort());
  });

  test.each(CODES)("%s is a sentence without a gap, and not the code itself", (code) => {
    const text = said.error(failure(code, true, VALUES));
    expect(text).toMatch(/^[\p{Lu}].{15,}[.]$/u);
    expect(text).not.toMatch(/[{}]|undefined|NaN/);
    if (code !== "StorageFailed") expect(text).not.toContain(code);
  });
});

test("German is written as in Switzerland, and polite", () => {
  const all = Object.values(LANGUAGES.de as object).join(" ");
  expect(all).not.toMatch(/ß|\b(du|dein|dir|dich)\b/i);
});

test.each([
  [undefined, "en"],
  ["de-CH", "de-CH"],
  ["fr_CH", "fr-CH"],
  ["pt-BR", "en"],
  ["not a language", "en"],
  ["constructor", "en"],
])("the language %s is spoken as %s", (asked, spoken) => {
  expect(messages(asked).language).toBe(spoken);
});

test.each([
  ["en", 1, "Uploading 1 file"],
  ["en", 0, "Uploading 0 files"],
  ["en", 1200, "Uploading 1,200 files"],
  ["de", 1, "1 Datei wird hochgeladen"],
  ["fr", 0, "Envoi de 0 fichier"],
  ["fr", 1e6, "Envoi de 1 000 000 fichiers"],
])("in %s, %i files have the plural form %s", (language, count, text) => {
  const said = messages(language).text("status.started", { count });
  expect(said.replace(/\s/g, " ")).toBe(text);
});

test("a page's own texts stand above ours, placeholders and all", () => {
  const own = { "action.retry": "Nochmals", "limits.size": "max. {size}" };
  const said = messages("de", own);
  expect(said.text("action.retry")).toBe("Nochmals");
  expect(said.text("limits.size", { size: "3 MB" })).toBe("max. 3 MB");
  expect(said.text("action.cancel")).toBe("Abbrechen");
});

test("a value that looks like a placeholder is not filled in again", () => {
  const said = messages("en").text("status.failed", { name: "{reason}", reason: "x" });
  expect(said).toBe("{reason} failed: x");
});

test.each([
  ["en", 0, "0 bytes"],
  ["en", 1, "1 byte"],
  ["en", 999, "999 bytes"],
  ["en", 183_725, "184 kB"],
  ["en", 999_600, "1 MB"],
  ["en", 52_428_800, "52.4 MB"],
  ["en", 5e9, "5 GB"],
  ["en", 5e12, "5,000 GB"],
  ["de", 2.42e6, "2,4 MB"],
  ["de-CH", 2.42e6, "2.4 MB"],
  ["fr", 2.42e6, "2,4 Mo"],
])("in %s, %i bytes read as %s", (language, bytes, text) => {
  expect(messages(language).size(bytes).replace(/\s/g, " ")).toBe(text);
});

test.each([
  [0.2, "1 sec"],
  [10, "10 sec"],
  [60, "1 min"],
  [61, "2 min"],
  [3600, "1 hr"],
  [3900, "1 hr 5 min"],
])("%i seconds read as %s", (seconds, text) => {
  expect(messages("en").duration(seconds)).toBe(text);
});

test("100 % is not said before everything is there", () => {
  expect(messages("en").percent(0.999)).toBe("99%");
  expect(messages("en").percent(1)).toBe("100%");
});

test.each([
  ["FileTooLarge", { limit: 20e6, size: 28e6 }, "This file is larger than 20 MB."],
  ["EntityTooLarge", { limit: 52_428_800 }, "This file is larger than 52.4 MB."],
  ["EntityTooLarge", {}, "This file is larger than is allowed here."],
  ["FileTooSmall", { limit: 1, size: 0 }, "This file is empty or too small."],
  ["TooManyPixels", { pixels: 50.02e6, limit: 50e6 }, "50.1 megapixels, at most 50 are allowed."],
  ["TooManyFiles", { limit: 1 }, "Only one file is allowed here."],
  ["TooManyFiles", { limit: 12 }, "Only 12 files are allowed here."],
  ["TooManyRequests", { seconds: 90 }, "Try again in 2 min."],
  ["TooManyRequests", {}, "Wait a moment, then try again."],
  ["TypeNotAllowed", { types: "image/*,.pdf" }, "Allowed: images or PDF."],
  ["SigningFailed", { status: 1418 }, "(answer 1418)"],
  ["Network", { party: "storage" }, "The storage could not be reached."],
  ["Network", { party: "server" }, "The server could not be reached."],
  ["Teapot", {}, "The storage refused this file (Teapot)."],
])("%s with %o says %s", (code, values, text) => {
  expect(messages("en").error(failure(code, false, values))).toContain(text);
});

test("whoever rejects a file says why in words of their own", () => {
  expect(messages("de").error(failure("Rejected", false, { message: "Nein." }))).toBe("Nein.");
});

test.each([
  ["image/jpeg", "JPEG"],
  [".jpg", "JPEG"],
  ["image/svg+xml", "SVG"],
  ["image/x-icon", "ICON"],
  ["image/vnd.adobe.photoshop", "ADOBE.PHOTOSHOP"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint"],
  ["application/vnd.ms-excel", "Excel"],
])("%s is called %s", (type, name) => {
  expect(formatName(type)).toBe(name);
});

test.each([
  ["en", "Images, PDF, or Word, up to 20 MB, at most 10 files"],
  ["de", "Bilder, PDF oder Word, bis 20 MB, höchstens 10 Dateien"],
])("limits are told in one line in %s, each kind once", (language, text) => {
  const types = "image/*, .pdf,application/pdf,.docx";
  expect(limitsInWords({ types, bytes: 20e6, files: 10 }, messages(language))).toBe(text);
});

test("nothing is said where nothing is limited", () => {
  expect(limitsInWords({ types: "", bytes: undefined }, messages("en"))).toBe("");
});

test("a key's type names plural forms and their stem", () => {
  const stem: Parameters<ReturnType<typeof messages>["text"]>[0] = "totals.files";
  const form: TextKey = "totals.files.one";
  expect(form).toBe(`${stem}.one`);
});
