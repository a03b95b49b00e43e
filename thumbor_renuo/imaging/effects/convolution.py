"""A mask of any weights over each pixel and those around it."""

from collections.abc import Sequence
from typing import Any

import pyvips

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.colours import rgb
from thumbor_renuo.imaging.effects.mask import averaging_mask
from thumbor_renuo.imaging.raster import Raster

MAX_WEIGHTS = 121
# libvips keeps whole weights of 7 bits as they are, where it divides by a power of two.
MAX_EXACT = 64


def convolution(
    raster: Raster, weights: Sequence[float], columns: int, *, normalize: bool
) -> Raster:
    """Convolve all channels, alpha too; pixels beyond the edge are like those on it.

    Args:
        weights: row by row, an odd number of rows and of columns, 121 weights at most.
        columns: how many stand in a row.
        normalize: divide by the weights' sum, unless that is 0.

    Raises:
        InvalidOptions: they are no such matrix.
    """
    rows = _rows(weights, columns)
    source = raster.as_rgb()
    return rgb(_convolved(source.image, rows, normalize), source.profile)


def _rows(weights: Sequence[float], columns: int) -> list[list[float]]:
    size = len(weights)
    if size > MAX_WEIGHTS:
        raise InvalidOptions(
            f"the matrix of 'convolution' has {size} numbers, over the limit of {MAX_WEIGHTS}",
            limit=MAX_WEIGHTS,
        )
    if columns < 1 or size % columns or size % 2 == 0:
        raise InvalidOptions(
            f"the {size} numbers of 'convolution' make no odd number of rows and of columns "
            f"with {columns} columns"
        )
    return [list(weights[at : at + columns]) for at in range(0, size, columns)]


def _convolved(image: Any, rows: list[list[float]], normalize: bool) -> Any:  # noqa: FBT001
    flat = [weight for row in rows for weight in row]
    total = (sum(flat) if normalize else 0) or 1.0
    if max(weight / total for weight in flat) <= 0:
        return image * 0  # nothing is added, and there is nothing below black
    if total == sum(flat) and min(flat) >= 0:
        return image.conv(averaging_mask(rows), precision="integer")
    exact = total == 1 and all(w == int(w) and abs(w) <= MAX_EXACT for w in flat)
    mask = pyvips.Image.new_from_array(rows, total)
    return image.conv(mask, precision="integer" if exact else "float").cast("uchar")
