"""Rounded corners."""

import math
from functools import reduce
from typing import Any, NamedTuple

import pyvips

from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.raster import OPAQUE, Raster

SUBROWS = 8  # that a row of pixels is measured in


def round_corner(
    raster: Raster,
    radii: tuple[int, int],
    colour: tuple[int, int, int],
    *,
    transparent: bool = False,
) -> Raster:
    """Put a colour, or nothing, in place of the corners.

    Args:
        radii: of an ellipse across and down, in pixels; half a side at most, and 0 changes nothing.
        colour: red, green and blue, 0 to 255; with `transparent`, what lies under it.
        transparent: take away the corners' alpha.
    """
    source = raster.as_rgb()
    if transparent:
        source = source.with_alpha()
    across, down = min(radii[0], source.width // 2), min(radii[1], source.height // 2)
    if not across or not down:
        return source
    top = _strip(_corner(across, down), source.width)
    corners = _Corners(colour, transparent)
    return rgb(corners.cut(source.image, top), source.profile)


class _Corners(NamedTuple):
    """What comes in place of them."""

    colour: tuple[int, int, int]
    transparent: bool

    def cut(self, image: Any, top: Any) -> Any:
        """Only the lines that have corners are computed."""
        width, height, depth = image.width, image.height, top.height
        parts = [self._cut(image.crop(0, 0, width, depth), top)]
        if height > 2 * depth:
            parts.append(image.crop(0, depth, width, height - 2 * depth))
        bottom = image.crop(0, height - depth, width, depth)
        parts.append(self._cut(bottom, top.flipver()))
        return reduce(lambda above, below: above.join(below, "vertical"), parts)

    def _cut(self, lines: Any, mask: Any) -> Any:
        colours, alpha = lines[:CHANNELS], lines.bandsplit()[CHANNELS:]
        if self.transparent:
            colours = (mask > 0).ifthenelse(colours, list(self.colour))
            alpha = [mask.ifthenelse(alpha[0], 0, blend=True)]
        else:
            colours = mask.ifthenelse(colours, list(self.colour), blend=True)
        return colours.bandjoin(alpha) if alpha else colours


def _strip(corner: Any, width: int) -> Any:
    """A corner at each end, and opaque between."""
    opaque = (pyvips.Image.black(width, corner.height) + OPAQUE).cast("uchar")
    left = opaque.insert(corner, 0, 0)
    return left.insert(corner.fliphor(), width - corner.width, 0).copy_memory()


def _corner(across: int, down: int) -> Any:
    """How much of each pixel of the upper left corner stays: 0 to 255."""
    rows = b"".join(_row(across, down, y) for y in range(down))
    return pyvips.Image.new_from_memory(rows, across, down, 1, "uchar")


def _row(across: int, down: int, y: int) -> bytes:
    edges = []
    for part in range(SUBROWS):
        height = 1 - (y + (part + 0.5) / SUBROWS) / down
        edges.append(across * (1 - math.sqrt(1 - height**2)))
    first, last = int(min(edges)), min(math.ceil(max(edges)), across)
    covered = (sum(min(max(x + 1 - edge, 0.0), 1.0) for edge in edges) for x in range(first, last))
    middle = bytes(round(share * OPAQUE / SUBROWS) for share in covered)
    return bytes(first) + middle + bytes([OPAQUE]) * (across - last)
