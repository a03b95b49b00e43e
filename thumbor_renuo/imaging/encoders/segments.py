"""Metadata put into a finished JPEG (ITU T.81, annex B; ICC.1, annex B.4; EXIF 2.32, 4.7)."""

from collections.abc import Iterator

MAX_SEGMENT_BYTES = 65_533  # two more are its length
APP0, APP1, APP2, APP13 = b"\xff\xe0", b"\xff\xe1", b"\xff\xe2", b"\xff\xed"
EXIF_HEADER, ICC_HEADER = b"Exif\0\0", b"ICC_PROFILE\0"
ICC_PART_BYTES = MAX_SEGMENT_BYTES - len(ICC_HEADER) - 2
MAX_ICC_PARTS = 255


def with_segments(
    jpeg: bytes, exif: bytes | None, profile: bytes | None, iptc: bytes | None
) -> bytes:
    """The same JPEG with metadata behind its JFIF header; what a segment cannot hold is left out.

    Args:
        jpeg: a whole file.
        exif: with or without the header `Exif`.
        profile: an ICC profile.
        iptc: an APP13 segment's content.
    """
    added = b"".join(_segments(exif, profile, iptc))
    if not added:
        return jpeg
    at = 2
    if jpeg[at : at + 2] == APP0:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return jpeg[:at] + added + jpeg[at:]


def _segments(exif: bytes | None, profile: bytes | None, iptc: bytes | None) -> Iterator[bytes]:
    if exif:
        yield _segment(APP1, EXIF_HEADER + exif.removeprefix(EXIF_HEADER))
    parts = [] if not profile else _parts(profile)
    if len(parts) <= MAX_ICC_PARTS:
        for number, part in enumerate(parts, 1):
            yield _segment(APP2, ICC_HEADER + bytes((number, len(parts))) + part)
    if iptc:
        yield _segment(APP13, iptc)


def _parts(profile: bytes) -> list[bytes]:
    return [profile[at : at + ICC_PART_BYTES] for at in range(0, len(profile), ICC_PART_BYTES)]


def _segment(marker: bytes, content: bytes) -> bytes:
    if len(content) > MAX_SEGMENT_BYTES:
        return b""
    return marker + (len(content) + 2).to_bytes(2, "big") + content
