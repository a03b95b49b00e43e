"""Thumbor's filter `round_corner`, on libvips."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import round_corner as effect


class Filter(PixelFilter):
    """`round_corner(radius[|radius],red,green,blue[,transparent])`."""

    @filter_method(
        r"[\d]+(?:\|[\d]+)?",
        BaseFilter.PositiveNumber,
        BaseFilter.PositiveNumber,
        BaseFilter.PositiveNumber,
        BaseFilter.Boolean,
    )
    async def round_corner(
        self,
        radius: str,
        red: int,
        green: int,
        blue: int,
        transparent: bool = False,  # noqa: FBT001, FBT002  (Thumbor's)
    ) -> None:
        """Round the corners, and put a colour behind them."""
        across, _, down = radius.partition("|")
        self.raster = effect.round_corner(
            self.raster,
            (int(across), int(down or across)),
            (red, green, blue),
            transparent=transparent,
        )
