"""Our filters in Thumbor's place: called as there, and registered under the same names."""

from importlib import import_module

import pytest

from tests.filters.applying import CLASSES
from thumbor_renuo.config import NEW_FILTERS, OWN_FILTERS


@pytest.mark.parametrize("theirs", list(OWN_FILTERS))
def test_the_grammar_is_thumbors(theirs: str) -> None:
    """No URL is valid in one place only, and each argument is read as there."""
    name = theirs.rpartition(".")[2]
    original, ours = import_module(theirs).Filter, CLASSES[name]
    assert original.pre_compile() == ours.pre_compile() == name
    assert ours.regex_str == original.regex_str
    first, second = original.runnable_method.filter_data, ours.runnable_method.filter_data
    assert first["params"] == second["params"]
    # Thumbor writes False for a share that is "none".
    defaults = [[value or "none" for value in kind["defaults"] or []] for kind in (first, second)]
    assert defaults[0] == defaults[1]


@pytest.mark.parametrize("new", NEW_FILTERS)
def test_new_filters_hide_none_of_thumbors(new: str) -> None:
    """Each new name is another than those that Thumbor has."""
    name = new.rpartition(".")[2]
    assert CLASSES[name].runnable_method.filter_data["name"] == name
    assert f"thumbor.filters.{name}" not in OWN_FILTERS
