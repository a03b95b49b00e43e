"""Pictures to try effects on, and how far two of them are from each other."""

from typing import Any

import pyvips
from PIL import Image

from thumbor_renuo.imaging.raster import Raster

MODES = ("L", "LA", "RGB", "RGBA")
NOISY = Image.effect_noise((64, 48), 60)


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Raster:
    """A picture with all levels, edges and grain; its alpha goes from nothing to all."""
    ramp = Image.linear_gradient("L").resize(size)
    channels = {
        "R": NOISY.resize(size),
        "G": ramp.rotate(90, expand=False).resize(size),
        "B": ramp.point(lambda level: level & 192),
        "L": NOISY.resize(size),
        "A": ramp,
    }
    return Raster.from_pillow(Image.merge(mode, [channels[channel] for channel in mode]))


def plain(colour: Any, size: tuple[int, int] = (9, 7), mode: str = "RGB") -> Raster:
    """A picture of one colour."""
    return Raster.from_pillow(Image.new(mode, size, colour))


def pixel(raster: Raster, x: int, y: int) -> tuple[int, ...]:
    """The levels at a place."""
    return tuple(int(level) for level in raster.image(x, y))


def fresh(raster: Raster) -> bytes:
    """Packed pixels that nobody else has, for C code that writes into what it is given."""
    return bytes(bytearray(raster.to_bytes()))


def distance(raster: Raster, data: bytes) -> tuple[float, float]:
    """The mean and the greatest difference of levels from packed pixels of the same mode."""
    other = pyvips.Image.new_from_memory(data, *raster.size, len(raster.mode), "uchar")
    difference = (raster.image - other).abs()
    return difference.avg(), difference.max()
