"""The segments of a JPEG before its first scan (ITU T.81, annex B)."""

from collections.abc import Iterator

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers import Header
from thumbor_renuo.imaging.headers.tiff import EXIF_HEADER, exif_orientation
from thumbor_renuo.imaging.structure import (
    JPEG_ALONE,
    JPEG_END,
    JPEG_MARKER,
    JPEG_SCAN,
    MAX_MARKERS,
    check_jpeg,
)

SIGNATURE = b"\xff\xd8\xff"
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
EXIF = 0xE1
FRAME_BYTES = 8


def read(data: bytes) -> Header:
    """Size, kind and orientation.

    Raises:
        UnreadableImage: its header is cut short, or it has none.
        TooLarge: it has more scans or markers than a picture.
    """
    frame, scan, orientation = b"", b"", 0
    for marker, start, end in _segments(data):
        if marker == EXIF and not orientation and data.startswith(EXIF_HEADER, start):
            orientation = exif_orientation(data[start:end])
        elif marker in FRAMES:
            frame = bytes([marker]) + data[start : start + FRAME_BYTES]
        elif marker == JPEG_SCAN:
            scan = data[start:end]
    width, height = int.from_bytes(frame[4:6], "big"), int.from_bytes(frame[2:4], "big")
    if not width or not height:
        raise UnreadableImage("the JPEG is damaged or cut short: it tells no size")
    # With as many channels in the first scan as there are, it is the only one.
    is_in_scans = frame[0] in PROGRESSIVE or scan[:1] != frame[6:7]
    if is_in_scans:
        _bound_scans(data)
    return Header(
        "jpeg",
        width,
        height,
        orientation=orientation or 1,
        has_alpha=False,
        bits=frame[1],
        is_progressive=is_in_scans,
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Up to the first scan: the marker, and where what follows its length begins and ends."""
    at, count = 2, 0
    while match := JPEG_MARKER.search(data, at):
        marker, at = data[match.end() - 1], match.end()
        if marker == JPEG_END:
            return
        if count == MAX_MARKERS:
            raise TooLarge(f"the JPEG has more than {MAX_MARKERS} markers", limit=MAX_MARKERS)
        end = at
        if marker not in JPEG_ALONE:
            end += int.from_bytes(data[at : at + 2], "big")
        yield marker, at + 2, end
        if marker == JPEG_SCAN:
            return
        at, count = end, count + 1


def _bound_scans(data: bytes) -> None:
    try:
        check_jpeg(data)
    except TooLarge:
        raise
    except UnreadableImage:
        pass  # cut short: how much of it can be shown is for the decoder to say
