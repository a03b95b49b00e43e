"""Makes a picture smaller by whole numbers."""

from typing import Any


def shrunk_by(image: Any, factor: int) -> Any:
    """Average squares of pixels; the colours are weighed by their alpha.

    Args:
        image: a pyvips image of 8 bits a channel, which may be decoded line by line.
        factor: sides that do not divide by it are rounded up.
    """
    if factor == 1:
        return image
    has_alpha = image.hasalpha()
    if has_alpha:
        image = image.premultiply().cast("uchar")
    image = image.shrink(factor, factor, ceil=True)
    return image.unpremultiply().rint().cast("uchar") if has_alpha else image
