"""One picture on another."""

from typing import Any

import pyvips

from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.raster import OPAQUE, SRGB, Raster

RGBA = tuple[int, int, int, int]


def paste(base: Raster, top: Raster, x: int, y: int) -> Raster:
    """Lay a picture on another, which shines through where the upper one is transparent.

    Args:
        x, y: where its upper left pixel comes to lie; what is outside is cut off.
    """
    under, over = base.as_rgb(), top.as_rgb()
    left, above = max(x, 0), max(y, 0)
    width = min(x + over.width, under.width) - left
    height = min(y + over.height, under.height) - above
    if width <= 0 or height <= 0:
        return under
    visible = over.image.crop(left - x, above - y, width, height)
    covered = under.image.crop(left, above, width, height)
    patch = _over(visible, covered)
    if (width, height) == under.size:
        return rgb(patch, under.profile)
    return rgb(under.image.insert(patch, left, above), under.profile)


def _over(top: Any, base: Any) -> Any:
    """Two pyvips images of one size, with the bands of the lower one."""
    if not top.hasalpha():
        return top.bandjoin(OPAQUE) if base.hasalpha() else top
    if not base.hasalpha():
        return top[CHANNELS].ifthenelse(top[:CHANNELS], base, blend=True)
    composed = base.composite2(top, "over").rint().cast("uchar")
    # Where nothing is added, hidden colours stay as they are.
    return (top[CHANNELS] == 0).ifthenelse(base, composed)


def canvas(width: int, height: int, colour: RGBA) -> Any:
    """A pyvips image of one colour; without alpha if that is opaque."""
    levels = colour if colour[CHANNELS] < OPAQUE else colour[:CHANNELS]
    plain = (pyvips.Image.black(1, 1, bands=len(levels)) + list(levels)).cast("uchar")
    return plain.copy(interpretation=SRGB).embed(0, 0, width, height, extend="copy")
