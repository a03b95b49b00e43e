"""The chunks of a PNG before its pixels (PNG 3, 5.3 and 11)."""

import struct

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers import Header
from thumbor_renuo.imaging.headers.tiff import exif_orientation
from thumbor_renuo.imaging.structure import MAX_CHUNKS

SIGNATURE = b"\x89PNG\r\n\x1a\n"
START = SIGNATURE + b"\0\0\0\x0dIHDR"
FIRST_BYTES = 33
ALPHA, PALETTE = 4, 3
# By colour type (PNG 3, 11.2.1).
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, PALETTE: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
MAX_SIDE = 2**31 - 1
EXIF, TRANSPARENCY, PIXELS, END = b"eXIf", b"tRNS", b"IDAT", b"IEND"


def read(data: bytes) -> Header:
    """Size, depth, alpha and orientation.

    Raises:
        UnreadableImage: its header is cut short, or says what cannot be.
        TooLarge: it has more chunks than a picture.
    """
    if not data.startswith(START) or len(data) < FIRST_BYTES:
        raise UnreadableImage("the PNG is damaged or cut short: it has no header")
    width, height, depth, colours, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise UnreadableImage("the PNG is damaged: it has no pixels, or too many to a side")
    if depth not in DEPTHS.get(colours, ()):
        raise UnreadableImage("the PNG is damaged: there are no such colours")
    orientation, is_transparent = _notes(data)
    return Header(
        "png",
        width,
        height,
        orientation=orientation,
        has_alpha=bool(colours & ALPHA) or is_transparent,
        bits=depth,
        is_progressive=interlaced != 0,
    )


def _notes(data: bytes) -> tuple[int, bool]:
    """The orientation, and whether a colour is transparent; both stand before the pixels."""
    orientation, is_transparent, at, chunks = 1, False, FIRST_BYTES, 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind in {PIXELS, END}:
            break
        if kind == EXIF:
            orientation = exif_orientation(data[at + 8 : at + 8 + size])
        is_transparent |= kind == TRANSPARENCY
        at += 12 + size
        chunks += 1
        if chunks > MAX_CHUNKS:
            raise TooLarge(f"the PNG has more than {MAX_CHUNKS} chunks", limit=MAX_CHUNKS)
    return orientation, is_transparent
