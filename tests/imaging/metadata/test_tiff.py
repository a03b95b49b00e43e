"""thumbor_renuo.imaging.metadata.tiff: directories of TIFF and EXIF."""

import io
import struct

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.imaging.located import DAY, GPS, MAKE, MAKER, ORIENTATION, exif
from thumbor_renuo.imaging.metadata import tiff
from thumbor_renuo.imaging.metadata.blob import Blob, StoredFile
from thumbor_renuo.imaging.metadata.patches import Patches

MAKER_NOTE, TITLE, LENS = 0x927C, 0x010E, 0xA434


async def blanked(data: bytes) -> bytes:
    async def read(at: int, count: int) -> bytes:
        return data[at : at + count]

    file = StoredFile(read, len(data))
    await tiff.blank_exif(Blob(file, [(0, len(data))]))
    return Patches.of(file.written).applied(data, 0)


def rich_exif(order: str) -> bytes:
    """GPS, a maker's notes, a lens and a thumbnail's directory."""
    made = Image.Exif()
    made.endian = order
    made[ORIENTATION], made[MAKE], made[TITLE] = 3, MAKER, "A title"
    made.get_ifd(0x8769).update({MAKER_NOTE: b"the maker's notes", LENS: "A lens"})
    made.get_ifd(GPS).update({1: "N", 2: (47.0, 22.0, 33.125), 29: DAY.decode()})
    return made.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
async def test_all_but_the_place_is_kept(order: str) -> None:
    """The directory is whole, without the pointer to GPS; what it pointed to is zero."""
    data = rich_exif(order)
    kept = await blanked(data)
    assert DAY in data
    assert DAY not in kept
    found = Image.Exif()
    found.load(kept)
    assert dict(found) == {ORIENTATION: 3, MAKE: MAKER, TITLE: "A title", 0x8769: found[0x8769]}
    assert found.get_ifd(0x8769) == {MAKER_NOTE: b"the maker's notes", LENS: "A lens"}
    assert found.get_ifd(GPS) == {}


async def test_the_next_directory_is_still_found() -> None:
    """A thumbnail's directory follows the one that lost an entry."""
    second = struct.pack("<HHHIII", 1, ORIENTATION, 3, 1, 8, 0)
    first = struct.pack("<HHHIIHHIII", 2, GPS, 4, 1, 60, ORIENTATION, 3, 1, 3, 38)
    gps = struct.pack("<HHHI4sI", 1, 1, 2, 2, b"N", 0)
    data = b"II*\0\x08\0\0\0" + first + second + bytes(60 - 38 - len(second)) + gps
    kept = await blanked(data)
    read = ImageFileDirectory_v2(kept[:8])
    file = io.BytesIO(kept)
    file.seek(8)
    read.load(file)
    assert dict(read) == {ORIENTATION: 3}
    assert read.next == 38
    assert kept[60:] == bytes(len(gps))


@pytest.mark.parametrize("data", [
    b"", b"Exif\0\0", b"Exif\0\0II", b"garbage of some length", b"II*\1\x08\0\0\0more of it",
    exif()[6:].replace(b"II*", b"IJ*"),
])  # fmt: skip
async def test_exif_that_cannot_be_read_is_zeroed(data: bytes) -> None:
    """Another reader may find a place where we do not."""
    header = b"Exif\0\0" if data.startswith(b"Exif") else b""
    assert await blanked(data) == header + bytes(len(data) - len(header))


@pytest.mark.parametrize("cut", range(8, 150, 3))
async def test_exif_that_is_cut_short(cut: int) -> None:
    """What there is of the place is gone all the same."""
    kept = await blanked(exif()[6 : 6 + cut])
    assert len(kept) == min(cut, len(exif()) - 6)
    assert b"2031" not in kept
