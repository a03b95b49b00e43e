"""The frames of an animation as libvips' savers take them: one below the other, with delays."""

from collections.abc import Sequence
from typing import Any

import pyvips

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.raster import SRGB, Raster

MAX_DELAY_MS = 655_350  # of a GIF: 65,535 hundredths of a second


def joined(rasters: Sequence[Raster], delays_ms: Sequence[int], loop: int) -> Any:
    """A pyvips image of all frames in one mode, RGB or RGBA, with notes on how it plays.

    Args:
        rasters: one at least, all of one size.
        delays_ms: for how long each is shown; what is missing is as the last one.
        loop: how often it plays; 0 for ever.

    Raises:
        InvalidOptions: the frames differ in size.
        RenderTimeout: the time of this thread is over.
    """
    if any(raster.size != rasters[0].size for raster in rasters):
        raise InvalidOptions("the frames of the animation are not of one size")
    image = pyvips.Image.arrayjoin(_in_one_mode(rasters), across=1).copy(interpretation=SRGB)
    image.set_type(pyvips.GValue.array_int_type, "delay", clamped(delays_ms, len(rasters)))
    image.set_type(pyvips.GValue.gint_type, "loop", max(0, int(loop)))
    image.set_type(pyvips.GValue.gint_type, "page-height", rasters[0].height)
    return image


def _in_one_mode(rasters: Sequence[Raster]) -> list[Any]:
    has_alpha = any(raster.has_alpha for raster in rasters)
    images = []
    for raster in rasters:
        time_limit.check()
        coloured = raster.as_rgb()
        images.append((coloured.with_alpha() if has_alpha else coloured).image)
    return images


def clamped(delays_ms: Sequence[int], count: int) -> list[int]:
    """As many delays as there are frames, each one that every format can tell."""
    known = [min(max(0, int(delay)), MAX_DELAY_MS) for delay in delays_ms[:count]]
    return known + (known[-1:] or [0]) * (count - len(known))
