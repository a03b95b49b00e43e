"""thumbor_renuo.imaging.metadata.items: where a HEIF picture's items lie."""

import struct

import pytest

from tests.imaging.located import box, full
from thumbor_renuo.imaging.metadata.blob import Blob, StoredFile, Unwalkable
from thumbor_renuo.imaging.metadata.items import Item, items

FILE = bytes(range(200))
EXIF = frozenset({b"Exif"})


async def found(meta: bytes, wanted: frozenset[bytes] = EXIF) -> list[Item]:
    """Those of a picture whose file begins with FILE, and ends with `meta`."""
    data = FILE + meta

    async def read(at: int, count: int) -> bytes:
        return data[at : at + count]

    file = StoredFile(read, len(data))
    return await items(Blob(file, [(0, len(data))]), Blob(file, [(200, len(meta))]), wanted)


def infos(*entries: bytes) -> bytes:
    return full(b"iinf", struct.pack(">H", len(entries)) + b"".join(entries))


def info(number: int = 7, kind: bytes = b"Exif") -> bytes:
    return full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", 2)


LOCATIONS = {
    "version 0, a base and two extents": full(
        b"iloc", b"\x44\x40\0\1" + struct.pack(">HHIHIIII", 7, 0, 10, 2, 1, 3, 20, 4)
    ),
    "version 1, an index and 8 bytes": full(
        b"iloc", b"\x88\x04\0\1" + struct.pack(">HHHHIQQIQQ", 7, 0, 0, 2, 9, 11, 3, 9, 30, 4), 1
    ),
    "version 2, more items": full(
        b"iloc",
        b"\x44\0\0\0\0\2" + struct.pack(">IHHHII", 6, 2, 0, 1, 0, 1)
        + struct.pack(">IHHHIIII", 7, 0, 0, 2, 11, 3, 30, 4),
        2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LOCATIONS))
async def test_all_versions(name: str) -> None:
    """The same bytes, however they are told of."""
    (item,) = await found(bytes(4) + infos(info(6, b"hvc1"), info()) + LOCATIONS[name])
    assert item.kind == b"Exif"
    assert await item.content.read() == FILE[11:14] + FILE[30:34]


async def test_an_item_without_a_length_goes_to_the_end() -> None:
    """Of what it lies in."""
    location = full(b"iloc", b"\x44\0\0\1" + struct.pack(">HHHHII", 7, 1, 0, 1, 2, 0), 1)
    (item,) = await found(bytes(4) + infos(info()) + location + box(b"idat", b"0123456"))
    assert await item.content.read() == b"23456"


@pytest.mark.parametrize("location", [
    b"", full(b"iloc", b"\x44\0\0\1\0\7"), full(b"iloc", bytes(2**20 + 1)),
    full(b"iloc", b"\x44\0\0\1" + struct.pack(">HHHHII", 7, 2, 0, 1, 2, 0), 1),
    full(b"iloc", b"\x44\0\0\1" + struct.pack(">HHHHII", 7, 0, 1, 1, 2, 0), 1),
])  # fmt: skip
async def test_what_cannot_be_found_is_refused(location: bytes) -> None:
    """No table, one cut short or too long, an item within another one or in another file."""
    with pytest.raises(Unwalkable):
        await found(bytes(4) + infos(info()) + location)


async def test_without_a_wanted_item_no_table_is_read() -> None:
    """A picture of other items only is left alone, whatever its tables are."""
    assert await found(bytes(4) + infos(info(7, b"hvc1")) + full(b"iloc", b"odd")) == []
    assert await found(b"") == []
