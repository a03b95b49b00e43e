"""Decodes BMP, which libvips has no decoder for: bits are moved to where pyvips wants them."""

import struct
from typing import TYPE_CHECKING, Any

import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.decoders.finish import finished
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.headers.bmp import Layout, layout
from thumbor_renuo.imaging.raster import SRGB, Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

COLOUR_BYTES = 4
NUMBERS = {16: "ushort", 32: "uint"}
BYTE_BITS, FULL = 8, 255


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The picture.

    Raises:
        UnreadableImage: it is cut short and nobody asked for what is left, or it is packed.
        RenderTimeout: there was no time left.
    """
    data, found = source.data, layout(source.data)
    lines = min(found.height, max(0, len(data) - found.start) // found.line_bytes)
    if not lines or (lines < found.height and not source.options.truncated):
        raise UnreadableImage("the BMP is cut short")
    with libvips.translated("BMP"):
        image = _pixels(data, found, lines)
        if lines < found.height:
            image = image.embed(0, 0, found.width, found.height)
        if found.is_upside_down:
            image = image.flipver()
        raster = finished(image.copy(interpretation=SRGB), geometry)
        if raster.has_alpha and not raster.image[3].max():
            # Writers that know nothing of alpha leave it at zero.
            raster = raster.without_alpha()
    return [raster]


def _pixels(data: bytes, found: Layout, lines: int) -> Any:
    stored = memoryview(data)[found.start : found.start + lines * found.line_bytes]
    if found.masks:
        number, size = NUMBERS[found.depth], found.depth // BYTE_BITS
        image = pyvips.Image.new_from_memory(
            stored, found.line_bytes // size, lines, 1, number
        ).crop(0, 0, found.width, lines)
        return _by_masks(image, found.masks)
    image = pyvips.Image.new_from_memory(stored, found.line_bytes, lines, 1, "uchar")
    if found.depth > BYTE_BITS:
        blue, green, red = image.crop(0, 0, found.width * 3, lines).bandfold(factor=3).bandsplit()
        return red.bandjoin([green, blue])
    indices = _unpacked(image, found.depth).crop(0, 0, found.width, lines)
    return indices.maplut(_colours(data, found))


def _by_masks(image: Any, masks: tuple[int, ...]) -> Any:
    red, *others = [_channel(image, mask) for mask in masks if mask]
    return red.bandjoin(others)


def _channel(image: Any, mask: int) -> Any:
    low = (mask & -mask).bit_length() - 1
    most = mask >> low
    # In libvips all numbers over 32 bits are inexact, so that they are shifted first.
    value = (image >> low) & most
    return value.cast("uchar") if most == FULL else (value * (FULL / most)).rint().cast("uchar")


def _unpacked(image: Any, depth: int) -> Any:
    """A byte for each index; the first one stands in a byte's highest bits."""
    if depth == BYTE_BITS:
        return image
    most = (1 << depth) - 1
    shifts = range(BYTE_BITS - depth, -1, -depth)
    first, *others = [((image >> shift) & most).cast("uchar") for shift in shifts]
    return first.bandjoin(others).bandunfold()


def _colours(data: bytes, found: Layout) -> Any:
    start, count = found.palette
    stored = data[start : start + count * COLOUR_BYTES]
    table = b"".join(
        struct.pack("3B", *colour[2::-1]) for colour in struct.iter_unpack("4B", stored)
    )
    whole = table.ljust(3 << BYTE_BITS, b"\0")
    return pyvips.Image.new_from_memory(whole, 1 << BYTE_BITS, 1, 3, "uchar")
