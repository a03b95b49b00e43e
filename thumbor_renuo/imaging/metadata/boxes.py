"""Boxes as ISO files are built of (ISO/IEC 14496-12, 4.2)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from thumbor_renuo.imaging.metadata.blob import Blob

LARGE, TO_THE_END = 1, 0
SMALL_HEADER, LARGE_HEADER = 8, 16


@dataclass(frozen=True)
class Box:
    """One box: its type, the whole, and its content."""

    kind: bytes
    whole: Blob
    content: Blob


async def boxes(blob: Blob) -> AsyncIterator[Box]:
    """Those that stand in a part of a file, one after the other, as far as they can be told."""
    at = 0
    while len(head := await blob.read(at, LARGE_HEADER)) >= SMALL_HEADER:
        size, start = int.from_bytes(head[:4], "big"), SMALL_HEADER
        if size == LARGE:
            size, start = int.from_bytes(head[8:], "big"), LARGE_HEADER
        elif size == TO_THE_END:
            size = blob.size - at
        if size < start:
            return
        whole = blob.part(at, size)
        yield Box(head[4:8], whole, whole.part(start))
        at += size
