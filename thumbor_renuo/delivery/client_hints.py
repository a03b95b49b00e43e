"""Client hints: a thumbnail's size by the density of the screen, or by the room it has."""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import isqrt

ACCEPT_CH = "Sec-CH-DPR, Sec-CH-Width, DPR, Width"
VARY = ACCEPT_CH
MAX_DENSITY = 4
DENSITY = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,20})?")
WIDTH = re.compile(r"[1-9][0-9]{0,4}")
SIZE = re.compile(r"(-?)([1-9][0-9]{0,4}|0?)x(-?)([1-9][0-9]{0,4}|0?)")
STEP = 1000  # the precision of the factor that fits a size into the allowed pixels


def hinted(options: str, headers: Mapping[str, str], *, max_side: int, max_pixels: int) -> str:
    """Options with the size that the client's hints ask for.

    `Width` (in pixels of the screen) replaces the width, and the height follows. Without it, or
    where the options leave the width open, `DPR` (from 1 to 4) multiplies both. The `Sec-CH-`
    names outrank the old ones. Options without a size, with `orig`, or past the bounds stay as
    they are, and so do crops and filters, whatever they measure in pixels. A malformed hint
    counts as not there.

    Args:
        options: canonical Thumbor options, presets replaced.
        headers: the request's; the names as they stand in VARY.
        max_side: the most pixels of a side, max_pixels of both multiplied: hints are heeded up
            to there.
    """
    parts = options.split("/")
    for place, part in enumerate(parts):
        if part.startswith("filters:"):
            break
        if match := SIZE.fullmatch(part):
            minus, width, other_minus, height = match.groups()
            size = hinted_size(
                (int(width or 0), int(height or 0)),
                headers,
                max_side=max_side,
                max_pixels=max_pixels,
            )
            parts[place] = f"{minus}{size[0]}x{other_minus}{size[1]}"
            break
    return "/".join(parts)


def hinted_size(
    size: tuple[int, int], headers: Mapping[str, str], *, max_side: int, max_pixels: int
) -> tuple[int, int]:
    """Width and height by the client's hints, in pixels; 0 is one that the options leave open."""
    width, height = size
    bound = _largest_factor(width, height, max_side, max_pixels)
    if bound < 1:  # for the limits to refuse
        return size
    factor = min(_factor(width, headers), bound)
    return _scaled(width, factor), _scaled(height, factor)


def _factor(width: int, headers: Mapping[str, str]) -> Fraction:
    wanted = headers.get("Sec-CH-Width", headers.get("Width", "")).strip(" \t")
    if width and WIDTH.fullmatch(wanted):
        return Fraction(int(wanted), width)
    density = headers.get("Sec-CH-DPR", headers.get("DPR", "")).strip(" \t")
    if not DENSITY.fullmatch(density):
        return Fraction(1)
    # Two digits: zoomed pages send 1.100000023841858.
    return min(
        max(Fraction(round(Fraction(density) * 100), 100), Fraction(1)), Fraction(MAX_DENSITY)
    )


def _largest_factor(width: int, height: int, max_side: int, max_pixels: int) -> Fraction:
    by_side = Fraction(max_side, max(width, height, 1))
    by_pixels = Fraction(isqrt(max_pixels * STEP**2 // max(width * height, 1)), STEP)
    return min(by_side, by_pixels)


def _scaled(side: int, factor: Fraction) -> int:
    # Rounded down, so that the product stays within max_pixels.
    return max(1, int(side * factor)) if side else 0
