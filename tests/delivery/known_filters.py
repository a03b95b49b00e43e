"""Thumbor's filters as a production set-up switches them on."""

import re
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from thumbor.filters import FiltersFactory

from thumbor_renuo.config import SAFE_FILTERS

FACTORY = FiltersFactory([import_module(name).Filter for name in SAFE_FILTERS])
KNOWN: dict[str, Any] = FACTORY.filter_classes_map


def instances(text: str, context: Any = None) -> list[Any]:
    """What Thumbor itself makes of filters; it leaves out what it does not understand."""
    phases = FACTORY.create_instances(context, text).filter_instances
    return [made for filters in phases.values() for made in filters]


def meaning(text: str) -> list[tuple[str, list[Any]]]:
    """What Thumbor's filters get, in any spelling: defaults filled in, equal values made equal."""
    found = []
    for made in instances(text):
        facts = made.runnable_method.filter_data
        given = [*made.params, *(facts["defaults"] or [])[len(made.params) :]]
        found.append((facts["name"], [_value(facts["name"], n, v) for n, v in enumerate(given)]))
    return found


def _value(name: str, place: int, value: Any) -> Any:
    """The value as the filter's own code then reads it."""
    same = {
        "format": lambda text: text.lower().replace("jpg", "jpeg"),
        "rotate": lambda degrees: degrees % 360,
        "background_color": str.lower,
        "convolution": lambda text: tuple(map(float, text.split(";"))),
        "focal": lambda text: [list(map(int, p.split("x"))) for p in text.split(":")],
        "round_corner": lambda text: (int(text.split("|")[0]), int(text.split("|")[-1])),
        "fill": str.lower,
        "text": unquote,
    }
    if name in same and place == 0:
        return same[name](value)
    if name == "curve":
        return [tuple(map(int, point)) for point in re.findall(r"\((\d+),(\d+)\)", value)]
    if (name, place) in {("colorize", 3), ("text", 4)}:
        return value.lower()
    if name == "watermark" and place in {1, 2}:
        digits = value.strip("-p")
        return (value[0] == "-", value[-1] == "p", int(digits)) if digits.isdecimal() else value
    if name == "watermark" and place > 3:
        return float(value) if value and value != "none" else 0
    return value
