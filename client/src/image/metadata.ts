/** What a picture's bytes say about it, without decoding them. */

const METADATA =
  /Exif\0\0|eXIf|EXIF|XMP |http:\/\/ns\.adobe\.com\/xap|XML:com\.adobe\.xmp|Photoshop 3\.0|Raw profile type/;

/** Whether it holds Exif, XMP or IPTC data: when, where and by whom it was taken. */
export async function hasMetadata(file: Blob): Promise<boolean> {
  return METADATA.test(await letters(file));
}

/** Whether it is an animated PNG or WebP. */
export async function isAnimated(file: Blob): Promise<boolean> {
  const bytes = await letters(file.slice(0, 64 * 1024));
  // The second bit of the flags in a WebP's VP8X header; a PNG's chunk in front of its pixels.
  if (bytes.startsWith("WEBPVP8X", 8)) return (bytes.charCodeAt(20) & 2) !== 0;
  return bytes.startsWith("PNG", 1) && bytes.split("IDAT", 1)[0]?.includes("acTL") === true;
}

/** Each byte as a letter, so that strings can be searched for. */
async function letters(file: Blob): Promise<string> {
  return new TextDecoder("latin1").decode(await file.arrayBuffer());
}
