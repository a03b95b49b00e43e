"""Thumbor's filter `brightness`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import tones


class Filter(PixelFilter):
    """`brightness(percent)`."""

    @filter_method(BaseFilter.Number)
    async def brightness(self, value: int) -> None:
        """Add so many per cent of white, or of black below 0."""
        self.raster = tones.brightness(self.raster, value)
