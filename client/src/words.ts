/** The words of one element: its language, and what the page says otherwise. */

import type { UploadError } from "./errors";
import type { Settings } from "./settings";
import { type Messages, messages, type Texts } from "./texts";

const MIB = 1024 ** 2;

/** Words in the element's language; Dropzone's `dict…` options stand above ours. */
export function wordsOf(element: HTMLElement, settings: Settings): Messages {
  const language =
    settings.language ?? element.closest<HTMLElement>("[lang]")?.lang ?? navigator.language;
  const own = { ...dictTexts(settings), ...settings.texts };
  const words = messages(language, own);
  return { ...words, error: (error) => dictError(error, settings) ?? words.error(error) };
}

function dictTexts(settings: Settings): Partial<Texts> {
  const { dictCancelUpload, dictRemoveFile, dictUploadCanceled } = settings;
  return {
    ...(dictCancelUpload && { "action.cancel": dictCancelUpload }),
    ...(dictRemoveFile && { "action.remove": dictRemoveFile }),
    ...(dictUploadCanceled && { "state.cancelled": dictUploadCanceled }),
  } as Partial<Texts>;
}

/** Dropzone's texts count in MiB, and have placeholders of their own. */
function dictError({ code, values }: UploadError, settings: Settings): string | undefined {
  const mib = (bytes: string | number | undefined) =>
    String(Math.round((Number(bytes) / MIB) * 100) / 100);
  switch (code) {
    case "FileTooLarge":
      return settings.dictFileTooBig
        ?.replace("{{filesize}}", mib(values.size))
        .replace("{{maxFilesize}}", mib(values.limit));
    case "TypeNotAllowed":
      return settings.dictInvalidFileType;
    case "TooManyFiles":
      return settings.dictMaxFilesExceeded?.replace("{{maxFiles}}", String(values.limit));
    default:
      return undefined;
  }
}
