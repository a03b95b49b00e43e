"""Thumbor's sharpening: details of five sizes are strengthened, each by its own factor.

It is the "à trous" wavelet of Marco Rossini's Wavelet Sharpen for GIMP.
"""

import math
from typing import Any

import pyvips

from thumbor_renuo.imaging.effects.colours import change_colours
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import evaluate

LEVELS = 5
WIDTH = 1.5
# What is added to a pixel for details of this strength stays under half a level.
NEGLIGIBLE = 0.5 / 255
LUMINANCE = [[0.299, 0.587, 0.114]]


def sharpen(raster: Raster, amount: float, radius: float, *, luminance_only: bool) -> Raster:
    """Strengthen details; below 0, weaken them. Alpha stays.

    Args:
        amount: how much of them is added, where their size fits best.
        radius: which size that is: 0 for single pixels, and each further one twice as large.
        luminance_only: change no hues.
    """
    gains = [amount * math.exp(-((level - radius) ** 2) / WIDTH) for level in range(LEVELS)]
    while gains and abs(gains[-1]) < NEGLIGIBLE:
        gains.pop()
    if not gains:
        return raster.as_rgb()

    def change(colours: Any) -> Any:
        base = colours.recomb(LUMINANCE) if luminance_only else colours
        return (colours + _details(base.cast("float"), gains)).cast("uchar")

    return change_colours(raster, change)


def _details(base: Any, gains: list[float]) -> Any:
    """What is to be added: of each level what the next smoothing takes away, times its gain."""
    parts = []
    for level, (gain, finer) in enumerate(zip([*gains, 0], [0, *gains], strict=True)):
        parts.append(base * (gain - finer))
        if level < len(gains):
            base = evaluate(_smoothed(base, 2**level))
    return pyvips.Image.sum(parts)


def _smoothed(image: Any, spacing: int) -> Any:
    gap = [0] * (spacing - 1)
    hat = pyvips.Image.new_from_array([[1, *gap, 2, *gap, 1]], 4)
    return image.convsep(hat, precision="float")
