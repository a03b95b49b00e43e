"""The command begins anew once, with large pages, and only where it serves."""

import os
import sys

import pytest

from thumbor_renuo import cli, start


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What was begun anew instead of being run."""
    found: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda *what: found.append(what))
    monkeypatch.setattr(cli, "main", lambda: 7)
    monkeypatch.setenv(start.TUNABLES, "")
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="there are no tunables")
@pytest.mark.parametrize("before", ["", "glibc.malloc.arena_max=2"])
def test_a_server_gets_large_pages(
    before: str, executed: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs the same command again, with the tunable beside those that were set."""
    monkeypatch.setenv(start.TUNABLES, before)
    monkeypatch.setattr(sys, "argv", ["thumbor-renuo", "serve"])
    start.main()
    assert executed == [(sys.executable, sys.orig_argv)]
    assert "glibc.malloc.hugetlb=1" in os.environ[start.TUNABLES].split(":")
    assert os.environ[start.TUNABLES].startswith(before)


@pytest.mark.parametrize("tunables", ["glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=1"])
def test_it_begins_anew_once_only(
    tunables: str, executed: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a second time nor against what was set."""
    monkeypatch.setenv(start.TUNABLES, tunables)
    monkeypatch.setattr(sys, "argv", ["thumbor-renuo", "serve"])
    assert start.main() == 7
    assert not executed


def test_other_commands_run_at_once(
    executed: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What serves nothing needs none."""
    monkeypatch.setattr(sys, "argv", ["thumbor-renuo", "options"])
    assert start.main() == 7
    assert not executed
