"""What several filters read of their arguments."""

import re

from PIL.ImageColor import getcolor

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.fill import mean_colour
from thumbor_renuo.imaging.effects.paste import RGBA
from thumbor_renuo.imaging.raster import OPAQUE, Raster

HEX = re.compile("[0-9a-fA-F]{6}")


def hex_colour(name: str, text: str) -> tuple[int, int, int]:
    """Red, green and blue of six hex digits.

    Args:
        name: the filter's, for the message.

    Raises:
        InvalidOptions: they are not.
    """
    if not HEX.fullmatch(text):
        raise InvalidOptions(f"the colour of {name!r} is not one of 6 hex digits")
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def colour_for(name: str, text: str, raster: Raster) -> RGBA:
    """A colour as Thumbor takes it, or the mean of a picture for `auto`.

    Raises:
        InvalidOptions: it is none.
    """
    return (*mean_colour(raster), OPAQUE) if text == "auto" else colour(name, text)


def colour(name: str, text: str) -> RGBA:
    """A colour as Thumbor takes it: hex digits without `#`, a CSS name, or `transparent`.

    Raises:
        InvalidOptions: it is none.
    """
    if text == "transparent":
        return 0, 0, 0, 0
    for spelling in (text, f"#{text}"):
        try:
            red, green, blue, alpha = getcolor(spelling, "RGBA")
        except ValueError:
            continue
        return red, green, blue, alpha
    raise InvalidOptions(
        f"the colour of {name!r} is none: it takes 3, 4, 6 or 8 hex digits, or a name that CSS has"
    )
