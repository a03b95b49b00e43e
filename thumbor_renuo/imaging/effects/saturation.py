"""Saturation, weighed as in http://alienryderflex.com/saturation.html, which Thumbor takes."""

from typing import Any

import pyvips

from thumbor_renuo.imaging.effects.colours import CHANNELS, change_colours
from thumbor_renuo.imaging.raster import Raster

WEIGHTS = (0.299, 0.587, 0.114)


def saturation(raster: Raster, factor: float) -> Raster:
    """Move colours away from grey of the same lightness: 0 leaves grey, 1 all as it is."""
    levels = pyvips.Image.identity()
    squares = (
        (levels * levels)
        .linear([CHANNELS * weight for weight in WEIGHTS], [0] * CHANNELS)
        .cast("float")
    )

    def change(colours: Any) -> Any:
        lightness = colours.maplut(squares).bandmean() ** 0.5
        return (colours * factor + lightness * (1 - factor)).cast("uchar")

    return change_colours(raster, change)
