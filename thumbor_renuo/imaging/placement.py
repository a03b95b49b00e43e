"""Where to cut a picture before it is reduced, so that what is wanted falls on whole pixels."""

from collections.abc import Iterator
from math import ceil, floor
from typing import NamedTuple

# How many pixels more may be made on either side, to be cut off again.
MARGIN = 6
# A part of a pixel of the result, which nobody sees; 1/16 costs two points of SSIMULACRA2.
NEAR = 1 / 64
# How far outside the picture is looked for a place as near as that.
BEYOND = 16


class Placement(NamedTuple):
    """How one side of a picture is cut, reduced by the box's scale, and cut again.

    Attributes:
        start, length: what is cut out first, in pixels.
        made: how many pixels that is reduced to; 0 where it is the result itself.
        before: how many of them are not wanted, at the beginning.
        shift: by how much the result lies too far to the left or the top, in its pixels.
    """

    start: int
    length: int
    made: int
    before: int
    shift: float

    @property
    def error(self) -> float:
        """By how much it is shifted, whichever way."""
        return abs(self.shift)


def place(start: float, length: float, out: int, available: int) -> Placement:
    """Cut whole pixels out of one side, though the box does not lie on them.

    A decoder that reduces by 2, 4 or 8 leaves a box between two pixels. To round it moves the
    result by up to half of one. libvips reduces about the middle of what it is given ("extra
    pixels" of its vips_reduceh): with some more pixels before or behind, the middle comes to lie
    nearly where it should. Where the scale is nearly a whole number, it is off by the same however
    many there are.

    Args:
        start, length: of the box, in pixels of the decoded picture.
        out: pixels of the result.
        available: pixels of the decoded picture.

    Returns:
        where to cut; outside the picture, by less than BEYOND pixels, if it leaves no room.
    """
    within = _best(start, length, out, available, 0)
    if within is not None and within.error <= NEAR:
        return within
    beyond = _best(start, length, out, available, BEYOND)
    found = [placed for placed in (within, beyond) if placed is not None]
    return min(found, key=lambda placed: placed.error, default=_rounded(start, length, available))


def _best(start: float, length: float, out: int, available: int, beyond: int) -> Placement | None:
    scale = length / out
    best: Placement | None = None
    for before, behind in _margins():
        begins, ends = start - before * scale, start + length + behind * scale
        if (before and begins < -beyond) or (behind and ends > available + beyond):
            continue
        for placed in _cuts(begins, ends, scale, out + before + behind):
            if placed.start < -beyond or placed.start + placed.length > available + beyond:
                continue
            if best is None or placed.error < best.error:
                best = placed._replace(before=before)
        if best is not None and best.error <= NEAR:
            return best
    return best


def _margins() -> Iterator[tuple[int, int]]:
    for more in range(2 * MARGIN + 1):
        for before in range(max(0, more - MARGIN), min(more, MARGIN) + 1):
            yield before, more - before


def _cuts(begins: float, ends: float, scale: float, made: int) -> Iterator[Placement]:
    middle, exact = (begins + ends) / 2, ends - begins
    for length in {floor(exact), ceil(exact)}:
        if length > 0 and floor(length / scale + 0.5) == made:  # as libvips rounds
            start = round(middle - length / 2)
            yield Placement(start, length, made, 0, (start + length / 2 - middle) / scale)


def _rounded(start: float, length: float, available: int) -> Placement:
    first = min(round(start), available - 1)
    last = min(max(round(start + length), first + 1), available)
    return Placement(first, last - first, 0, 0, 1.0)
