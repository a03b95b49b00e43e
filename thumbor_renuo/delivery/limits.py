"""Bounds on what a thumbnail's options may ask for, checked before any byte is fetched."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from thumbor_renuo.errors import InvalidOptions

NUMBER = re.compile(r"\d+")
WHOLE_NUMBER = re.compile(r"(?<![\w.])\d+")
MAX_SIDE = 65535  # of any image, and the largest number that Pillow takes for one
MAX_DIGITS = 9
MAX_CALL = 1024
QUOTES = 2
BLANKS = re.compile(r"\s{2}")
DECIMAL = re.compile(r"\d+(?:\.\d*)?|\.\d+")
# Arguments that multiply a picture's size, by their places.
GREATEST = {
    "proportion": {0: 1},
    "watermark": {4: 100, 5: 100},
    "quality": {0: 100},
    "max_age": {0: 31_536_000},
}
# What Thumbor would leave out without a word.
WORDS = {
    "format": re.compile("(?i:jpe?g|png|webp|avif|gif)"),
    "focal": re.compile(r"\d+x\d+:\d+x\d+"),
}
WITH_IMAGE = {"watermark", "frame"}


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
        _check_shape(name, call)
        match = known[name].regex.fullmatch(call)
        if match is None:
            raise InvalidOptions(f"the arguments of {call[:100]!r} are not what the filter takes")
        _check_arguments(name, match.groups())


def images_in_filters(text: str | None) -> list[str]:
    """What the filters of checked options name as further images, percent-encoded."""
    calls = [call.partition("(") for call in split_filters(text)]
    return [
        arguments.removesuffix(")").partition(",")[0].strip().strip("'")
        for name, _, arguments in calls
        if name in WITH_IMAGE
    ]


def _check_shape(name: str, call: str) -> None:
    # Thumbor's grammar goes back over blanks and quotes again and again: 3,000 blanks would
    # take it 20 seconds.
    if len(call) > MAX_CALL:
        raise InvalidOptions(
            f"the filter {name[:40]!r} is over the limit of {MAX_CALL} characters", limit=MAX_CALL
        )
    if BLANKS.search(call) or call.count("'") > QUOTES:
        raise InvalidOptions(
            f"the filter {name!r} has several blanks in a row or more than {QUOTES} quotes"
        )


def _check_arguments(name: str, arguments: tuple[str | None, ...]) -> None:
    given = [argument or "" for argument in arguments]
    # The first argument of these names an image, and its digits are part of the name.
    numbers = given[1:] if name in WITH_IMAGE else given
    if any(len(digits) > MAX_DIGITS for text in numbers for digits in WHOLE_NUMBER.findall(text)):
        raise InvalidOptions(
            f"an argument of {name!r} has more than {MAX_DIGITS} digits", limit=MAX_DIGITS
        )
    if name in WORDS and not WORDS[name].fullmatch(given[0].strip("'")):
        raise InvalidOptions(f"{given[0][:40]!r} is nothing that the filter {name!r} knows")
    for place, limit in GREATEST.get(name, {}).items():
        digits = DECIMAL.search(given[place]) if place < len(given) else None
        if digits and float(digits[0]) > limit:
            raise InvalidOptions(
                f"argument {place + 1} of {name!r} is over the limit of {limit}", limit=limit
            )


def _number(digits: str) -> float:
    # Python refuses to read an int of over 4,300 digits; Thumbor would answer that with a 500.
    return int(digits) if len(digits) <= MAX_DIGITS else float("inf")
