"""thumbor_renuo.imaging.metadata.png: chunks with EXIF and texts."""

import pytest

from tests.imaging.located import DAY, KEY, TOWN, XMP, exif, itxt, png, stripped
from tests.imaging.pictures import chunk


@pytest.mark.parametrize("other", [
    chunk(b"tEXt", b"Title\0" + DAY), chunk(b"iCCP", b"name\0\0" + DAY), chunk(b"tEXt", b""),
    chunk(b"zTXt", b"Comment\0\0" + DAY), itxt(b"Author", DAY), chunk(b"prIv", exif()),
])  # fmt: skip
async def test_other_chunks_stay(other: bytes) -> None:
    """Titles, authors and profiles keep every byte."""
    data = png(other, other)
    assert await stripped(data) == data


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 100, 1000])
@pytest.mark.parametrize("last", [b"", chunk(b"IDAT", b"rest")])
async def test_the_chunk_behind_the_pixels_is_found(count: int, last: bytes) -> None:
    """However many chunks of one size the pixels are cut into."""
    head, end = png(b"", b"")[:33], chunk(b"IEND", b"")
    behind = chunk(b"eXIf", exif()[6:])
    kept = await stripped(head + chunk(b"IDAT", bytes(90)) * count + last + behind + end)
    assert DAY not in kept
    assert kept.endswith(end)


@pytest.mark.parametrize("text", [
    itxt(KEY, XMP), itxt(KEY, XMP, 1), chunk(b"iTXt", KEY + b"\0\0\0" + b"x" * 2000 + XMP),
    chunk(b"iTXt", KEY + b"\0" + XMP), chunk(b"tEXt", KEY + b"\0" + XMP),
    itxt(b"Location", TOWN), itxt(b"exif:GPSInfo", TOWN),
])  # fmt: skip
async def test_texts_that_name_a_place(text: bytes) -> None:
    """Plain, packed or odd: the name of the place is gone."""
    assert TOWN in text
    assert TOWN not in await stripped(png(text, b""))


async def test_what_follows_the_end_is_left_alone() -> None:
    """No reader looks behind IEND."""
    data = png(b"", b"") + chunk(b"eXIf", exif()[6:])
    assert await stripped(data) == data
