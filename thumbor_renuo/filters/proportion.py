"""Thumbor's filter `proportion`, for each frame of an animation alike."""

from thumbor.filters import BaseFilter, filter_method


class Filter(BaseFilter):
    """`proportion(share)`."""

    @filter_method(BaseFilter.DecimalNumber)
    async def proportion(self, value: float) -> None:
        """Reduce both sides to a share of them, unless less than a pixel would be left."""
        width, height = (side * value for side in self.engine.size)
        if 0 < value <= 1 <= min(width, height):
            self.engine.resize(width, height)
