"""Thumbor's options as text, `fit-in/300x300/filters:quality(80)`: understood, written one way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from libthumbor.url import Url

from thumbor_renuo.delivery.filter_calls import Known, canonical_filters
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.s3.object_key import CONTROL

MAX_OPTIONS = 16_384
REMEMBERED, SHORT = 1000, 500  # so many options, of so many characters at most
# Python would take any script's digits for numbers.
GRAMMAR = re.compile(Url.regex(has_unsafe_or_hash=False), re.ASCII)
# Stands for the image while the options are matched: Thumbor's grammar would swallow what it does
# not know into the image's name, and take a key `smart/…` for an option.
IMAGE = "\N{FRAME WITH PICTURE}"
ORDER = "meta, trim, crop, fit-in, size, left/center/right, top/middle/bottom, smart, filters"
PARTS = (
    Url.meta,
    Url.trim,
    Url.crop,
    Url.fit_in,
    Url.dimensions,
    Url.halign,
    Url.valign,
    Url.smart,
)
PART = re.compile("|".join(PARTS), re.ASCII)
# What a part says that is not there.
DEFAULTS = {"crop": "0x0:0x0", "size": "0x0", "halign": "center", "valign": "middle"}
FILTERS = "filters"
ORIGINAL = "orig"


@dataclass(frozen=True)
class Options:
    """Checked options.

    Attributes:
        parts: the text of each part, by name, in Thumbor's order; `filters` without its name.
    """

    parts: Mapping[str, str]

    @classmethod
    def parse(cls, text: str, filters: Known) -> "Options":
        """Understand options.

        Args:
            text: percent-decoded, without slashes around; empty for none.
            filters: those that are switched on, by name; empty: filters are left as they are.

        Raises:
            InvalidOptions: names the part, filter or argument that is wrong.
        """
        if len(text) <= SHORT and not (filters and "filters:" in text):
            return _remembered(text)
        parts = _parts(_match(text), text)
        if FILTERS in parts and filters:
            parts[FILTERS] = canonical_filters(parts[FILTERS], filters)
        return cls(parts)

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        return _joined({n: part for n, part in self.parts.items() if DEFAULTS.get(n) != part})

    @property
    def with_defaults(self) -> str:
        """The text in which a part that only repeats Thumbor's default stands as well."""
        return _joined(self.parts)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The same as Thumbor's grammar names it; what is absent is None."""
        return _match(str(self))

    def followed_by(self, more: "Options") -> "Options":
        """These options with other ones behind, whose parts win; filters are done after ours."""
        parts = {**self.parts, **more.parts}
        if FILTERS in self.parts and FILTERS in more.parts:
            parts[FILTERS] = f"{self.parts[FILTERS]}:{more.parts[FILTERS]}"
        return Options({name: parts[name] for name in NAMES if name in parts})


@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str) -> Options:
    """Options without filters, or whose filters are left as they are: most of them come again."""
    return Options(_parts(_match(text), text))


def _match(options: str) -> dict[str, Any]:
    """Match the options alone with Thumbor's grammar."""
    if len(options) > MAX_OPTIONS:
        raise InvalidOptions(
            f"the options are over the limit of {MAX_OPTIONS} characters", limit=MAX_OPTIONS
        )
    if CONTROL.search(options):
        raise InvalidOptions("the options have a control character")
    match = GRAMMAR.fullmatch(f"{options}/{IMAGE}" if options else IMAGE)
    named = match.groupdict() if match else {}
    # Thumbor would take a slash in front: a second name for the same picture.
    if options.startswith("/") or named.get("image") != IMAGE:
        raise _blame((named.get("image") or f"{options}/{IMAGE}").removesuffix(f"{IMAGE}"))
    if named["debug"]:
        raise InvalidOptions("the option 'debug' is not available")
    return named


def _blame(rest: str) -> InvalidOptions:
    """What is wrong with options that are understood up to `rest`, which ends in a slash."""
    first = rest.partition("/")[0]
    if not first:
        return InvalidOptions("the options have an empty part")
    if first.startswith("p:"):
        return InvalidOptions(f"the preset {first[:50]!r} does not stand at the beginning")
    if PART.fullmatch(f"{first}/") or (rest.startswith("filters:") and ")/" in rest):
        return InvalidOptions(
            f"the option {first[:50]!r} is repeated or misplaced: the order is {ORDER}"
        )
    return InvalidOptions(f"the options are not understood from {rest[:-1][:100]!r} on")


def _parts(named: Mapping[str, str | None], options: str) -> dict[str, str]:
    values = {name: value or "" for name, value in named.items()}
    texts = {
        "meta": values["meta"],
        "trim": _trim(values["trim"]),
        "crop": _crop(values),
        "fit_in": values["adaptive"] + values["full"] + values["fit_in"],
        "size": _size(values, options),
        "halign": values["halign"],
        "valign": values["valign"],
        "smart": values["smart"],
        FILTERS: values[FILTERS],
    }
    return {name: text for name, text in texts.items() if text}


NAMES = ("meta", "trim", "crop", "fit_in", "size", "halign", "valign", "smart", FILTERS)


def _trim(text: str) -> str:
    """Without the corner and the tolerance that Thumbor takes anyway."""
    if not text:
        return ""
    corner, _, tolerance = text.removeprefix("trim").removeprefix(":").partition(":")
    if corner.isdecimal():
        raise InvalidOptions(
            f"{text[:50]!r} has no corner before its tolerance, as in 'trim:top-left:50'"
        )
    plain = _plain(tolerance)
    if plain != "0":
        return f"trim:{corner}:{plain}"
    return "trim" if corner in {"", "top-left"} else f"trim:{corner}"


def _crop(values: Mapping[str, str]) -> str:
    if not values["crop_left"]:
        return ""
    left, top, right, bottom = (
        _plain(values[f"crop_{side}"]) for side in ("left", "top", "right", "bottom")
    )
    return f"{left}x{top}:{right}x{bottom}"


def _size(values: Mapping[str, str], options: str) -> str:
    sides = [_plain(values["width"]), _plain(values["height"])]
    if set(sides) == {ORIGINAL, "0"}:  # Thumbor fails on a side that follows from `orig`
        sides = [ORIGINAL, ORIGINAL]
    text = f"{values['horizontal_flip']}{sides[0]}x{values['vertical_flip']}{sides[1]}"
    is_given = text != "0x0" or values["width"] or values["height"]
    # The grammar's groups do not tell an `x` alone, without numbers, from no size at all.
    return text if is_given or "x" in options.partition("filters:")[0].split("/") else ""


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _joined(parts: Mapping[str, str]) -> str:
    return "/".join(f"filters:{part}" if n == FILTERS else part for n, part in parts.items())
