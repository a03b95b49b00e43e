/** English. */

/** The keys of every language; `.one` and `.other` are plural forms, chosen by `count`. */
export const en = {
  "drop.files": "Choose files",
  "drop.file": "Choose a file",
  "drop.filesHint": "or drop them here, or paste",
  "drop.fileHint": "or drop it here, or paste",
  "drop.release": "Drop to upload",
  "drop.folder": "Choose a folder",
  "drop.camera": "Take a photo",
  "limits.size": "up to {size}",
  "limits.pixels": "up to {pixels} megapixels",
  "limits.files.one": "one file",
  "limits.files.other": "at most {count} files",
  "types.image": "images",
  "types.video": "videos",
  "types.audio": "sound files",
  "types.text": "text files",
  list: "Files",
  progress: "Upload of {name}",
  "state.waiting": "Waiting",
  "state.signing": "Preparing",
  "state.uploading": "Uploading {percent}",
  "state.paused": "Paused",
  "state.offline": "Waiting for the connection",
  "state.verifying": "Checking",
  "state.done": "Uploaded",
  "state.failed": "Failed",
  "state.cancelled": "Cancelled",
  "state.resumed": "Continued where it stopped",
  "action.named": "{action}: {name}",
  "action.retry": "Retry",
  "action.pause": "Pause",
  "action.resume": "Resume",
  "action.cancel": "Cancel",
  "action.remove": "Remove",
  "totals.label": "All uploads",
  "totals.files.one": "{done} of {count} file",
  "totals.files.other": "{done} of {count} files",
  "totals.failed": "{failed} failed",
  "totals.bytes": "{loaded} of {total}",
  "totals.left": "{time} left",
  "totals.pause": "Pause all",
  "totals.resume": "Resume all",
  "totals.cancel": "Cancel all",
  "status.started.one": "Uploading {count} file",
  "status.started.other": "Uploading {count} files",
  "status.uploaded.one": "{done} of {count} file uploaded",
  "status.uploaded.other": "{done} of {count} files uploaded",
  "status.failed": "{name} failed: {reason}",
  "status.offline": "No connection. Uploads go on when it is back.",
  "status.online": "The connection is back.",
  "status.allDone": "All done.",
  "error.FileTooLarge": "This file is larger than {limit}. Choose a smaller one.",
  "error.FileTooSmall": "This file is smaller than {limit}. Choose a larger one.",
  "error.TypeNotAllowed": "Files of this type are not accepted here. Allowed: {types}.",
  "error.TooManyFiles.one": "Only one file is allowed here. Remove the other one first.",
  "error.TooManyFiles.other": "Only {count} files are allowed here. Remove another one first.",
  "error.TooManyPixels":
    "This picture has {pixels} megapixels, at most {limit} are allowed. Choose a smaller one.",
  "error.InvalidApiKey": "This page's API key is not valid. Please tell whoever runs this site.",
  "error.OriginNotAllowed":
    "Uploads from this page are not allowed. Please tell whoever runs this site.",
  "error.TooManyRequests": "Too many uploads in a short time. Try again in {seconds}.",
  "error.SigningFailed": "The server did not permit this upload (answer {status}). Try again.",
  "error.ServerUnavailable": "The server has a problem at the moment. Try again shortly.",
  "error.Network.server": "The server could not be reached. Check your connection, then try again.",
  "error.Network.storage":
    "The storage could not be reached. Check your connection, then try again.",
  "error.Timeout.server": "The server took too long to answer. Try again.",
  "error.Timeout.storage": "The storage took too long to answer. Try again.",
  "error.UploadEnded": "This upload was ended in the meantime. Start it again.",
  "error.StorageMisconfigured":
    "The storage is not set up for large files. Please tell whoever runs this site.",
  "error.StorageFailed": "The storage refused this file ({code}). Try again.",
  "error.ContentMismatch":
    "This file is not of the type its name says. Save it in the right format, then upload it again.",
  "error.ContentNotAllowed": "What this file contains is not accepted here. Choose another one.",
  "error.ContentBroken": "This file is damaged and cannot be read. Choose another one.",
  "error.ContentActive":
    "This file contains scripts or other active content. Choose a version without it.",
  "error.ContentInfected": "A virus was found in this file, and it was deleted. Check your device.",
  "error.ContentUnchecked": "This file could not be checked. Upload it again later.",
  "error.Unexpected": "This upload failed unexpectedly. Try again.",
  "error.EntityTooLarge": "This file is larger than is allowed here. Choose a smaller one.",
  "error.EntityTooSmall": "This file is empty or too small. Choose another one.",
  "error.AccessDenied": "The storage refused this file. Try again.",
  "error.PolicyExpired": "The permission for this upload ran out before it was used. Try again.",
  "error.SignatureDoesNotMatch":
    "The storage did not accept the permission for this upload. Please tell whoever runs this site.",
  "error.RequestTimeTooSkewed":
    "The clocks of the server and the storage differ too much. Please tell whoever runs this site.",
  "error.NoSuchBucket":
    "The storage for uploads does not exist. Please tell whoever runs this site.",
  "error.SlowDown": "The storage is busy. Wait a moment, then try again.",
  "error.InternalError": "The storage had a problem of its own. Try again.",
};

/** What can be said, and overridden. */
export type TextKey = keyof typeof en;

/** All words of one language. */
export type Texts = Record<TextKey, string>;
