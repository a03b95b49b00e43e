"""One decode for many sizes: originals that were decoded lately, reduced by 1, 2, 4 or 8."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from thumbor_renuo.imaging.geometry import SHRINKS, largest_shrink
from thumbor_renuo.imaging.shrink import shrunk_by
from thumbor_renuo.imaging.time_limit import check, evaluate

# No single original takes more of the memory than this part.
LARGEST_PART = 4
MAX_ORIGINALS = 1000
RGBA = 4  # bands
Decode = Callable[[int], Any]


@dataclass(eq=False)
class _Original:
    """The levels of one original, by how much they are reduced.

    Attributes:
        size: their bytes.
        counted: how many of them count among all that is kept.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    levels: dict[int, Any] = field(default_factory=dict)
    size: int = 0
    counted: int = 0

    def add(self, shrink: int, image: Any) -> None:
        """Keep one more; only who holds the lock does."""
        self.levels[shrink] = image
        self.size += _bytes_of(image)


class Levels:
    """Keeps what was decoded last; safe to be used by several threads.

    A request takes the level it would have decoded, or makes it from a finer one. Who asks for an
    original that another thread is decoding waits for it.

    Args:
        max_bytes: what all levels together take at most; 0 keeps none.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._originals: OrderedDict[str, _Original] = OrderedDict()
        self._expected: dict[str, list[tuple[int, int]]] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    def keeps(self, width: int, height: int, bands: int) -> bool:
        """Whether a level of these sides would be kept."""
        return width * height * bands <= self._max_bytes // LARGEST_PART

    @contextmanager
    def expecting(self, name: str, width: int, height: int) -> Iterator[None]:
        """Say that somebody is about to ask for an image of these sides of an original.

        Whoever decodes the original meanwhile makes a level that is fine enough for it.

        Args:
            name: of the original, the same as its Source has.
            width, height: in pixels; 0 where one follows from the other.
        """
        sides = (width, height)
        with self._lock:
            self._expected.setdefault(name, []).append(sides)
        try:
            yield
        finally:
            with self._lock:
                self._expected[name].remove(sides)
                if not self._expected[name]:
                    del self._expected[name]

    def get(
        self, name: str, etag: str, size: tuple[int, int], shrink: int, decode: Decode
    ) -> tuple[Any, int]:
        """A level of an original.

        Args:
            name, etag: of the original and its bytes.
            size: of the stored picture, in pixels.
            shrink: one of SHRINKS: by how much it may be reduced at most.
            decode: makes the level of a shrink, a pyvips image in memory; may raise.

        Returns:
            a pyvips image in memory, and by how much it is reduced.
        """
        key = f"{etag} {name}"
        with self._lock:
            original = self._originals.setdefault(key, _Original())
            self._originals.move_to_end(key)
        try:
            with original.lock:
                check()  # the wait may have taken what there was of time
                if min(original.levels, default=shrink + 1) > shrink:
                    finest = self._finest_expected(name, size, shrink)
                    original.add(finest, decode(finest))
                return self._level(original, shrink)
        finally:
            self._count(key, original)

    def _level(self, original: _Original, shrink: int) -> tuple[Any, int]:
        if shrink not in original.levels:
            # Each further step would round the colours once more.
            finest = min(original.levels)
            image = shrunk_by(original.levels[finest], shrink // finest)
            original.add(shrink, evaluate(image))
        return original.levels[shrink], shrink

    def _finest_expected(self, name: str, size: tuple[int, int], shrink: int) -> int:
        with self._lock:
            expected = list(self._expected.get(name, ()))
        finest = min((_shrink_for(size, sides) for sides in expected), default=shrink)
        for level in SHRINKS:
            width, height = (side // level + 1 for side in size)
            if level >= finest and self.keeps(width, height, RGBA):
                return min(level, shrink)
        return shrink

    def _count(self, key: str, original: _Original) -> None:
        """Take note of what was added, and drop what was not used for longest."""
        with self._lock:
            if self._originals.get(key) is original:  # else it was dropped meanwhile
                self._size += original.size - original.counted
                original.counted = original.size
            while self._size > self._max_bytes or len(self._originals) > MAX_ORIGINALS:
                _, dropped = self._originals.popitem(last=False)
                self._size -= dropped.counted


def _shrink_for(size: tuple[int, int], sides: tuple[int, int]) -> int:
    scales = [stored / side for stored, side in zip(size, sides, strict=True) if side]
    return largest_shrink(min(scales, default=1))


def _bytes_of(image: Any) -> int:
    return int(image.width * image.height * image.bands)
