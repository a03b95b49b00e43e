"""Thumbor's filter `sharpen`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import sharpen as effect


class Filter(PixelFilter):
    """`sharpen(amount,radius,luminance only)`; Thumbor's C code writes past its memory."""

    @filter_method(BaseFilter.DecimalNumber, BaseFilter.DecimalNumber, BaseFilter.Boolean)
    async def sharpen(self, amount: float, radius: float, luminance_only: bool) -> None:  # noqa: FBT001  (Thumbor's)
        """Strengthen details of a size."""
        self.raster = effect.sharpen(self.raster, amount, radius, luminance_only=luminance_only)
