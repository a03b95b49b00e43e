"""The edge of one colour around a picture."""

from typing import Any

from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.geometry import Box
from thumbor_renuo.imaging.raster import Raster


def content_box(raster: Raster, *, is_top_left: bool, tolerance: int) -> Box | None:
    """The smallest box around all pixels that differ from one of the corners.

    Args:
        is_top_left: which corner; else it is the bottom right one.
        tolerance: the most that a colour may differ, as Thumbor measures it: the Euclidean
            distance of all channels, alpha among them.

    Returns:
        nothing, if none differs.
    """
    image = raster.as_rgb().image
    corner = (0, 0) if is_top_left else (image.width - 1, image.height - 1)
    # The squares of what is over 255 steps apart do not fit into fewer bits.
    squares = (image.cast("short") - image.getpoint(*corner)).cast("short")
    squares = squares.cast("int") * squares.cast("int")
    distances = squares.bandmean() * squares.bands
    columns, rows = (distances > tolerance * tolerance).project()
    return _box(_ends(columns, image.width), _ends(rows, image.height))


def _box(across: tuple[int, int] | None, along: tuple[int, int] | None) -> Box | None:
    if across is None or along is None:
        return None
    return Box(across[0], along[0], across[1], along[1])


def _ends(sums: Any, count: int) -> tuple[int, int] | None:
    """Of one line of numbers, where the first and behind the last are that are not 0."""
    found = memoryview(time_limit.evaluate(sums != 0).write_to_memory()).tobytes()
    first, last = found.find(b"\xff"), found.rfind(b"\xff")
    return None if first < 0 else (first, min(last + 1, count))
