"""Thumbor's filter `rgb`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import tones


class Filter(PixelFilter):
    """`rgb(red,green,blue)`, in per cent."""

    @filter_method(BaseFilter.Number, BaseFilter.Number, BaseFilter.Number)
    async def rgb(self, red: int, green: int, blue: int) -> None:
        """Add so many per cent to each channel."""
        self.raster = tones.add_rgb(self.raster, red, green, blue)
