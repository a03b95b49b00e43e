"""Bounds on what a thumbnail may cost: its path before any byte is fetched, then its source."""

from collections.abc import Mapping
from typing import Any

from thumbor_renuo.delivery.allowed import check_allowed_filters, check_allowed_size
from thumbor_renuo.delivery.filter_calls import (
    Known,
    canonical_filters,
    images_in_filters,
    split_filters,
)
from thumbor_renuo.delivery.filter_values import MAX_DIGITS, MAX_SIDE
from thumbor_renuo.delivery.output_size import steps
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import InvalidOptions, OriginalTooLarge
from thumbor_renuo.image_rules import ImageRules

__all__ = ["Limits", "check_filters", "check_size", "images_in_filters", "split_filters"]


class Limits:
    """An app's limits.

    Args:
        rules: effective ones, with a value for each limit.
    """

    def __init__(self, rules: ImageRules) -> None:
        self._max_side = rules.max_side or 0
        self._max_pixels = rules.max_pixels or 0
        self._rules = rules

    def check_path(self, path: ThumbnailPath, filters: Known) -> None:
        """Check all that the path tells; what a preset brings is the operator's own choice.

        Args:
            filters: Thumbor's filter classes that are switched on, by name.

        Raises:
            InvalidOptions: names the parameter and the limit.
        """
        rules = self._rules
        if rules.presets_only and path.options != f"p:{path.preset}":
            raise InvalidOptions(
                "this app serves presets only: /t/p:<name>/u/<key>", limit="presets only"
            )
        check_size(path.parameters, self._max_side)
        self._check_pixels(path.parameters)
        _check_count(path.parameters["filters"], rules.max_filters or 0)
        check_allowed_size(path.own, rules.sizes or ())
        check_allowed_filters(split_filters(path.own["filters"]), rules.filters or (), filters)

    def check_source(
        self, path: ThumbnailPath, *, width: int, height: int, frames: int = 1
    ) -> None:
        """Check what only the source tells, before it is decoded.

        What `trim` leaves of it is not known then: a size with one free side may come out larger.

        Args:
            width, height: in pixels, as displayed.
            frames: how many of that size there are.

        Raises:
            OriginalTooLarge: names the limit on originals.
            InvalidOptions: names the limit on thumbnails: of all sizes that are made on the way.
        """
        self.check_original(width * height * frames, frames)
        is_picture = not path.parameters["meta"] or path.parameters["filters"]
        for made in steps(path.parameters, width, height) if is_picture else []:
            self._check_output(*made, frames)

    def _check_pixels(self, parameters: Mapping[str, Any]) -> None:
        sides = [parameters["width"] or "0", parameters["height"] or "0"]
        if "orig" in sides:
            return
        pixels = int(sides[0]) * int(sides[1])
        if pixels > self._max_pixels:
            raise InvalidOptions(
                f"width x height {sides[0]}x{sides[1]} is over the limit of {self._max_pixels} "
                "pixels",
                limit=self._max_pixels,
            )

    def check_original(self, pixels: int, frames: int) -> None:
        """Check an original's own size before it is decoded.

        Args:
            pixels: of all frames together.

        Raises:
            OriginalTooLarge: names the limit.
        """
        most = self._rules.source_max_frames or 0
        if frames > most:
            raise OriginalTooLarge(
                f"the original has {frames} frames, over the limit of {most}", limit=most
            )
        most = self._rules.source_max_pixels or 0
        if pixels > most:
            raise OriginalTooLarge(
                f"the original has {pixels} pixels in {frames} frame(s), over the limit of {most}",
                limit=most,
            )

    def _check_output(self, width: int, height: int, frames: int) -> None:
        size = f"the thumbnail would have {width}x{height} pixels"
        for name, side in (("width", width), ("height", height)):
            if side > self._max_side:
                raise InvalidOptions(
                    f"{size}: its {name} is over the limit of {self._max_side} (the original as it "
                    "is lies under /o/)",
                    limit=self._max_side,
                )
        if width * height > self._max_pixels:
            raise InvalidOptions(
                f"{size}, over the limit of {self._max_pixels}", limit=self._max_pixels
            )
        most = self._rules.source_max_pixels or 0
        if frames > 1 and width * height * frames > most:
            raise InvalidOptions(
                f"{size} in each of {frames} frames, over the limit of {most} together", limit=most
            )


def check_size(parameters: Mapping[str, Any], max_side: int) -> None:
    """Bound width and height, in pixels, and the numbers of crop and trim.

    Raises:
        InvalidOptions: names the parameter and the limit.
    """
    for name in ("width", "height"):
        value = parameters.get(name)
        if value and value != "orig" and _number(value) > max_side:
            raise InvalidOptions(
                f"{name} {value[:20]} is over the limit of {max_side} pixels", limit=max_side
            )
    for name in ("crop_left", "crop_top", "crop_right", "crop_bottom", "trim"):
        digits = (parameters.get(name) or "").rpartition(":")[2]
        if digits.isdecimal() and _number(digits) > MAX_SIDE:
            raise InvalidOptions(f"{name} is over the limit of {MAX_SIDE}", limit=MAX_SIDE)


def check_filters(text: str | None, known: Known, max_filters: int) -> None:
    """Bound the number of filters and refuse what Thumbor would silently leave out.

    Args:
        known: the filters that are switched on, by name.

    Raises:
        InvalidOptions: names the filter.
    """
    _check_count(text, max_filters)
    canonical_filters(text or "", known)


def _check_count(text: str | None, max_filters: int) -> None:
    count = len(split_filters(text))
    if count > max_filters:
        raise InvalidOptions(
            f"{count} filters are over the limit of {max_filters}", limit=max_filters
        )


def _number(digits: str) -> float:
    # Python refuses to read an int of over 4,300 digits; Thumbor would answer that with a 500.
    return int(digits) if len(digits) <= MAX_DIGITS else float("inf")
