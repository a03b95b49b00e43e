"""How much work the filters of one thumbnail may be: known before each of them runs."""

from collections.abc import Sequence
from typing import Any

from thumbor_renuo.errors import InvalidOptions

# What one step costs is some 2.5 ns. All were measured.
POINT_STEPS = 10  # of a filter that looks at each pixel alone
MAX_BLUR_RADIUS = 150  # Thumbor takes larger ones for this
FREE = frozenset({
    "quality", "format", "max_bytes", "max_age", "strip_exif", "strip_icc", "no_upscale", "upscale",
    "focal", "extract_focal", "stretch", "autojpg", "background_color",
})  # fmt: skip
STEPS = {"fill": 20, "sharpen": 50, "round_corner": 15}


class FilterSteps:
    """Counts the steps of one thumbnail's filters.

    Args:
        limit: the most of them.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._taken = limit, 0

    def take(self, name: str, steps: int) -> None:
        """Count what is about to be done.

        Raises:
            InvalidOptions: with it, it would be over the limit.
        """
        self._taken += steps
        if self._taken > self._limit:
            raise InvalidOptions(
                f"the filter {name!r} is too much work for an image of this size: with those before"
                f" it {self._taken:,} steps, over the limit of {self._limit:,}",
                limit=self._limit,
            )


def steps_of(name: str, arguments: Sequence[Any], pixels: int) -> int:
    """The steps of one filter: pixels, times those that are looked at for each.

    Args:
        arguments: as Thumbor has parsed them.
        pixels: of the image that it is applied to, all frames together.
    """
    if name in FREE:
        return 0
    if name == "blur":
        return pixels * _blurring(min(int(arguments[0]), MAX_BLUR_RADIUS))
    if name == "convolution":
        return pixels * max(len(str(arguments[0]).split(";")), POINT_STEPS)
    return pixels * STEPS.get(name, POINT_STEPS)


def _blurring(radius: int) -> int:
    return POINT_STEPS + radius // 4  # libvips looks at many pixels at once
