"""What of the machine this process may use: cores, and bytes of memory."""

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
UNKNOWN_BYTES = 2 * 1024**3


def cores(cgroups: Path = CGROUPS) -> int:
    """The cores that may be used: those that the process is let on, within a container's quota."""
    known = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        known = len(os.sched_getaffinity(0))
    # "max 100000", or microseconds that may be used in so many (cgroups(7), cpu.max).
    for words in _numbers(cgroups / "cpu.max"):
        if len(words) == 2 and all(map(str.isdecimal, words)) and int(words[1]):  # noqa: PLR2004
            known = min(known, -(-int(words[0]) // int(words[1])))
    return max(known, 1)


def memory_bytes(cgroups: Path = CGROUPS) -> int:
    """The memory of the machine, or of the container where that has less."""
    found = [_installed()]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # of version 2, and 1
        found += [int(words[0]) for words in _numbers(cgroups / name) if words[0].isdecimal()]
    return min(found)


def _installed() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return UNKNOWN_BYTES


def _numbers(file: Path) -> Iterator[list[str]]:
    try:
        words = file.read_text().split()
    except OSError:  # not in such a group
        return
    if words:
        yield words
