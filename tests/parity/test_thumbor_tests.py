"""Thumbor's own tests pass with our engine, but for a list with reasons."""

import pytest

from tests.parity.expected import groups, needless_entries, new_failures
from tests.parity.thumbor_tests import OURS, run

Outcomes = dict[str, str]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What became of each test."""
    return run(OURS)[0]


def test_nothing_fails_that_is_not_on_the_list(outcomes: Outcomes) -> None:
    """Thumbor's engine, filter, handler and transformer tests hold for our engine.

    `python -m tests.parity.thumbor_tests thumbor_renuo.engines.vips <test>` shows how one fails.
    """
    assert new_failures(outcomes) == []


def test_what_is_on_the_list_fails(outcomes: Outcomes) -> None:
    """An entry that passes is to be struck off."""
    assert needless_entries(outcomes) == []


def test_all_tests_run(outcomes: Outcomes) -> None:
    """As many as the release has: 380 tests, and 558 URLs of its integration test."""
    urls = sum(test.startswith("/") for test in outcomes)
    assert urls == 558
    assert len(outcomes) - urls > 380


def test_each_entry_has_its_reason() -> None:
    """The list says why."""
    assert all(len(group.reason) > 20 for group in groups())
