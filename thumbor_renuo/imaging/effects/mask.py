"""Masks for libvips' fast convolution, which computes with whole numbers of 7 bits."""

from collections.abc import Sequence
from typing import Any

import pyvips

MOST = 64
"""The largest weight that libvips keeps as it is, in all its versions."""


def averaging_mask(rows: Sequence[Sequence[float]]) -> Any:
    """A mask whose weights add up to 1 exactly, so that what is white stays white.

    Args:
        rows: weights of 0 and more, some of them above; only their proportions matter.
    """
    flat = [weight for row in rows for weight in row]
    total, most = sum(flat), max(flat)
    scale = 1
    while scale * 2 * most <= MOST * total:
        scale *= 2
    whole = _apportioned([scale * weight / total for weight in flat], scale)
    columns = len(rows[0])
    lines = [whole[at : at + columns] for at in range(0, len(whole), columns)]
    return pyvips.Image.new_from_array(lines, scale)


def _apportioned(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers near to these, with this sum: by the largest remainders."""
    whole = [int(share) for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda place: whole[place] - shares[place])
    for place in by_rest[: total - sum(whole)]:
        whole[place] += 1
    return whole
