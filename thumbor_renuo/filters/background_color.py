"""Thumbor's filter `background_color`, on libvips."""

from thumbor.filters import filter_method

from thumbor_renuo.filters.arguments import colour_for
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects.fill import background


class Filter(PixelFilter):
    """`background_color(colour)`."""

    @filter_method(r"[\w]+")
    async def background_color(self, color: str) -> None:
        """Lay the picture on a colour; `auto` is its own mean."""
        raster = self.raster
        ground = colour_for("background_color", color, raster)
        self.raster = background(raster, ground)
