"""Frames that are stretched to a picture's size where their border says so: nine patches.

The outermost pixels of such a picture are marks: black ones above and left say which columns and
rows are stretched; those below and right say where the content stands. It is Android's format.
"""

from array import array
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pyvips

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.effects.paste import canvas, paste
from thumbor_renuo.imaging.raster import OPAQUE, Raster

WHITE = (255, 255, 255, OPAQUE)
BLACK = b"\x00\x00\x00\xff"
LEAST = 3  # a border of one pixel on each side, and one within
NOWHERE = -10.0  # outside the picture


class Padding(NamedTuple):
    """How far the content stands from the edges, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class NinePatch:
    """A frame with its marks.

    Args:
        raster: with its border of marks.

    Raises:
        InvalidOptions: it is too small to have any.
    """

    def __init__(self, raster: Raster) -> None:
        self.raster = raster.as_rgb().with_alpha()
        if min(self.raster.size) < LEAST:
            raise InvalidOptions(
                f"the image of 'frame' is smaller than {LEAST}x{LEAST} pixels", limit=LEAST
            )

    @property
    def padding(self) -> Padding:
        """What the marks below and right leave free."""
        width, height = self.raster.size
        left, right = _free(self._marks(1, height - 1, width - 2, 1))
        top, bottom = _free(self._marks(width - 1, 1, 1, height - 2))
        return Padding(left, top, right, bottom)

    def framed_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size of a picture with its padding."""
        left, top, right, bottom = self.padding
        return size[0] + left + right, size[1] + top + bottom

    def around(self, raster: Raster) -> Raster:
        """A picture on white, padded, with the frame stretched over it; it is opaque."""
        size = self.framed_size(raster.size)
        ground = Raster(canvas(*size, WHITE), raster.profile)
        padding = self.padding
        padded = paste(ground, raster, padding.left, padding.top)
        return paste(padded, self.stretched(size), 0, 0)

    def stretched(self, size: tuple[int, int]) -> Raster:
        """The frame alone in a size, transparent where it does not reach."""
        width, height = size
        columns = _places(self._marks(1, 0, self.raster.width - 2, 1), width)
        rows = _places(self._marks(0, 1, 1, self.raster.height - 2), height)
        places = (
            _line(columns).replicate(1, height).bandjoin(_line(rows).rot("d90").replicate(width, 1))
        )
        stretched = self.raster.image.mapim(
            places,
            interpolate=pyvips.Interpolate.new("bilinear"),
            extend="background",
            background=[0] * (CHANNELS + 1),
        )
        return rgb(stretched.cast("uchar"), self.raster.profile)

    def _marks(self, left: int, top: int, width: int, height: int) -> list[bool]:
        data = bytes(self.raster.image.crop(left, top, width, height).write_to_memory())
        return [data[at : at + 4] == BLACK for at in range(0, len(data), 4)]


def _free(marks: Sequence[bool]) -> tuple[int, int]:
    """How many stand before the first mark, and behind the last."""
    if True not in marks:
        return 0, 0
    return marks.index(True), list(reversed(marks)).index(True)


def _places(marks: Sequence[bool], length: int) -> list[float]:
    """For each pixel of a side of the result, where in the frame it is taken from."""
    stretchy = sum(marks)
    room = max(length - (len(marks) - stretchy), 0)
    places: list[float] = []
    at = 1
    for is_stretchy, group in groupby(marks):
        count = len(list(group))
        wanted = int(count / stretchy * room + 0.5) if is_stretchy else count
        if len(places) + wanted > length:
            break  # Thumbor leaves out what does not fit
        middles = ((i + 0.5) * count / wanted - 0.5 for i in range(wanted))
        places += [at + min(max(middle, 0), count - 1) for middle in middles]
        at += count
    return places + [NOWHERE] * (length - len(places))


def _line(places: list[float]) -> Any:
    data = array("f", places).tobytes()
    return pyvips.Image.new_from_memory(data, len(places), 1, 1, "float")
