"""Thumbor's filter `equalize`, on libvips."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import equalize as effect


class Filter(PixelFilter):
    """`equalize()`."""

    @filter_method()
    async def equalize(self) -> None:
        """Equalize the histogram of each channel."""
        self.raster = effect.equalize(self.raster)
