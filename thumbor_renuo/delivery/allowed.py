"""The lists of what an app allows, THUMBNAIL_SIZES and THUMBNAIL_FILTERS: read and applied."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from thumbor_renuo.delivery.filter_calls import Known, arguments_of
from thumbor_renuo.delivery.filter_values import FORMATS
from thumbor_renuo.errors import InvalidOptions

STEPS = re.compile("([0-9]+)-([0-9]+)/([0-9]+)")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
LISTED = re.compile(r"([a-z_]+)(?:\((.*)\))?")
MAX_SHOWN = 200


def check_allowed_size(parameters: Mapping[str, Any], sizes: Sequence[str]) -> None:
    """Check that the size is one of the allowed; a side that is free may be.

    Args:
        parameters: width and height as digits, "orig" or None.
        sizes: as THUMBNAIL_SIZES has them; empty allows all.

    Raises:
        InvalidOptions: names the side and the list.
    """
    width, height = parameters["width"] or "0", parameters["height"] or "0"
    sides, pairs = _sizes(tuple(sizes))
    if not sizes or (width, height) in pairs:
        return
    allowed = _shown(sizes)
    for name, side in (("width", width), ("height", height)):
        if side == "orig" or (side != "0" and not any(int(side) in allow for allow in sides)):
            raise InvalidOptions(
                f"{name} {side} is none of the allowed sizes: {allowed}", limit=allowed
            )


def check_allowed_filters(calls: Sequence[str], rules: Sequence[str], known: Known) -> None:
    """Check that each filter, and each argument of it, is one of the allowed.

    An argument that was left out is Thumbor's default, and always allowed.

    Args:
        calls: checked and canonical, `quality(80)`.
        rules: as THUMBNAIL_FILTERS has them; empty allows all.
        known: Thumbor's filter classes, by name.

    Raises:
        InvalidOptions: names the filter, the argument and what is allowed.
    """
    if not rules:
        return
    allowed = _filters(tuple(rules))
    for call in calls:
        name = call.partition("(")[0]
        if name not in allowed:
            shown = _shown(rules)
            raise InvalidOptions(f"the filter {name!r} is not allowed: {shown}", limit=shown)
        arguments = arguments_of(call, known)
        if not any(_fits(rule, arguments) for rule in allowed[name]):
            shown = _shown([rule for rule in rules if rule.partition("(")[0] == name])
            raise InvalidOptions(f"{call[:100]!r} is not allowed: {shown}", limit=shown)


@lru_cache(maxsize=1000)
def _sizes(sizes: tuple[str, ...]) -> tuple[list[range], set[tuple[str, str]]]:
    sides, pairs = [], set()
    for size in sizes:
        if match := STEPS.fullmatch(size):
            first, last, step = map(int, match.groups())
            sides.append(range(first, last + 1, step))
        elif "x" in size:
            width, _, height = size.partition("x")
            pairs.add((width, height))
        else:
            sides.append(range(int(size), int(size) + 1))
    return sides, pairs


@lru_cache(maxsize=1000)
def _filters(rules: tuple[str, ...]) -> dict[str, list[list[str] | None]]:
    """For each name its rules: one for each argument, or None where any will do."""
    found: dict[str, list[list[str] | None]] = {}
    for rule in rules:
        match = LISTED.fullmatch(rule)
        if match:
            found.setdefault(match[1], []).append(match[2].split(",") if match[2] else None)
    return found


def _fits(rule: list[str] | None, arguments: Sequence[str]) -> bool:
    if rule is None:
        return True
    return len(arguments) <= len(rule) and all(map(_is_in, rule, arguments))


def _is_in(rule: str, argument: str) -> bool:
    if rule == "*":
        return True
    if ".." in rule:
        low, _, high = rule.partition("..")
        parts = re.split("[|;]", argument)
        return all(
            NUMBER.fullmatch(part) and float(low) <= float(part) <= float(high) for part in parts
        )
    words = rule.lower().split("|")
    return argument.strip("'").lower() in {FORMATS.get(word, word) for word in words}


def _shown(rules: Sequence[str]) -> str:
    text = " ".join(rules)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
