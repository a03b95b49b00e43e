"""thumbor_renuo.imaging.location: content credentials (C2PA) tell no place, either."""

import io
import struct

import pytest
import pyvips
from PIL import Image

from tests.imaging.located import TOWN, box, found_in, jpeg, png, stripped, webp
from tests.imaging.pictures import chunk, saved, scene, segment
from thumbor_renuo.imaging.metadata.blob import MAX_WRITTEN, Unwalkable

STORE = box(
    b"jumb",
    box(b"jumd", b"c2pa\0\x11\0\x10\x80\0\0\xaa\x008\x9bq\3c2pa\0")
    + box(b"json", b'{"exif:GPSLatitude": "47,24.2N", "city": "Wallisellen"}') * 700,
)
UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
SECRETS = (b"GPSL", b"47,24", TOWN, b"jumb", b"c2pa")


def segments(store: bytes, size: int = 30_000) -> bytes:
    """A store over segments of a JPEG; each one repeats the box's size and type."""
    parts = [store[8:][at : at + size] for at in range(0, len(store) - 8, size)]
    return b"".join(
        segment(0xEB, b"JP\0\1" + struct.pack(">I", number) + store[:8] + part)
        for number, part in enumerate(parts, 1)
    )


def tagged() -> bytes:
    """A TIFF whose directory holds the store."""
    return saved(scene(), "TIFF", tiffinfo={0xCD41: STORE})


AVIF = saved(scene(), "AVIF")
JPEG_XL = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
LARGE_BOX = b"\0\0\0\1uuid" + struct.pack(">Q", len(STORE) + 32) + UUID + STORE
SHOWN = {
    "jpeg": jpeg(segments(STORE)),
    "jpeg, in one": jpeg(segments(STORE, 65_000)),
    "png": png(chunk(b"caBX", STORE), b""),
    "webp": webp((b"C2PA", STORE)),
    "webp, odd": webp((b"C2PA", STORE + b"\0"), (b"C2PA", STORE)),
    "tiff": tagged(),
    "avif": AVIF + box(b"uuid", UUID + bytes(4) + b"manifest\0" + bytes(8) + STORE),
    "avif, large box": AVIF + LARGE_BOX,
    "avif, to the end": AVIF + b"\0\0\0\0uuid" + UUID + STORE,
}
CREDENTIALS = SHOWN | {
    "jpeg xl": JPEG_XL + STORE + box(b"jxlc", b"\xff\x0a"),
    "jpeg xl, packed": JPEG_XL + box(b"brob", b"jumb" + TOWN) + box(b"jxlc", b"\xff\x0a"),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + STORE,
}


@pytest.mark.parametrize("name", list(CREDENTIALS))
async def test_credentials_are_gone(name: str) -> None:
    """Nothing of them is left, and a second time changes nothing."""
    data = CREDENTIALS[name]
    kept = await stripped(data)
    assert TOWN in data
    assert len(kept) == len(data)
    assert not [secret for secret in SECRETS if secret in kept]
    assert await stripped(kept) == kept


@pytest.mark.parametrize("name", list(SHOWN))
async def test_the_picture_is_the_same(name: str) -> None:
    """Pillow and libvips show the same pixels."""
    data = SHOWN[name]
    kept = await stripped(data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(kept))
    assert (after.format, after.size, after.mode) == (before.format, before.size, before.mode)
    assert after.tobytes() == before.tobytes()
    # With `fail_on`, a wrong checksum is an error.
    shown = [pyvips.Image.new_from_buffer(one, "", fail_on="error") for one in (data, kept)]
    assert shown[0].write_to_memory() == shown[1].write_to_memory()


@pytest.mark.parametrize("name", list(CREDENTIALS))
async def test_a_range_is_as_the_whole(name: str) -> None:
    """Pieces that begin and end within the credentials are those of the stripped file."""
    data = CREDENTIALS[name]
    patches, _reads = await found_in(data)
    whole = patches.applied(data, 0)
    at = data.index(TOWN)
    for start, end in ((at - 3, at + 2), (at, at + 9), (at + 5, len(data)), (0, at + 1)):
        assert patches.applied(data[start:end], start) == whole[start:end]


@pytest.mark.parametrize("data", [
    jpeg(segment(0xEB, b"JP\0\1\0\0\0\1" + box(b"RESI", STORE[8:60]))),
    jpeg(segment(0xEB, b"HDR_RI ver=11 jumb")), jpeg(segment(0xEA, b"JP\0\1\0\0\0\1" + STORE[:90])),
    AVIF + box(b"uuid", UUID[::-1] + STORE), png(chunk(b"caBy", STORE), b""),
    webp((b"C2PB", STORE)),
])  # fmt: skip
async def test_what_is_only_alike_stays(data: bytes) -> None:
    """Pixels that JPEG XT keeps in boxes, and what other types hold, keep every byte."""
    assert await stripped(await stripped(data)) == await stripped(data)
    assert STORE[8:60] in await stripped(data) or b"HDR_RI" in data


@pytest.mark.parametrize("data", [
    AVIF + box(b"uuid", UUID + bytes(MAX_WRITTEN)), webp((b"C2PA", bytes(MAX_WRITTEN + 1))),
    png(chunk(b"caBX", bytes(MAX_WRITTEN + 1)), b""), jpeg(segments(bytes(4) + b"jumb" +
    bytes(MAX_WRITTEN + 1), 60_000)),
])  # fmt: skip
async def test_more_than_is_held_is_refused(data: bytes) -> None:
    """What is put in is held for as long as a file is sent, so that there is a bound."""
    with pytest.raises(Unwalkable):
        await stripped(data)
