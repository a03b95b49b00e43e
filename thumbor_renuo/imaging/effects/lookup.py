"""Each channel by a table of its own."""

from collections.abc import Callable, Sequence
from typing import Any

import pyvips

from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.raster import Raster

LEVELS = 256
TOP = LEVELS - 1
IDENTITY = bytes(range(LEVELS))


def table(value: Callable[[int], float]) -> bytes:
    """A table of 256 levels; what is outside them is cut off, and fractions are dropped."""
    return bytes(min(max(int(value(level)), 0), TOP) for level in range(LEVELS))


def apply_tables(raster: Raster, tables: Sequence[bytes]) -> Raster:
    """Look up red, green and blue, each in its table of 256 levels; alpha stays."""
    source = raster.as_rgb()
    columns = [*tables, IDENTITY] if source.has_alpha else list(tables)
    return rgb(source.image.maplut(table_image(columns)), source.profile)


def table_image(columns: Sequence[bytes]) -> Any:
    """The tables of all channels as libvips takes them."""
    data = bytes(level for row in zip(*columns, strict=True) for level in row)
    return pyvips.Image.new_from_memory(data, LEVELS, 1, len(columns), "uchar")


def apply_table(raster: Raster, one: bytes) -> Raster:
    """The same table for red, green and blue."""
    return apply_tables(raster, [one] * CHANNELS)
