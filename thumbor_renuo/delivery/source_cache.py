"""Originals that were read lately: several sizes asked for together read theirs once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from thumbor_renuo.delivery.memory_cache import MemoryCache

T = TypeVar("T")


class SourceCache(Generic[T]):
    """Reads each original once at a time, and keeps it for some seconds.

    Args:
        max_bytes: the most bytes that are kept; 0 keeps nothing.
        seconds: how long one is kept, used or not.
        size_of: the bytes of what was read; None where it is not to be kept.
    """

    def __init__(
        self, max_bytes: int, seconds: float, *, size_of: Callable[[T], int | None]
    ) -> None:
        self._cache = MemoryCache[T](max_bytes, seconds)
        self._readings: dict[str, _Reading[T]] = {}
        self._size_of = size_of
        self._purges = 0

    async def read(
        self,
        key: str,
        fetch: Callable[[], Awaitable[T]],
        *,
        bound: int,
        is_wanted: Callable[[T], bool],
    ) -> T:
        """An original: what is kept, what is being read, or what `fetch` reads.

        Args:
            bound: the most bytes that `fetch` takes: under another one it is read again.
            is_wanted: whether it is the state that the caller has to do with.

        Raises:
            Exception: what `fetch` raises.
        """
        name = f"{bound} {key}"
        found = self._cache.get(name)
        # Whoever is first reads it, and tells the others; if it gives up, the next one reads.
        while found is None and (reading := self._readings.get(name)) is not None:
            await reading.ended.wait()
            if reading.error is not None:
                raise reading.error
            found = reading.found
        if found is None:
            found = await self._read(key, name, fetch)
        return found if is_wanted(found) else await fetch()

    async def _read(self, key: str, name: str, fetch: Callable[[], Awaitable[T]]) -> T:
        purges = self._purges
        reading: _Reading[T] = _Reading()
        self._readings[name] = reading
        try:
            found = reading.found = await fetch()
        except Exception as error:
            reading.error = error
            raise
        finally:
            del self._readings[name]
            reading.ended.set()
        size = self._size_of(found)
        # What is forgotten while it is read must not be remembered.
        if size is not None and purges == self._purges:
            self._cache.put(name, found, size, group=key)
        return found

    def forget(self, key: str) -> None:
        """Drop an original."""
        self._purges += 1
        self._cache.forget(key)


class _Reading(Generic[T]):
    """One that is being read; where that is given up, neither of the two is known at its end."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.found: T | None = None
        self.error: Exception | None = None
