"""Recent results in memory, bounded by their bytes."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

ENTRY_BYTES = 500  # about what Python's own objects take, so that many small ones are bounded, too
LARGEST_PART = 4  # an entry takes a quarter of the room at most: one must not drive out all others


class MemoryCache(Generic[T]):
    """Keeps what was used last, each entry for its time only.

    Args:
        max_bytes: the most bytes of values and names; 0 keeps nothing.
        seconds: how long an entry is kept, used or not; 0 keeps nothing.
        clock: seconds that never go back.
    """

    def __init__(
        self, max_bytes: int, seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes, self._seconds, self._clock = max_bytes, seconds, clock
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()  # the longest unused one first
        self._groups: dict[str, set[str]] = {}
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """How much is kept, never more than `max_bytes`."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, name: str) -> T | None:
        """What is kept under the name; None if nothing is, or no longer."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        if self._clock() >= entry.ends:
            self._drop(name)
            return None
        self._entries.move_to_end(name)
        return entry.value

    def put(self, name: str, value: T, size: int, *, group: str = "", age: float = 0.0) -> None:
        """Keep a value in place of what was there, unless it is too large.

        Args:
            size: the value's bytes.
            group: a word by which it can be forgotten together with others.
            age: the seconds since which it may be out of date, which count as kept already.
        """
        self._drop(name)
        seconds = self._seconds - age
        size += len(name) + len(group) + ENTRY_BYTES
        if seconds <= 0 or size > self._max_bytes // LARGEST_PART:
            return
        while self._bytes + size > self._max_bytes:
            self._drop(next(iter(self._entries)))
        self._entries[name] = _Entry(value, size, group, self._clock() + seconds)
        self._bytes += size
        if group:
            self._groups.setdefault(group, set()).add(name)

    def forget(self, group: str) -> None:
        """Drop all that was kept with this group."""
        for name in list(self._groups.get(group, ())):
            self._drop(name)

    def _drop(self, name: str) -> None:
        entry = self._entries.pop(name, None)
        if entry is None:
            return
        self._bytes -= entry.size
        members = self._groups.get(entry.group)
        if members is not None:
            members.discard(name)
            if not members:
                del self._groups[entry.group]


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    size: int
    group: str
    ends: float
