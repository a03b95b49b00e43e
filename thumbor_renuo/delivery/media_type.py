"""The type that an original is served with, and what a browser may do with it."""

import re
from urllib.parse import quote

GENERIC = {"", "binary/octet-stream", "application/octet-stream"}
BY_EXTENSION = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif",
}  # fmt: skip
# Chrome shows no PDF in a sandbox.
PASSIVE = re.compile(r"(image|video|audio)/(?!.*(?:xml|svg))[\w.+-]+|application/pdf|text/plain")
# Shown as the text that it is, in a sandbox all the same.
READABLE = re.compile(r"text/(?:css|csv|markdown|vtt)")
TYPE = re.compile(r'[\w.+-]+/[\w.+-]+([ \t]*;[ \t]*[\w.-]+=([\w.-]+|"[\w .,+/-]*"))*', re.ASCII)
# What some program takes for the end of the name or of the header, or decodes once more; and what
# turns a name's letters around, so that `gpj.exe` reads `exe.jpg`.
UNSAFE_IN_NAME = re.compile(
    r"[\x00-\x1f\x7f-\x9f\"/:\\\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
NOT_PLAIN = re.compile(r"[^ -~]|%")
ATTR_CHAR = "!#$&+-.^_`|~"  # RFC 8187, 3.2.1
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# What a page's scripts may read of an answer beside the headers that are always shown.
EXPOSED = "Accept-Ranges, Content-Length, Content-Range, ETag, Server-Timing, X-Request-Id"


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


def protective_headers(media_type: str, key: str = "") -> dict[str, str]:
    """Headers that keep an uploaded page or SVG from running scripts on the CDN's host.

    Args:
        media_type: as served.
        key: the object's; whoever opens it as a page is offered its last part as a file's name.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if PASSIVE.fullmatch(kind):
        return {}
    sandbox = {"Content-Security-Policy": SANDBOX}
    if READABLE.fullmatch(kind):
        return sandbox
    return {**sandbox, "Content-Disposition": _attachment(key.rpartition("/")[2])}


def _attachment(name: str) -> str:
    """The value of Content-Disposition (RFC 6266, 4.1 and appendix D)."""
    safe = UNSAFE_IN_NAME.sub("_", name)
    if not safe:
        return "attachment"
    plain = NOT_PLAIN.sub("_", safe)
    value = f'attachment; filename="{plain}"'
    return value if plain == safe else f"{value}; filename*=UTF-8''{quote(safe, ATTR_CHAR)}"


def image_headers(*, cors: bool) -> dict[str, str]:
    """What lets pages of other hosts embed an image, measure it, and read it if they may.

    Args:
        cors: whether any page's scripts may read it, as a canvas does.
    """
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Timing-Allow-Origin": "*"}
    if cors:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED
    return headers
