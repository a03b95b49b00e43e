"""The segments of a JPEG (ITU T.81, annex B)."""

from collections.abc import Iterator
from typing import NamedTuple

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.structure import (
    JPEG_ALONE,
    JPEG_END,
    JPEG_MARKER,
    MAX_MARKERS,
    MAX_SCANS,
)

START, END = b"\xff\xd8", b"\xff\xd9"
LOSSLESS, PROGRESSIVE, SEQUENTIAL = 0xC3, 0xC2, {0xC0, 0xC1, 0xC9}
# All but DHT, JPG and DAC, which lie among them.
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
HUFFMAN, SCAN, QUANTISATION, RESTARTS = 0xC4, 0xDA, 0xDB, 0xDD
JFIF, ICC, ADOBE = 0xE0, 0xE2, 0xEE
# Frames, tables, and what tells of the colours.
NEEDED = {*range(0xC0, 0xD0), SCAN, QUANTISATION, RESTARTS, JFIF, ADOBE}


class Segment(NamedTuple):
    """From its marker on; of a scan, its pixels as well."""

    marker: int
    start: int
    end: int


def end_to_end(parts: list[bytes]) -> bytes:
    """A file of these segments."""
    return b"".join([START, *parts, END])


def segment(marker: int, content: bytes) -> bytes:
    """One with its marker and length."""
    return b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2, "big") + content


def segments(data: bytes, *, only_head: bool = False) -> Iterator[Segment]:
    """All up to the end, or to the first scan.

    What stands between two of them is skipped, as decoders do.

    Raises:
        UnreadableImage: there is no end.
        TooLarge: there are more scans or markers than a picture has.
    """
    at, scans, markers = len(START), 0, 0
    while match := JPEG_MARKER.search(data, at):
        marker, at = data[match.end() - 1], match.end()
        if marker == JPEG_END or (only_head and marker == SCAN):
            return
        markers, scans = markers + 1, scans + (marker == SCAN)
        if markers > MAX_MARKERS:
            raise TooLarge(f"the JPEG has more than {MAX_MARKERS} markers", limit=MAX_MARKERS)
        if scans > MAX_SCANS:
            raise TooLarge(f"the JPEG has more than {MAX_SCANS} scans", limit=MAX_SCANS)
        if marker in JPEG_ALONE:
            continue
        at += int.from_bytes(data[at : at + 2], "big")
        if marker == SCAN:
            following = JPEG_MARKER.search(data, at)
            at = following.start() if following else len(data)
        yield Segment(marker, match.start(), at)
    raise UnreadableImage("the JPEG is cut short: it has no end")
