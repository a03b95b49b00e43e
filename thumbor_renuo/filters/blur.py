"""Thumbor's filter `blur`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import blur as effect


class Filter(PixelFilter):
    """`blur(radius[,sigma])`."""

    @filter_method(BaseFilter.PositiveNonZeroNumber, BaseFilter.DecimalNumber)
    async def blur(self, radius: int, sigma: float = 0) -> None:
        """Blur with a Gaussian bell of so many pixels to each side."""
        self.raster = effect.blur(self.raster, radius, sigma)
