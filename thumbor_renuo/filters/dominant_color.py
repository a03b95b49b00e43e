"""The filter `dominant_color`."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects.placeholder import dominant_colour


class Filter(PixelFilter):
    """`dominant_color()`."""

    @filter_method()
    async def dominant_color(self) -> None:
        """Fill the picture with the colour that it shows most of."""
        self.raster = dominant_colour(self.raster)
