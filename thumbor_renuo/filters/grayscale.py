"""Thumbor's filter `grayscale`, on libvips."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter


class Filter(PixelFilter):
    """`grayscale()`."""

    @filter_method()
    async def grayscale(self) -> None:
        """Take the colours away."""
        self.raster = self.raster.as_grey()
