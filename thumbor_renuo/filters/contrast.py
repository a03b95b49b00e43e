"""Thumbor's filter `contrast`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import tones


class Filter(PixelFilter):
    """`contrast(percent)`."""

    @filter_method(BaseFilter.Number)
    async def contrast(self, value: int) -> None:
        """Strengthen contrasts, or weaken them below 0."""
        self.raster = tones.contrast(self.raster, value)
