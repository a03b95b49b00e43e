"""Thumbor's filter `convolution`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import convolution as effect


class Filter(PixelFilter):
    """`convolution(matrix,columns[,normalize])`: weights row by row, semicolons between."""

    @filter_method(
        r"-?\d+(?:\.\d*)?(?:;-?\d+(?:\.\d*)?)*",
        BaseFilter.PositiveNonZeroNumber,
        BaseFilter.Boolean,
    )
    async def convolution(self, matrix: str, columns: int, should_normalize: bool = True) -> None:  # noqa: FBT001, FBT002  (Thumbor's)
        """Weigh each pixel with those around it."""
        weights = [float(weight) for weight in matrix.split(";")]
        self.raster = effect.convolution(self.raster, weights, columns, normalize=should_normalize)
