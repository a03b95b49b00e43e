"""Filters as text, `quality(80):blur(2)`: checked by Thumbor's own grammar and written one way."""

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Protocol

from thumbor_renuo.delivery.filter_values import CHECKS, MAX_DECIMALS, MAX_DIGITS, writer
from thumbor_renuo.errors import InvalidOptions

MAX_CALLS = 100
MAX_CALL = 1024
QUOTES = 2
BLANKS = re.compile(r"\s{2}")
LONG_NUMBER = re.compile(rf"\d{{{MAX_DECIMALS + 2},}}")
WITH_IMAGE = {"watermark", "frame"}
# It takes another image's name out of the key, which nobody would have checked.
UNAVAILABLE = {"extract_focal"}
CALL = re.compile(r"([^(]*)\((.*)\)", re.DOTALL)


class FilterGrammar(Protocol):
    """What a Thumbor filter class tells of its arguments.

    Attributes:
        regex: of a whole call, with a group for each argument.
        runnable_method: its `filter_data` has "params", the kinds, and "defaults".
    """

    regex: "re.Pattern[str]"
    runnable_method: Any


Known = Mapping[str, FilterGrammar]


def split_filters(text: str | None) -> list[str]:
    """`a(1):b(2)` as ["a(1)", "b(2)"], split where Thumbor splits."""
    if not text:
        return []
    parts = text.split("):")
    return [part + ")" for part in parts[:-1]] + parts[-1:]


def canonical_filters(text: str, known: Known) -> str:
    """The same filters, written in the one way: order and repetition count and are kept.

    Args:
        known: the filters that are switched on, by name.

    Raises:
        InvalidOptions: names the filter, and the argument where it is one.
    """
    calls = split_filters(text)
    if len(calls) > MAX_CALLS:
        raise InvalidOptions(
            f"{len(calls)} filters are over the limit of {MAX_CALLS}", limit=MAX_CALLS
        )
    return ":".join(_canonical(call, known) for call in calls)


def arguments_of(call: str, known: Known) -> list[str]:
    """The arguments of a call, without blanks around and without what was left out.

    Raises:
        InvalidOptions: it is no call of a filter that is switched on.
    """
    return [text.strip() for text in _groups(call, known) if text]


def images_in_filters(text: str | None) -> list[str]:
    """What the filters of checked options name as further images, percent-encoded."""
    found = [match for call in split_filters(text) if (match := CALL.fullmatch(call))]
    return [_first_argument(match[2]) for match in found if match[1] in WITH_IMAGE]


def _first_argument(arguments: str) -> str:
    """As Thumbor reads it: commas within quotes belong to the name."""
    if arguments.startswith("'") and "'" in arguments[2:]:
        return arguments[1:].partition("'")[0]
    return arguments.partition(",")[0].strip()


def _canonical(call: str, known: Known) -> str:
    groups = _groups(call, known)
    name = call.partition("(")[0]
    facts = known[name].runnable_method.filter_data
    written = [
        writer(name, place, param)(f"argument {place + 1} of {name!r}", text.strip())
        for place, (param, text) in enumerate(zip(facts["params"], groups, strict=True))
        if text
    ]
    if check := CHECKS.get(name):
        check(written)
    return f"{name}({','.join(_without_defaults(written, facts))})"


def _groups(call: str, known: Known) -> tuple[str | None, ...]:
    """The arguments by Thumbor's own grammar."""
    name = call.partition("(")[0]
    if name not in known or name in UNAVAILABLE:
        raise InvalidOptions(f"there is no filter {name[:40]!r}")
    _check_shape(name, call)
    # Thumbor takes the shortest match and leaves out what is behind it.
    match = known[name].regex.match(call)
    if match is None or match.end() != len(call):
        raise InvalidOptions(f"the arguments of {call[:100]!r} are not what the filter takes")
    return match.groups()


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
    # The same of digits: two numbers of 500 take it 6 seconds. A name may have them.
    if name not in WITH_IMAGE and LONG_NUMBER.search(call):
        raise InvalidOptions(
            f"an argument of {name!r} has more than {MAX_DIGITS} digits", limit=MAX_DIGITS
        )


def _without_defaults(written: list[str], facts: Mapping[str, Any]) -> list[str]:
    """Arguments at the end that Thumbor would put there itself are dropped."""
    kept = list(written)
    defaults = facts["defaults"] or []
    meant = list(zip_longest(facts["params"], defaults))[: len(kept)]
    for param, default in reversed(meant):
        if default is None or not _is_default(param, kept[-1], default):
            break
        kept.pop()
    return kept


def _is_default(param: Any, text: str, default: Any) -> bool:
    if isinstance(param, Mapping):
        return bool(param["parse"](text) == default)
    return text == default or (text == "none" and default is False)
