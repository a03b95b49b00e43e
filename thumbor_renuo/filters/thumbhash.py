"""The filter `thumbhash`."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects.placeholder import thumbhash_preview


class Filter(PixelFilter):
    """`thumbhash()`."""

    @filter_method()
    async def thumbhash(self) -> None:
        """Show what the picture's ThumbHash looks like."""
        self.raster = thumbhash_preview(self.raster)
