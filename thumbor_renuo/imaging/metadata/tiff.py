"""TIFF, which EXIF is, too: takes out GPS directories, and the place in XMP and IPTC beside them.

TIFF 6.0, section 2; EXIF 2.32, 4.6.3; BigTIFF has longer counts and offsets.
"""

import struct
from dataclasses import dataclass
from typing import Self

from thumbor_renuo.imaging.metadata import iptc, photoshop, xmp
from thumbor_renuo.imaging.metadata.blob import Blob, Unwalkable

# II*, MM*, BigTIFF's, and those of raw files of the same structure (Olympus, Panasonic).
BIG = 43
MAGIC = {42, BIG, 0x4F52, 0x5352, 0x55}
BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
         16: 8, 17: 8, 18: 8}  # fmt: skip
GPS, EXIF, SUB, XMP, IPTC, PHOTOSHOP = 0x8825, 0x8769, 0x014A, 0x02BC, 0x83BB, 0x8649
CREDENTIALS = 0xCD41  # C2PA, annex A
HEADER_BYTES = 8
MAX_DIRECTORIES, MAX_ENTRIES = 500, 4096
EXIF_HEADER, EXIF_HEADER_BYTES = b"Exif\0", 6


@dataclass(frozen=True)
class Layout:
    """How one file writes its numbers: byte order, and the bytes of counts and offsets."""

    order: str
    is_big: bool

    @classmethod
    def of(cls, head: bytes) -> Self:
        """Tell from a file's first bytes.

        Raises:
            Unwalkable: it is no TIFF.
        """
        order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        magic = (
            struct.unpack(order + "H", head[2:4])[0] if order and len(head) >= HEADER_BYTES else 0
        )
        if magic not in MAGIC:
            raise Unwalkable("the picture's EXIF data cannot be read")
        return cls(order, magic == BIG)

    @property
    def count_bytes(self) -> int:
        """Of the number of entries."""
        return 8 if self.is_big else 2

    @property
    def offset_bytes(self) -> int:
        """Of an offset, of an entry's count, and of a value that stands in the entry itself."""
        return 8 if self.is_big else 4

    @property
    def entry_bytes(self) -> int:
        """Of an entry: tag, type, count, and value or offset."""
        return 4 + 2 * self.offset_bytes

    def number(self, data: bytes) -> int:
        """An unsigned number."""
        return int.from_bytes(data, "little" if self.order == "<" else "big")

    def raw(self, number: int, size: int) -> bytes:
        """A number as bytes."""
        return number.to_bytes(size, "little" if self.order == "<" else "big")


@dataclass(frozen=True)
class Entry:
    """One entry of a directory, and where its value lies."""

    raw: bytes
    tag: int
    at: int
    size: int
    unit: int


@dataclass(frozen=True)
class Directory:
    """One IFD; of one that is cut short, what there is of it."""

    at: int
    entries: tuple[Entry, ...]
    tail: bytes  # the offset of the next one

    @classmethod
    async def read(cls, blob: Blob, layout: Layout, at: int) -> Self:
        """Read one.

        Raises:
            Unwalkable: it has more than MAX_ENTRIES.
        """
        wide, first = layout.entry_bytes, at + layout.count_bytes
        count = layout.number(await blob.read(at, layout.count_bytes))
        count = min(count, max(0, blob.size - first) // wide)
        if count > MAX_ENTRIES:
            raise Unwalkable(
                f"the picture has {count} entries in one directory, at most {MAX_ENTRIES} are"
                " looked at",
                limit=MAX_ENTRIES,
            )
        blob.file.step(count)
        raw = await blob.read(first, count * wide + layout.offset_bytes)
        entries = [
            _entry(layout, raw[place : place + wide], first + place)
            for place in range(0, count * wide, wide)
        ]
        return cls(at, tuple(entries), raw[count * wide :])


def _entry(layout: Layout, raw: bytes, at: int) -> Entry:
    wide = layout.offset_bytes
    kind, count = layout.number(raw[2:4]), layout.number(raw[4 : 4 + wide])
    unit, value = BYTES.get(kind, 1), raw[4 + wide :]
    place = at + 4 + wide if unit * count <= wide else layout.number(value)
    return Entry(raw, layout.number(raw[:2]), place, unit * count, unit)


async def blank(blob: Blob) -> None:
    """Take the place out of a TIFF or of EXIF data.

    The pointer to a GPS directory is taken out of its directory, and directory and values are
    zeroed. Maker notes stay as they are: no two makers write the same.

    Raises:
        Unwalkable: it is none, or has more directories than are looked at.
    """
    layout = Layout.of(await blob.read(0, 16))
    head = await blob.read(0, 16)
    waiting, seen = [layout.number(head[8:16] if layout.is_big else head[4:8])], set[int]()
    while waiting:
        at = waiting.pop()
        if not 0 < at < blob.size or at in seen:
            continue
        seen.add(at)
        if len(seen) > MAX_DIRECTORIES:
            raise Unwalkable(
                f"the picture has more than {MAX_DIRECTORIES} directories", limit=MAX_DIRECTORIES
            )
        directory = await Directory.read(blob, layout, at)
        waiting.append(layout.number(directory.tail))
        for entry in directory.entries:
            waiting += await _look(blob, layout, entry)
        await _drop_gps(blob, layout, directory, seen)


async def blank_exif(blob: Blob) -> None:
    """Take the place out of EXIF data within another file; zero it where it cannot be read."""
    if await blob.read(0, len(EXIF_HEADER)) == EXIF_HEADER:
        blob = blob.part(EXIF_HEADER_BYTES)
    try:
        await blank(blob)
    except Unwalkable:
        blob.fill()


async def _look(blob: Blob, layout: Layout, entry: Entry) -> list[int]:
    """Blank what an entry holds; the directories that it points to."""
    value = blob.part(entry.at, entry.size)
    if entry.tag == XMP:
        await xmp.blank(value)
    elif entry.tag == IPTC:
        await iptc.blank(value)
    elif entry.tag == PHOTOSHOP:
        for exif in await photoshop.blank(value):
            exif.fill()  # the picture's own stands in the directories
    elif entry.tag == CREDENTIALS:
        value.fill()
    elif entry.tag in {EXIF, SUB}:
        raw = await value.read(0, MAX_DIRECTORIES * entry.unit)
        starts = range(0, len(raw), entry.unit)
        return [layout.number(raw[at : at + entry.unit]) for at in starts]
    return []


async def _drop_gps(blob: Blob, layout: Layout, directory: Directory, seen: set[int]) -> None:
    kept = [entry.raw for entry in directory.entries if entry.tag != GPS]
    dropped = [entry for entry in directory.entries if entry.tag == GPS]
    if not dropped:
        return
    count = layout.raw(len(kept), layout.count_bytes)
    gap = bytes(layout.entry_bytes * len(dropped))
    blob.write(directory.at, count + b"".join(kept) + directory.tail + gap)
    for entry in dropped:
        at = layout.number(await blob.read(entry.at, entry.unit))
        if at >= HEADER_BYTES and at not in seen:
            await _zero(blob, layout, at)


async def _zero(blob: Blob, layout: Layout, at: int) -> None:
    gps = await Directory.read(blob, layout, at)
    for entry in gps.entries:
        blob.part(entry.at, entry.size).fill()
    size = layout.count_bytes + len(gps.entries) * layout.entry_bytes + len(gps.tail)
    blob.part(at, size).fill()
