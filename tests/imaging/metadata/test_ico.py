"""thumbor_renuo.imaging.metadata.ico: the PNGs in icons."""

import io
import struct
from itertools import accumulate

import pytest
from PIL import Image

from tests.imaging.located import DAY, KEY, MAKE, MAKER, TOWN, XMP, exif, itxt, png, stripped
from tests.imaging.pictures import HEIGHT, WIDTH, chunk, saved, scene

ICON, CURSOR = 1, 2
LOCATED = png(chunk(b"eXIf", exif()[6:]), itxt(KEY, XMP))
BITMAP = saved(scene(size=(16, 16)), "ICO", bitmap_format="bmp")[22:]


def ico(*pictures: bytes, kind: int = ICON, told: int | None = None) -> bytes:
    """An icon; told: the size that its entries tell instead of the true ones."""
    places = accumulate((len(one) for one in pictures), initial=6 + 16 * len(pictures))
    entries = [
        struct.pack(
            "<BBBBHHII", WIDTH, HEIGHT, 0, 0, 1, 32, len(one) if told is None else told, place
        )
        for one, place in zip(pictures, places, strict=False)
    ]
    head = struct.pack("<HHH", 0, kind, len(pictures))
    return head + b"".join(entries) + b"".join(pictures)


@pytest.mark.parametrize("kind", [ICON, CURSOR])
@pytest.mark.parametrize("pictures", [[LOCATED], [BITMAP, LOCATED], [LOCATED, BITMAP, LOCATED]])
@pytest.mark.parametrize("told", [None, 0, 40])
async def test_the_pngs_tell_no_place(kind: int, pictures: list[bytes], told: int | None) -> None:
    """Each PNG is as it is when it is served alone, and BMPs stay."""
    kept = await stripped(ico(*pictures, kind=kind, told=told), "image/x-icon")
    assert kept == ico(
        *[await stripped(one) if one is LOCATED else one for one in pictures], kind=kind, told=told
    )
    assert DAY not in kept
    assert TOWN not in kept


async def test_the_picture_is_the_same() -> None:
    """Pillow shows the same pixels, and the maker."""
    data = ico(LOCATED)
    shown = [Image.open(io.BytesIO(one)) for one in (data, await stripped(data, "image/x-icon"))]
    assert shown[0].tobytes() == shown[1].tobytes()
    alone = (await stripped(data, "image/x-icon"))[22:]
    assert Image.open(io.BytesIO(alone)).getexif()[MAKE] == MAKER


@pytest.mark.parametrize("data", [
    ico(), ico(BITMAP), ico(BITMAP, BITMAP)[:30], b"\0\0\1\0", b"\0\0\1\0\xff\xff" + b"\xff" * 99,
    b"\0\0\1\0\xff\xff" + bytes(2**20), ico(LOCATED)[:30], ico(LOCATED[:20]),
])  # fmt: skip
async def test_one_without_a_place_is_left_alone(data: bytes) -> None:
    """Also where its entries lie, or are not there."""
    assert await stripped(data, "image/vnd.microsoft.icon") == data
