"""The filter `placeholder`."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import placeholder as effect

QUALITY = 40


class Filter(PixelFilter):
    """`placeholder()`."""

    @filter_method()
    async def placeholder(self) -> None:
        """Make a tiny preview, of low quality unless another was asked for."""
        self.raster = effect.placeholder(self.raster)
        self.context.request.quality = self.context.request.quality or QUALITY
