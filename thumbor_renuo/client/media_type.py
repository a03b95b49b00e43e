"""The media type that a file's name tells, the same on every machine."""

from mimetypes import MimeTypes

# Not mimetypes.guess_type(): it also reads the machine's own lists.
KNOWN = MimeTypes()
LATER = {
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/jxl": ".jxl",
    "image/webp": ".webp",
}
for _media_type, _extension in LATER.items():
    KNOWN.add_type(_media_type, _extension)
PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
UNKNOWN = "application/octet-stream"


def media_type(filename: str) -> str:
    """Guess; `application/octet-stream` where the name tells nothing."""
    found, packed = KNOWN.guess_type(f"/{filename}", strict=False)
    if packed:
        return PACKED.get(packed, UNKNOWN)
    return found or UNKNOWN
