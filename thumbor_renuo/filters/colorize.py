"""Thumbor's filter `colorize`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.arguments import hex_colour
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import tones


class Filter(PixelFilter):
    """`colorize(red,green,blue,rrggbb)`: three times per cent, and a colour."""

    @filter_method(
        BaseFilter.PositiveNumber,
        BaseFilter.PositiveNumber,
        BaseFilter.PositiveNumber,
        BaseFilter.String,
    )
    async def colorize(self, red_pct: int, green_pct: int, blue_pct: int, fill: str) -> None:
        """Mix in so much of a colour's channels."""
        percents, colour = (red_pct, green_pct, blue_pct), hex_colour("colorize", fill)
        self.raster = tones.colorize(self.raster, percents, colour)
