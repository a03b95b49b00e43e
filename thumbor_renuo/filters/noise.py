"""Thumbor's filter `noise` with grain that is the same each time."""

from threading import Lock
from typing import Any

from thumbor.ext.filters import _noise
from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import check

SEEDS = 2**31 - 1  # Thumbor's C code takes an int, and seeds with what is above 0
# It keeps the interpreter's lock; so many pixels take it 1 ms.
STRIP_PIXELS = 200_000
# It draws from a sequence that is the whole process's.
_sequence = Lock()


class Filter(PixelFilter):
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
        base = getattr(self.context, "noise_seed", 0)
        self.raster = grain(self.raster, amount, seed or frame_seed(base, self._frame))
        self._frame += 1


def grain(raster: Raster, amount: int, seed: int) -> Raster:
    """Add Thumbor's grain, strip by strip, so that other threads get their turns between.

    Args:
        amount: how many levels of 256 it spans, up to SEEDS.
        seed: from 1 to SEEDS.

    Raises:
        RenderTimeout: the time is over.
    """
    source = raster.as_rgb()
    data, strip = source.to_bytes(), STRIP_PIXELS * len(source.mode)
    strips = []
    with _sequence:
        for at in range(0, len(data), strip):
            check()
            # The C code changes what it is given: it must be nobody else's.
            part = bytes(memoryview(data)[at : at + strip])
            first = 0 if at else seed  # the others go on with the sequence
            strips.append(_noise.apply(source.mode, min(amount, SEEDS), part, first))
    return Raster.from_bytes(source.mode, source.size, b"".join(strips), source.profile)


def frame_seed(base: int, frame: int) -> int:
    """A seed for Thumbor's C code, from 1 to SEEDS, from any int and a frame's place."""
    return 1 + (base + frame) % SEEDS
