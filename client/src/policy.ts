/** The signing server's answer, and the form it turns into. */

import { UploadError } from "./errors";

/** A presigned POST for one object key, as `POST /generate_policy` answers it. */
export interface Policy {
  /** Where to send the form. */
  url: string;
  /** The form's fields in order, `_` standing for `-`; `key` ends in `${filename}`. */
  data: Record<string, string | number>;
  /** The key's folder without the app, `<prefix>/`. */
  file_prefix: string;
  /** The address of that folder on the CDN. */
  file_url_path: string;
}

/** Checks the shape of an answer, so that a wrong one fails here and not as an odd form at S3. */
export function parsePolicy(answer: unknown): Policy {
  const policy = answer as Partial<Policy> | null;
  const texts = [policy?.url, policy?.file_prefix, policy?.file_url_path, policy?.data?.key];
  if (!policy || !texts.every((text) => typeof text === "string")) {
    const message = "The server's answer is not an upload permission. Try again.";
    throw new UploadError("SigningFailed", message, true);
  }
  return policy as Policy;
}

/** The full object key of a file stored as `cleanName`. */
export function keyOf(policy: Policy, cleanName: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
  return String(policy.data.key).replace("${filename}", cleanName);
}

/**
 * The form S3 takes: the policy's fields in their order, then the file.
 *
 * S3 ignores every field after `file`, and refuses one that no condition of the policy names.
 * Hence nothing is added, a `Content-Type` field included.
 */
export function buildForm(policy: Policy, file: Blob, cleanName: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(policy.data)) {
    const text = name === "key" ? keyOf(policy, cleanName) : String(value);
    form.append(name.replaceAll("_", "-"), text);
  }
  form.append("file", file, cleanName);
  return form;
}
