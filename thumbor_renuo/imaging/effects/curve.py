"""Curves through points, for all channels and for each."""

from collections.abc import Sequence
from itertools import pairwise

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.lookup import IDENTITY, LEVELS, TOP, apply_tables
from thumbor_renuo.imaging.raster import Raster

Points = Sequence[tuple[int, int]]


def curve(raster: Raster, overall: Points, channels: Sequence[Points]) -> Raster:
    """Map each channel by its own curve, then by that of all.

    Args:
        overall, channels: points (level, new level); none leaves all as it is. Between them goes a
            natural cubic spline, beside them it is level.

    Raises:
        InvalidOptions: they are outside 0 to 255, or not from left to right.
    """
    after = _table(overall)
    return apply_tables(raster, [bytes(after[level] for level in _table(own)) for own in channels])


def check_points(points: Points, where: str = "a curve of 'curve'") -> None:
    """Check that a curve goes through these points.

    Args:
        where: what the message calls them.

    Raises:
        InvalidOptions: it does not.
    """
    if any(not 0 <= value <= TOP for point in points for value in point):
        raise InvalidOptions(f"{where} has a point outside 0 to {TOP}", limit=f"0..{TOP}")
    if any(left[0] >= right[0] for left, right in pairwise(points)):
        raise InvalidOptions(f"{where} has points that do not go from left to right")


def _table(points: Points) -> bytes:
    check_points(points)
    if not points:
        return IDENTITY
    levels = [points[0][1]] * LEVELS
    bends = _second_derivatives(points)
    for place, ((x, y), (next_x, next_y)) in enumerate(pairwise(points)):
        width = next_x - x
        for level in range(x, next_x):
            b = (level - x) / width
            a = 1 - b
            bend = (a**3 - a) * bends[place] + (b**3 - b) * bends[place + 1]
            levels[level] = _level(a * y + b * next_y + width**2 / 6 * bend)
    last_x, last_y = points[-1]
    levels[last_x:] = [last_y] * (LEVELS - last_x)
    return bytes(levels)


def _level(value: float) -> int:
    return min(max(int(value + 0.5) if value > 0 else 0, 0), TOP)


def _second_derivatives(points: Points) -> list[float]:
    """Of the natural cubic spline, at each point; solved by Thomas' algorithm."""
    count = len(points)
    above, right = [0.0] * count, [0.0] * count
    for i in range(1, count - 1):
        (x0, y0), (x1, y1), (x2, y2) = points[i - 1 : i + 2]
        slope = (y2 - y1) / (x2 - x1) - (y1 - y0) / (x1 - x0)
        pivot = (x2 - x0) / 3 - (x1 - x0) / 6 * above[i - 1]
        above[i] = (x2 - x1) / 6 / pivot
        right[i] = (slope - (x1 - x0) / 6 * right[i - 1]) / pivot
    bends = [0.0] * count
    for i in range(count - 2, 0, -1):
        bends[i] = right[i] - above[i] * bends[i + 1]
    return bends
