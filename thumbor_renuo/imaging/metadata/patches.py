"""Bytes that stand in for others of a file, put in while the file passes in chunks."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Patches:
    """Bytes by place; sorted, and no two touch.

    Attributes:
        starts: where each begins in the file.
        pieces: its bytes.
    """

    starts: tuple[int, ...] = ()
    pieces: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, written: Iterable[tuple[int, bytes]]) -> Self:
        """Join what was written; later bytes stand over earlier ones."""
        in_turn = [(start, data) for start, data in written if data]
        joined: list[tuple[int, bytearray]] = []
        for start, data in sorted(in_turn, key=lambda one: one[0]):
            if joined and start <= joined[-1][0] + len(joined[-1][1]):
                first, area = joined[-1]
                area.extend(bytes(max(0, start + len(data) - first - len(area))))
            else:
                joined.append((start, bytearray(len(data))))
        starts = tuple(start for start, _ in joined)
        for start, data in in_turn:
            first, area = joined[bisect_right(starts, start) - 1]
            area[start - first : start - first + len(data)] = data
        return cls(starts, tuple(bytes(area) for _, area in joined))

    @property
    def size(self) -> int:
        """How many bytes are held."""
        return sum(map(len, self.pieces))

    def applied(self, chunk: bytes, start: int) -> bytes:
        """A chunk of the file with all that lies in it put in.

        Args:
            start: where the chunk begins in the file.
        """
        end = start + len(chunk)
        first = max(0, bisect_right(self.starts, start) - 1)
        last = bisect_right(self.starts, end - 1)
        patched: bytearray | None = None
        for place, piece in zip(self.starts[first:last], self.pieces[first:last], strict=True):
            inside = piece[max(0, start - place) : max(0, end - place)]
            if inside:
                patched = bytearray(chunk) if patched is None else patched
                at = max(0, place - start)
                patched[at : at + len(inside)] = inside
        return chunk if patched is None else bytes(patched)
