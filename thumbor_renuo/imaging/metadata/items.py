"""The items of a HEIF picture, and where their bytes lie (ISO/IEC 14496-12, 8.11.3 and 8.11.6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from thumbor_renuo.imaging.metadata.blob import Blob, Unwalkable
from thumbor_renuo.imaging.metadata.boxes import boxes

FULL_HEADER = 4  # version and flags
MAX_TABLE_BYTES = 1024**2
LARGE_ID_INFO, LARGE_ID_LOCATION = 3, 2  # versions from which an item's number has 4 bytes
TYPED = 2  # version from which an item has a type; before, all have a media type
ANY_TYPE = b"mime"
IN_FILE, IN_META = 0, 1


@dataclass(frozen=True)
class Item:
    """One item: its type, its media type and content coding if it has one, and its bytes."""

    kind: bytes
    media_type: bytes
    coding: bytes
    content: Blob


async def items(file: Blob, meta: Blob, wanted: frozenset[bytes]) -> list[Item]:
    """Those of the wanted types that a `meta` box tells of.

    Raises:
        Unwalkable: the tables are damaged, too large, or place an item in another one.
    """
    tables = {box.kind: box.content async for box in boxes(meta.part(FULL_HEADER))}
    found: dict[int, tuple[bytes, bytes, bytes]] = {}
    if b"iinf" in tables:
        found = {
            number: named
            for number, named in (await _infos(tables[b"iinf"])).items()
            if named[0] in wanted
        }
    if not found:
        return []
    if b"iloc" not in tables:
        raise Unwalkable("the picture does not tell where its EXIF data lie")
    homes = {IN_FILE: file, IN_META: tables.get(b"idat", file.part(file.size))}
    places = _Cursor(await _table(tables[b"iloc"])).locations(homes, set(found))
    return [Item(*found[number], content) for number, content in places]


async def _table(content: Blob) -> bytes:
    if content.size > MAX_TABLE_BYTES:
        raise Unwalkable(
            f"the picture's tables have {content.size} bytes, at most {MAX_TABLE_BYTES} are read",
            limit=MAX_TABLE_BYTES,
        )
    return await content.read()


async def _infos(content: Blob) -> dict[int, tuple[bytes, bytes, bytes]]:
    """Type, media type and content coding by item."""
    version = (await content.read(0, 1))[:1]
    entries = content.part(FULL_HEADER + (2 if version == b"\0" else 4))
    found = {}
    async for box in boxes(entries):
        if box.kind == b"infe":
            number, named = _info(await box.content.read(0, 4096))
            found[number] = named
    return found


def _info(data: bytes) -> tuple[int, tuple[bytes, bytes, bytes]]:
    cursor = _Cursor(data)
    version = cursor.number(1)
    cursor.number(3)
    number = cursor.number(4 if version >= LARGE_ID_INFO else 2)
    cursor.number(2)
    kind = cursor.take(4) if version >= TYPED else ANY_TYPE
    _name, media_type, coding, *_ = [*data[cursor.at :].split(b"\0"), b"", b"", b""]
    return number, (kind, media_type.lower(), coding)


class _Cursor:
    """Reads a table from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self._data):
            raise Unwalkable("the picture is damaged: a table is cut short")
        return self._data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def locations(self, homes: Mapping[int, Blob], wanted: set[int]) -> list[tuple[int, Blob]]:
        version = self.number(1)
        self.number(3)
        sizes = self.number(2)
        offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        wide = 4 if version >= LARGE_ID_LOCATION else 2
        found = []
        for _ in range(self.number(wide)):
            number = self.number(wide)
            home = self.number(2) & 15 if version else IN_FILE
            elsewhere = self.number(2)
            first = self.number(base)
            extents = [
                (self.number(index if version else 0), self.number(offset), self.number(length))
                for _ in range(self._counted(homes[IN_FILE]))
            ]
            if number not in wanted:
                continue
            if home not in homes or elsewhere:
                raise Unwalkable("the picture's EXIF data lie in another item or file")
            parts = [
                homes[home].part(first + start, size or None) for _index, start, size in extents
            ]
            if parts:
                found.append((number, Blob.joined(parts)))
        return found

    def _counted(self, file: Blob) -> int:
        # An extent may take no byte of the table, so that the table's size bounds none.
        count = self.number(2)
        file.file.step(count)
        return count
