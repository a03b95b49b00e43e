"""Thumbor's filter `saturation`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import saturation as effect


class Filter(PixelFilter):
    """`saturation(factor)`."""

    @filter_method(BaseFilter.DecimalNumber)
    async def saturation(self, change: float) -> None:
        """Make colours so much stronger: 0 is grey, and 1 changes nothing."""
        self.raster = effect.saturation(self.raster, change)
