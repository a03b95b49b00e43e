"""Parts of a stored file: read in bounded windows, and written over without moving a byte."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from thumbor_renuo.errors import StorageError, UnreadableImage

Read = Callable[[int, int], Awaitable[bytes]]
"""Reads so many bytes from a place on."""

# What one file may cost. Photographs take one to five reads and a few hundred steps.
MAX_READS, MAX_BYTES, MAX_STEPS = 200, 32 * 1024**2, 50_000
MAX_WRITTEN = 8 * 1024**2  # it is held for as long as a client takes to receive the file
FIRST_WINDOW, JUMP_WINDOW, MAX_WINDOW = 64 * 1024, 16 * 1024, 256 * 1024
KEPT_WINDOWS = 4
STEPS_BETWEEN_RESTS = 2000


class Unwalkable(UnreadableImage):
    """The structure is damaged, or takes more than the bounds to be walked through."""


class StoredFile:
    """A file of which only what is asked for is read.

    Attributes:
        size: in bytes.
        written: what is to stand where: places and bytes, later ones over earlier ones.

    Whoever makes a file may make it point to the same bytes again and again, so that bytes count
    as often as they are looked at.
    """

    def __init__(self, read: Read, size: int) -> None:
        self.size = size
        self.written: list[tuple[int, bytes]] = []
        self._read = read
        self._windows: list[tuple[int, bytes]] = []
        self._width, self._end = FIRST_WINDOW, 0
        self._rest_at = STEPS_BETWEEN_RESTS
        self._reads = self._fetched = self._seen = self._written = self._steps = 0

    async def read(self, at: int, count: int) -> bytes:
        """So many bytes, or what there is of them.

        Raises:
            Unwalkable: the file takes too many steps, reads or bytes.
            StorageError: the storage gives other bytes than it said.
        """
        count = max(0, min(count, self.size - at))
        self.step()
        self._seen = self._bounded(self._seen + count)
        if self._steps >= self._rest_at:
            self._rest_at += STEPS_BETWEEN_RESTS
            await asyncio.sleep(0)  # others want the event loop, too
        if not count:
            return b""
        for start, data in self._windows:
            if start <= at and at + count <= start + len(data):
                return data[at - start : at - start + count]
        return (await self._fetch(at, count))[:count]

    def step(self, count: int = 1) -> None:
        """Count steps of a walk.

        Raises:
            Unwalkable: there are too many.
        """
        self._steps += count
        if self._steps > MAX_STEPS:
            raise Unwalkable(
                f"the place in this original is not looked for in more than {MAX_STEPS} parts",
                limit=MAX_STEPS,
            )

    def write(self, at: int, data: bytes) -> None:
        """Note what is to stand from a place on."""
        self._written = self._bounded(self._written + len(data), MAX_WRITTEN)
        self.written.append((at, data))

    def fill(self, at: int, size: int, byte: bytes) -> None:
        """Note that the same byte is to stand everywhere from a place on."""
        self._bounded(self._written + size, MAX_WRITTEN)  # before there are so many
        self.write(at, byte * size)

    @staticmethod
    def _bounded(count: int, limit: int = MAX_BYTES) -> int:
        if count > limit:
            raise Unwalkable(
                f"the place in this original is not looked for in more than {limit} bytes",
                limit=limit,
            )
        return count

    async def _fetch(self, at: int, count: int) -> bytes:
        wanted = min(max(count, self._next_width(at)), self.size - at)
        if self._reads == MAX_READS:
            raise Unwalkable(
                f"the place in this original is not looked for in more than {MAX_READS} reads",
                limit=MAX_READS,
            )
        self._reads += 1
        self._fetched = self._bounded(self._fetched + wanted)
        data = await self._read(at, wanted)
        if len(data) != wanted:
            raise StorageError("the storage broke off")
        self._end = at + wanted
        if wanted <= MAX_WINDOW:
            self._windows = [(at, data), *self._windows[: KEPT_WINDOWS - 1]]
        return data

    def _next_width(self, at: int) -> int:
        # A walk that goes on where it was goes on reading; one that jumps will jump again.
        if self._reads:
            goes_on = 0 <= at - self._end <= self._width
            self._width = min(2 * self._width, MAX_WINDOW) if goes_on else JUMP_WINDOW
        return self._width


class Blob:
    """A part of a file, which is read and written as one.

    Attributes:
        extents: where its pieces begin in the file, and their bytes.
        size: in bytes.
    """

    def __init__(self, file: StoredFile, extents: Sequence[tuple[int, int]]) -> None:
        self.file = file
        self.extents = tuple(extents)
        self.size = sum(size for _, size in extents)

    @classmethod
    def joined(cls, blobs: Sequence["Blob"]) -> "Blob":
        """Several parts of one file as one."""
        return cls(blobs[0].file, [extent for blob in blobs for extent in blob.extents])

    def part(self, at: int, size: int | None = None) -> "Blob":
        """What lies from `at` on, as far as it is there."""
        end = self.size if size is None else min(at + size, self.size)
        self.file.step(len(self.extents))
        found, start = [], 0
        for place, length in self.extents:
            first, last = max(at, start), min(end, start + length)
            if first < last:
                found.append((place + first - start, last - first))
            start += length
        return Blob(self.file, found)

    async def read(self, at: int = 0, count: int | None = None) -> bytes:
        """So many bytes, or what there is of them."""
        if len(self.extents) == 1 and count is not None:
            (place, length), *_ = self.extents
            return await self.file.read(place + at, max(0, min(count, length - at)))
        wanted = self.part(at, count)
        pieces = [await self.file.read(place, length) for place, length in wanted.extents]
        return b"".join(pieces)

    def write(self, at: int, data: bytes) -> None:
        """Note what is to stand from `at` on; what goes over the end is left out."""
        for place, length in self.part(at, len(data)).extents:
            self.file.write(place, data[:length])
            data = data[length:]

    def fill(self, byte: bytes = b"\0") -> None:
        """Note that the same byte is to stand everywhere."""
        for place, length in self.extents:
            self.file.fill(place, length, byte)
