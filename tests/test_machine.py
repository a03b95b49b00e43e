"""thumbor_renuo.machine: what of the machine this process may use."""

import os
from pathlib import Path

import pytest

from thumbor_renuo.machine import cores, memory_bytes


@pytest.mark.parametrize(("quota", "most"), [
    ("100000 100000", 1), ("50000 100000", 1), ("1000 100000", 1), ("150000 100000", 2),
])  # fmt: skip
def test_a_container_has_the_cores_of_its_quota(tmp_path: Path, quota: str, most: int) -> None:
    """Part of a core counts as one; never more than there are."""
    (tmp_path / "cpu.max").write_text(quota + "\n")
    assert cores(tmp_path) == min(most, len(os.sched_getaffinity(0)))


@pytest.mark.parametrize("quota", ["max 100000", "", "what is this", "100000 0"])
def test_without_a_quota_it_has_them_all(tmp_path: Path, quota: str) -> None:
    """What cannot be understood counts as none."""
    (tmp_path / "cpu.max").write_text(quota)
    assert cores(tmp_path) == cores(tmp_path / "nowhere") == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
def test_a_container_has_its_own_memory(tmp_path: Path, name: str) -> None:
    """Both kinds of control groups; a limit over the machine's counts as none."""
    machine = memory_bytes(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    for text, expected in (("1048576\n", 1048576), ("max\n", machine), (f"{2**63}", machine)):
        (tmp_path / name).write_text(text)
        assert memory_bytes(tmp_path) == expected
