"""Encoders of extras."""

import sys

import pytest

from thumbor_renuo.imaging.encoders.optional import optional


def test_what_is_there_is_loaded() -> None:
    """As by an import."""
    assert optional("sys") is sys


def test_what_is_missing_or_broken_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start does not fail for it."""
    assert optional("no_such_module_anywhere") is None
    monkeypatch.setitem(sys.modules, "pyjpegli", None)
    assert optional("pyjpegli") is None
