"""The size of an SVG by its outermost element (SVG 2, 7.2 and 8.2; CSS Values 3, 5 and 6)."""

import math
import re
from collections.abc import Mapping

from thumbor_renuo.errors import UnreadableImage

MAX_NATURAL_SIDE = 4096
"""What is larger is drawn in this size where none is asked for: units of an SVG are no pixels."""
LENGTH = re.compile(
    r"\s*\+?(\d{0,9}\.?\d{0,9}(?:e[+-]?\d{1,2})?)\s*([a-z]{0,4}|%)\s*", re.IGNORECASE
)
EM = 16.0
PIXELS = {"": 1.0, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6,
          "pt": 96 / 72, "pc": 16.0, "em": EM, "rem": EM, "ex": EM / 2, "ch": EM / 2}  # fmt: skip
BOX_NUMBERS = 4


def natural_size(root: Mapping[str, str]) -> tuple[int, int]:
    """Width and height in CSS pixels, one at least and MAX_NATURAL_SIDE at most.

    Args:
        root: attributes of the outermost element.

    Raises:
        UnreadableImage: it tells neither both sides nor a viewBox.
    """
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    box = _box(root.get("viewBox", ""))
    if box is not None:
        if width is None:
            width = box[0] if height is None else height * box[0] / box[1]
        if height is None:
            height = width * box[1] / box[0]
    if width is None or height is None or not math.isfinite(width) or not math.isfinite(height):
        raise UnreadableImage("the SVG tells no size: it needs width and height, or a viewBox")
    scale = min(1.0, MAX_NATURAL_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _length(text: str) -> float | None:
    match = LENGTH.fullmatch(text[:64])
    if match is None:
        return None
    number, unit = match.groups()
    try:
        pixels = float(number) * PIXELS[unit.lower()]
    except (ValueError, KeyError):  # no number, or a share of what is around it
        return None
    return pixels if pixels > 0 else None


def _box(text: str) -> tuple[float, float] | None:
    numbers = text[:256].replace(",", " ").split()
    if len(numbers) != BOX_NUMBERS:
        return None
    try:
        width, height = float(numbers[2]), float(numbers[3])
    except ValueError:
        return None
    return (width, height) if 0 < width < math.inf and 0 < height < math.inf else None
