"""Draws SVG with librsvg, which libvips calls untrusted, and which cannot be stopped."""

from typing import Any

import pyvips

MAX_SIDE = 100_000
"""Of the whole drawing, of which only the box is drawn."""


def draw(data: bytes, numbers: tuple[int, ...]) -> tuple[Any, bytes]:
    """A part of an SVG, in about the size that is wanted, and never more than a pixel off.

    Args:
        numbers: width and height of the whole in CSS pixels; left, top, right and bottom of the
            box in them; width and height of the result in pixels.

    Returns:
        a pyvips image, and no ICC profile.

    Raises:
        pyvips.Error: it cannot be drawn.
    """
    size, box, out = numbers[:2], numbers[2:6], numbers[6:8]
    natural = pyvips.Image.svgload_buffer(data)
    left, top, right, bottom = box
    wanted = [
        side * pixels / part
        for side, pixels, part in zip(size, out, (right - left, bottom - top), strict=True)
    ]
    scale = max(wanted[0] / natural.width, wanted[1] / natural.height)
    scale = min(scale, MAX_SIDE / max(natural.width, natural.height))
    image = pyvips.Image.svgload_buffer(data, scale=scale)
    x, y = image.width / size[0], image.height / size[1]
    left, top = min(round(left * x), image.width - 1), min(round(top * y), image.height - 1)
    width = min(max(1, round(right * x) - left), image.width - left)
    height = min(max(1, round(bottom * y) - top), image.height - top)
    return image.crop(left, top, width, height), b""
