"""The list of expected failures is compared as it says."""

import pytest

from tests.parity import expected
from tests.parity.expected import Group, needless_entries, new_failures

LIST = [Group("why", ["a::x[1]", "/smart/*.jpg"]), Group("why", ["b"], needs="no-such-program")]


@pytest.fixture(autouse=True)
def own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected, "groups", lambda: LIST)


def test_what_is_not_on_the_list_is_new() -> None:
    """Names may have parameters, and `*` stands for anything."""
    outcomes = {"a::x[1]": "failed", "a::x[2]": "failed", "/smart/b.jpg": "failed", "c": "passed"}
    assert new_failures(outcomes) == ["a::x[2]"]


def test_what_passes_is_needless() -> None:
    """An entry is needless where one of its tests passes, and where it names none."""
    outcomes = {"a::x[1]": "passed", "/smart/a.jpg": "failed", "b": "failed"}
    assert needless_entries(outcomes) == ["a::x[1]"]
    assert needless_entries({"a::x[1]": "failed", "b": "failed"}) == ["/smart/*.jpg"]


def test_what_is_there_unsettles_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the program that a group lacks, its tests may pass."""
    monkeypatch.setattr(expected, "is_there", lambda _name: True)
    outcomes = {"a::x[1]": "failed", "/smart/a.jpg": "failed", "b": "passed"}
    assert needless_entries(outcomes) == []
