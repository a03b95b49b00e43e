"""Bounds on what a thumbnail's options may ask for, checked before any byte is fetched."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from thumbor_renuo.errors import InvalidOptions

NUMBER = re.compile(r"\d+")
WHOLE_NUMBER = re.compile(r"(?<![\w.])\d+")
MAX_SIDE = 65535  # of any image, and the largest number that Pillow takes for one
MAX_DIGITS = 9


class FilterGrammar(Protocol):
    """What a Thumbor filter class tells of its arguments."""

    regex: "re.Pattern[str]"


def check_size(parameters: Mapping[str, Any], max_side: int) -> None:
    """Bound width and height, in pixels.

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
        digits = NUMBER.search(parameters.get(name) or "0")
        if digits and _number(digits[0]) > MAX_SIDE:
            raise InvalidOptions(f"{name} is over the limit of {MAX_SIDE}", limit=MAX_SIDE)


def split_filters(text: str | None) -> list[str]:
    """`a(1):b(2)` as ["a(1)", "b(2)"], split where Thumbor splits."""
    if not text:
        return []
    parts = text.split("):")
    return [part + ")" for part in parts[:-1]] + parts[-1:]


def check_filters(text: str | None, known: Mapping[str, FilterGrammar], max_filters: int) -> None:
    """Bound the number of filters and refuse what Thumbor would silently leave out.

    Args:
        known: the filters that are switched on, by name.

    Raises:
        InvalidOptions: names the filter.
    """
    filters = split_filters(text)
    if len(filters) > max_filters:
        raise InvalidOptions(
            f"{len(filters)} filters are over the limit of {max_filters}", limit=max_filters
        )
    for call in filters:
        name = call.partition("(")[0]
        if name not in known:
            raise InvalidOptions(f"there is no filter {name[:40]!r}")
        if not known[name].regex.fullmatch(call):
            raise InvalidOptions(f"the arguments of {call[:100]!r} are not what the filter takes")
        _check_arguments(name, call)


def _check_arguments(name: str, call: str) -> None:
    if name == "proportion" and float(call[len("proportion(") : -1]) > 1:
        raise InvalidOptions("the argument of 'proportion' is over the limit of 1", limit=1)
    if name != "watermark" and any(len(n) > MAX_DIGITS for n in WHOLE_NUMBER.findall(call)):
        raise InvalidOptions(
            f"an argument of {name!r} has more than {MAX_DIGITS} digits", limit=MAX_DIGITS
        )


def _number(digits: str) -> float:
    # Python refuses to read an int of over 4,300 digits; Thumbor would answer that with a 500.
    return int(digits) if len(digits) <= MAX_DIGITS else float("inf")
