"""Thumbor's filter `curve`, on libvips."""

import re

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import curve as effect

POINT = re.compile(r"\((\d+),(\d+)\)")
POINTS = r"\[(?:\(\d+,\d+\),?)*\]"


class Filter(PixelFilter):
    """`curve([(x,y),…],[…],[…],[…])`; Thumbor's C code writes past its memory."""

    @filter_method(POINTS, POINTS, POINTS, POINTS)
    async def curve(self, alpha: str, red: str, green: str, blue: str) -> None:
        """Map red, green and blue by their curves, then all of them by the first."""
        overall, *channels = (_points(text) for text in (alpha, red, green, blue))
        self.raster = effect.curve(self.raster, overall, channels)


def _points(text: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in POINT.findall(text)]
