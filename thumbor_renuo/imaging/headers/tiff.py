"""The first directory of a TIFF, which EXIF data are as well (TIFF 6.0, section 2)."""

import struct

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers import Header

SIGNATURES = (b"II*\0", b"MM\0*")
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
EXIF_HEADER = b"Exif\0"
EXIF_HEADER_BYTES = 6
MAX_ENTRIES = 4096
ENTRY_BYTES = 4  # of the numbers of an entry, or where they are
WIDTH, HEIGHT, BITS, ORIENTATION, EXTRA = 256, 257, 258, 274, 338
ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT = 278, 322, 323
# The kinds of whole numbers that decoders take for one another, in the words of `struct`: BYTE,
# SHORT, LONG, those with signs, IFD, and LONG8 of BigTIFF. What is negative is too large here.
INTEGERS = {1: "B", 3: "H", 4: "I", 6: "B", 8: "H", 9: "I", 13: "I", 16: "Q"}
LAST_ORIENTATION = 8
UNASSOCIATED_ALPHA = 2
# Decoders hold whole tiles, however few pixels of them are in the picture.
MAX_TILE_PIXELS = 4096 * 4096


def read(data: bytes) -> Header:
    """The first page.

    Raises:
        UnreadableImage: its directory is damaged or tells no size.
        TooLarge: its tiles are.
    """
    tags = directory(data, 0)
    width, height = tags.get(WIDTH, 0), tags.get(HEIGHT, 0)
    if not width or not height:
        raise UnreadableImage("the TIFF is damaged or cut short: it tells no size")
    tile = tags.get(TILE_WIDTH, 1) * tags.get(TILE_HEIGHT, 1)
    if tile > MAX_TILE_PIXELS:
        raise TooLarge(
            f"the TIFF's tiles of {tile} pixels are over the limit of {MAX_TILE_PIXELS} pixels",
            limit=MAX_TILE_PIXELS,
        )
    return Header(
        "tiff",
        width,
        height,
        orientation=orientation_in(tags),
        has_alpha=0 < tags.get(EXTRA, 0) <= UNASSOCIATED_ALPHA,
        bits=tags.get(BITS, 1),
    )


def exif_orientation(data: bytes) -> int:
    """The orientation in EXIF data, with or without their own header; 1 where there is none."""
    start = EXIF_HEADER_BYTES if data.startswith(EXIF_HEADER) else 0
    return orientation_in(directory(data, start))


def orientation_in(tags: dict[int, int]) -> int:
    """The orientation that a directory tells, 1 where it tells none that there is."""
    found = tags.get(ORIENTATION, 1)
    return found if 1 <= found <= LAST_ORIENTATION else 1


def directory(data: bytes, start: int) -> dict[int, int]:
    """The first number of each entry of the first directory, as far as it is there, by its tag.

    Args:
        start: where the TIFF begins in the data.
    """
    order = ORDERS.get(data[start : start + 4])
    if order is None or len(data) < start + 8:
        return {}
    at = start + struct.unpack_from(order + "I", data, start + 4)[0]
    if at + 2 > len(data):
        return {}
    count = min(struct.unpack_from(order + "H", data, at)[0], (len(data) - at - 2) // 12)
    found: dict[int, int] = {}
    for place in range(at + 2, at + 2 + 12 * min(count, MAX_ENTRIES), 12):
        tag, kind, many, offset = struct.unpack_from(order + "HHII", data, place)
        if kind in INTEGERS:
            number = struct.Struct(order + INTEGERS[kind])
            # Those that find room in the entry itself are there.
            at = place + 8 if many * number.size <= ENTRY_BYTES else start + offset
            is_there = at + number.size <= len(data)
            found.setdefault(tag, number.unpack_from(data, at)[0] if is_there else 0)
    return found
