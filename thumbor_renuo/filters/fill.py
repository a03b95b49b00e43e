"""Thumbor's filter `fill`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.delivery.made_pixels import check_pixels
from thumbor_renuo.filters.arguments import colour_for
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import fill as effect


class Filter(PixelFilter):
    """`fill(colour[,through])`; also `auto`, `blur` and `transparent`."""

    @filter_method(r"[\w]+", BaseFilter.Boolean)
    async def fill(self, color: str, fill_transparent: bool = False) -> None:  # noqa: FBT001, FBT002  (Thumbor's)
        """Make the picture as large as was asked for, and fill what it leaves free."""
        raster = self.raster
        size = self._size(raster.size)
        if color == "blur":
            filled = effect.fill_with_blur(raster, size, through=fill_transparent)
        else:
            ground = colour_for("fill", color, raster)
            filled = effect.fill(raster, size, ground, through=fill_transparent)
        self.raster = filled

    def _size(self, own: tuple[int, int]) -> tuple[int, int]:
        request = self.context.request
        wanted = zip((request.width, request.height), own, strict=True)
        width, height = (side if isinstance(side, int) and side else rest for side, rest in wanted)
        check_pixels(self.context, width, height)
        return width, height
