"""Thumbor's blur: a Gaussian bell, cut off at the radius."""

import math
from functools import lru_cache
from typing import Any

from thumbor_renuo.imaging.effects.colours import rgb
from thumbor_renuo.imaging.effects.mask import averaging_mask
from thumbor_renuo.imaging.raster import Raster

MAX_RADIUS = 150


def blur(raster: Raster, radius: int, sigma: float = 0) -> Raster:
    """Blur all channels, alpha too.

    Args:
        radius: how many pixels to each side count; over 150 is 150.
        sigma: of the bell, in pixels; 0 for the radius as it is given.
    """
    source = raster.as_rgb()
    return rgb(blurred(source.image, radius, sigma), source.profile)


def blurred(image: Any, radius: int, sigma: float = 0) -> Any:
    """The same of a pyvips image, which is not yet computed."""
    bell = _bell(min(radius, MAX_RADIUS), abs(sigma) or radius)
    return image.convsep(bell, precision="integer")


@lru_cache(maxsize=256)
def _bell(radius: int, sigma: float) -> Any:
    places = range(-radius, radius + 1)
    return averaging_mask([[math.exp(-((x / sigma) ** 2) / 2) for x in places]])
