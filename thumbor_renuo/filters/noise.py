"""Thumbor's filter `noise` with grain that is the same each time."""

from typing import Any

from thumbor.ext.filters import _noise
from thumbor.filters import BaseFilter, filter_method

SEEDS = 2**31 - 1  # Thumbor's C code takes an int, and seeds with what is above 0


class Filter(BaseFilter):
    """`noise(amount[,seed])`, grammar and pixels as Thumbor's."""

    def __init__(self, params: str, context: Any = None) -> None:
        super().__init__(params, context)
        self._frame = 0

    @filter_method(BaseFilter.PositiveNumber, BaseFilter.PositiveNumber)
    async def noise(self, amount: int, seed: int = 0) -> None:
        """Add grain to the engine's picture.

        Args:
            amount: how many levels of 256 the grain spans.
            seed: 0 for one made of `context.noise_seed` (any int; 0 where it is missing), which
                differs between frames. Thumbor's C code would go on with the process's own
                sequence, so that equal requests had different answers.
        """
        mode, data = self.engine.image_data_as_rgb()
        base = getattr(self.context, "noise_seed", 0)
        self.engine.set_image_data(
            _noise.apply(mode, amount, data, seed or frame_seed(base, self._frame))
        )
        self._frame += 1


def frame_seed(base: int, frame: int) -> int:
    """A seed for Thumbor's C code, from 1 to SEEDS, from any int and a frame's place."""
    return 1 + (base + frame) % SEEDS
