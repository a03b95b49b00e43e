/** What is said about one file. */

import type { FileUpload } from "../core/uploader";
import { splitName } from "../names";
import type { Messages } from "../texts";
import { formatName } from "../texts/types_in_words";

const LONGEST_FORMAT = 10;

/** The state as a word or two. */
export function stateText(upload: FileUpload, messages: Messages): string {
  const { state, isOffline, progress } = upload;
  if (isOffline && (state === "signing" || state === "uploading" || state === "verifying")) {
    return messages.text("state.offline");
  }
  return messages.text(`state.${state}`, { percent: messages.percent(progress) });
}

/** What stands beside the state: the size, and once it is known for sure, format and pixels. */
export function factsText(upload: FileUpload, messages: Messages): string {
  const { file, result, state, resumedBytes, total } = upload;
  const facts: string[] = [];
  if (state === "uploading" && resumedBytes > 0) facts.push(messages.text("state.resumed"));
  if (result?.width && result.height) facts.push(`${result.width}\u00a0×\u00a0${result.height}`);
  if (result) facts.push(formatOf(result.contentType, result.extension));
  facts.push(messages.size(result?.size ?? (total || file.size)).replace(" ", "\u00a0"));
  return facts.filter(Boolean).join(" · ");
}

/** The content type's name, unless it is one that nobody would recognise. */
function formatOf(contentType: string, extension: string): string {
  const name = formatName(contentType);
  const isKnown = name.length <= LONGEST_FORMAT && name !== "OCTET-STREAM";
  return isKnown ? name : extension.toUpperCase();
}

/** Up to four letters that stand for the file where there is no picture of it. */
export function badgeText(name: string): string {
  const { extension } = splitName(name);
  return /^\w{1,4}$/.test(extension) ? extension : "";
}
