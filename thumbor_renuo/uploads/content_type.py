"""Media types: what an upload says it is, what an app takes, and what the content agrees with."""

import re
from collections.abc import Sequence

from thumbor_renuo.errors import BadRequest
from thumbor_renuo.imaging.markup import HTML, XHTML, XML, markup_type
from thumbor_renuo.uploads.media_families import (
    GENERIC,
    canonical,
    is_of_one_family,
    may_be_in,
)
from thumbor_renuo.uploads.signatures import RECOGNISED, late_pdf_type, signature_type

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning `true_type` looks at."""
MAX_LENGTH = 127
# RFC 9110, 5.6.2 and 8.3.1, without the wildcard.
NAME = r"[!#$%&'+\-.^_`|~0-9A-Za-z]+"
MEDIA_TYPE = re.compile(f"{NAME}/{NAME}", re.ASCII)
# Of these a file without any mark of its own may be one as well: a fragment of a page, an MP3
# that begins in the middle of a frame, the CSV that Windows calls a spreadsheet.
WITHOUT_MARK = {
    HTML, XHTML, XML, "audio/mpeg", "audio/aac", "video/mpeg", "video/mp2t",
    "application/vnd.ms-excel",
}  # fmt: skip


def parse(text: str) -> str:
    """A declared media type in lower case and without its parameters.

    Raises:
        BadRequest: it is none, or longer than MAX_LENGTH.
    """
    media_type = text.partition(";")[0].strip(" \t")
    if len(media_type) > MAX_LENGTH:
        raise BadRequest(
            f"content_type is over the limit of {MAX_LENGTH} characters", limit=MAX_LENGTH
        )
    if not MEDIA_TYPE.fullmatch(media_type):
        raise BadRequest("content_type is no media type, such as image/png")
    return media_type.lower()


def is_allowed(media_type: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns names the type, whichever of its names they use.

    Args:
        patterns: `image/png`, `image/*` or `*/*`.
    """
    name = canonical(media_type)
    names = (canonical(pattern.lower()) for pattern in patterns)
    return any(
        pattern in {name, "*/*"} or (pattern.endswith("/*") and name.startswith(pattern[:-1]))
        for pattern in names
    )


def true_type(head: bytes, size: int) -> str | None:
    """What a file is, from its first bytes; nothing that it is called counts.

    Args:
        head: its first HEAD_BYTES, or all of it.
        size: of the file, in bytes.

    Returns:
        a media type, or None for what bears no mark: plain text, CSV, unknown formats.
    """
    head = head[: min(HEAD_BYTES, size)]
    return signature_type(head) or markup_type(head) or late_pdf_type(head)


def agrees(declared: str, found: str | None) -> bool:
    """Whether a file that turned out as `found` may have been declared so.

    Args:
        declared: from `parse`. A generic type agrees with anything: it is then for the found one
            to be allowed.
        found: from `true_type`.
    """
    declared = canonical(declared)
    if declared in GENERIC:
        return True
    if found is None:
        return declared in WITHOUT_MARK or not (
            declared in RECOGNISED or may_be_in(declared, "application/zip")
        )
    found = canonical(found)
    return declared == found or is_of_one_family(declared, found) or may_be_in(declared, found)


def settled(declared: str, found: str | None) -> str:
    """The type to go by for a file whose two types agree.

    It is the declared one, which tells more where the first bytes show a mere ZIP or TIFF, unless
    that is generic.
    """
    declared = canonical(declared)
    return found or declared if declared in GENERIC else declared
