"""Encoders that come with an extra."""

from importlib import import_module
from typing import Any


def optional(name: str) -> Any:
    """A module, or None where it is not installed or does not load."""
    try:
        return import_module(name)
    except ImportError:
        return None
