"""What the header of a picture tells, before any pixel is decoded."""

import struct
from dataclasses import dataclass

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging import structure
from thumbor_renuo.imaging.decode import displayed_size, field, open_header
from thumbor_renuo.imaging.formats import AVIF, JPEG, PNG, TIFF, WEBP, Format

SIGNATURES = (
    (b"\xff\xd8\xff", 0, JPEG),
    (b"\x89PNG\r\n\x1a\n", 0, PNG),
    (b"WEBP", 8, WEBP),
    (b"II*\x00", 0, TIFF),
    (b"MM\x00*", 0, TIFF),
)
BMP_HEADER_BYTES, GIF_HEADER_BYTES = 26, 13
MAX_BRANDS_BYTES = 256


@dataclass(frozen=True)
class Header:
    """A picture's true type, and its sides in pixels as displayed."""

    format: str
    width: int
    height: int
    frames: int = 1


def read_header(data: bytes) -> Header:
    """Find out type, size and frames.

    Raises:
        UnreadableImage: it is no picture of a known type, or its header is damaged.
        TooLarge: it is made of more scans or pieces than a picture has.
    """
    if data.startswith(b"BM"):
        return _bmp(data)
    if data.startswith(structure.GIF_SIGNATURES):
        return _gif(data)
    kind = _kind(data)
    if kind is None:
        raise UnreadableImage("the object is no image of a known type")
    image = open_header(kind, data)
    frames = _checked(kind, data)
    if kind.is_paged:
        frames = field(image, "n-pages", 1)
    return Header(kind.name, *displayed_size(image), frames)


def _kind(data: bytes) -> Format | None:
    if data[4:8] == b"ftyp":
        size = min(int.from_bytes(data[:4], "big"), MAX_BRANDS_BYTES)
        # The major brand, a version, and the compatible ones (ISO/IEC 14496-12, 4.3).
        brands = {data[at : at + 4] for at in (8, *range(16, size, 4))}
        return AVIF if brands & structure.AVIF_BRANDS else None
    found = (kind for mark, at, kind in SIGNATURES if data[at : at + len(mark)] == mark)
    return next(found, None)


def _checked(kind: Format, data: bytes) -> int:
    try:
        return kind.check(data)
    except TooLarge:
        raise
    except UnreadableImage:
        # Cut short: how much of it can be shown is for the engine to say.
        return 1


def _gif(data: bytes) -> Header:
    """By its blocks: decoders draw on a canvas that holds all frames, however small the screen."""
    if len(data) < GIF_HEADER_BYTES:
        raise UnreadableImage("the GIF is cut short")
    width, height = struct.unpack_from("<2H", data, 6)
    frames = 0
    try:
        for right, bottom in structure.gif_frames(data):
            frames, width, height = frames + 1, max(width, right), max(height, bottom)
    except TooLarge:
        raise
    except UnreadableImage:
        if not frames:
            raise
    if not frames:
        raise UnreadableImage("the GIF has no frame")
    return Header("gif", width, height, frames)


def _bmp(data: bytes) -> Header:
    if len(data) < BMP_HEADER_BYTES:
        raise UnreadableImage("the BMP is cut short")
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    if width <= 0 or height == 0:
        raise UnreadableImage("the BMP has no pixels")
    return Header("bmp", width, abs(height))  # a negative height: its lines begin at the top
