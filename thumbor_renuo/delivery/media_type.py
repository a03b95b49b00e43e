"""The type that an original is served with, and what a browser may do with it."""

import re

GENERIC = {"", "binary/octet-stream", "application/octet-stream"}
BY_EXTENSION = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif",
}  # fmt: skip
# Chrome shows no PDF in a sandbox.
PASSIVE = re.compile(r"(image|video|audio)/(?!.*(?:xml|svg))[\w.+-]+|application/pdf|text/plain")
TYPE = re.compile(r'[\w.+-]+/[\w.+-]+([ \t]*;[ \t]*[\w.-]+=([\w.-]+|"[\w .,+/-]*"))*', re.ASCII)


def served_type(key: str, stored: str) -> str:
    """The Content-Type for an object: the old clients upload without one.

    Args:
        key: the object's key; its extension counts where the stored type says nothing.
        stored: the type that S3 has.
    """
    if stored not in GENERIC:
        return stored if TYPE.fullmatch(stored) else "application/octet-stream"
    extension = key.rpartition(".")[2].lower()
    return BY_EXTENSION.get(extension, stored or "binary/octet-stream")


def protective_headers(media_type: str) -> dict[str, str]:
    """Headers that keep an uploaded page or SVG from running scripts on the CDN's host."""
    if PASSIVE.fullmatch(media_type.partition(";")[0].strip().lower()):
        return {}
    return {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
