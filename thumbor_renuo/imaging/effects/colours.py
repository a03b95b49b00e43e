"""The colours of a picture apart from its alpha."""

from collections.abc import Callable
from typing import Any

from thumbor_renuo.imaging.raster import SRGB, Raster

CHANNELS = 3


def change_colours(raster: Raster, change: Callable[[Any], Any]) -> Raster:
    """Change red, green and blue, and leave alpha as it is.

    Args:
        change: from a pyvips image of three bands, 8 bits each, to another.
    """
    source = raster.as_rgb()
    if not source.has_alpha:
        return rgb(change(source.image), source.profile)
    changed = change(source.image[:CHANNELS])
    return rgb(changed.bandjoin(source.image[CHANNELS]), source.profile)


def rgb(image: Any, profile: bytes | None) -> Raster:
    """Run a pyvips pipeline that ends in red, green, blue, and perhaps alpha, from 0 to 255."""
    return Raster.of(image.cast("uchar").copy(interpretation=SRGB), profile)
