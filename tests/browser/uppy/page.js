/** Uppy without a user interface: a test begins, and reads what Uppy says in `seen`. */
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";

const CHUNK_BYTES = 8 * 1024 ** 2;

window.begin = (companionEndpoint, multipart) => {
  const uppy = new Uppy({ autoProceed: true }).use(AwsS3, {
    companionEndpoint,
    shouldUseMultipart: multipart,
    getChunkSize: () => CHUNK_BYTES,
  });
  const seen = { parts: [], succeeded: {}, failed: [], shown: [] };
  uppy.on("s3-multipart:part-uploaded", (_file, part) => seen.parts.push(part.PartNumber));
  uppy.on("upload-success", (file, response) => {
    seen.succeeded[file.name] = response;
  });
  uppy.on("upload-error", (file) => seen.failed.push(file.id));
  uppy.on("info-visible", () => {
    const { message, details } = uppy.getState().info.at(-1);
    seen.shown.push(`${message}: ${details}`);
  });
  document.querySelector("input").addEventListener("change", (event) => {
    for (const file of event.target.files) {
      uppy.addFile({ name: file.name, type: file.type, data: file });
    }
  });
  Object.assign(window, { uppy, seen });
};
