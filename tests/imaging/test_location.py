"""thumbor_renuo.imaging.location: no original tells where it was taken."""

import asyncio
import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.located import (
    DAY,
    GPS,
    MAKE,
    MAKER,
    ORIENTATION,
    OWNER,
    PACKED,
    SHOWN,
    TOWN,
    WITH_PLACE,
    app1,
    box,
    exif,
    found_in,
    full,
    jpeg,
    png,
    stripped,
    webp,
)
from tests.imaging.pictures import PICTURES, chunk
from thumbor_renuo.imaging.metadata.blob import MAX_BYTES, MAX_READS, Unwalkable

NAMES = pytest.mark.parametrize("name", list(WITH_PLACE))


@NAMES
async def test_the_place_is_gone(name: str) -> None:
    """Neither the words nor the date of a GPS directory are left, in no letters."""
    data = WITH_PLACE[name]
    kept, seen = await stripped(data), 0
    assert len(kept) == len(data)
    for secret in (
        DAY,
        TOWN,
        TOWN.decode().encode("utf-16-le"),
        DAY.hex().encode(),
        PACKED,
        b"GPSL",
    ):
        assert secret not in kept
        seen += secret in data
    assert seen


@NAMES
async def test_nothing_is_left_to_do(name: str) -> None:
    """A file without its place stays as it is."""
    kept = await stripped(WITH_PLACE[name])
    assert await stripped(kept) == kept


@pytest.mark.parametrize("name", SHOWN)
async def test_the_picture_is_the_same(name: str) -> None:
    """Every pixel, and size, mode and format."""
    data = WITH_PLACE[name]
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(await stripped(data)))
    assert (after.format, after.size, after.mode) == (before.format, before.size, before.mode)
    assert after.tobytes() == before.tobytes()
    assert not after.getexif().get_ifd(GPS)


@pytest.mark.parametrize("name", ["jpeg", "jpeg, big-endian", "png", "webp", "avif"])
async def test_what_else_exif_tells_stays(name: str) -> None:
    """Orientation and maker are still there."""
    found = Image.open(io.BytesIO(await stripped(WITH_PLACE[name]))).getexif()
    assert found[MAKE] == MAKER
    if name != "avif":  # turned when it was written
        assert found[ORIENTATION] == 6


@pytest.mark.parametrize("name", ["jpeg, XMP", "jpeg, XMP over segments", "jpeg, Photoshop", "png",
                                  "webp, XMP", "tiff", "tiff, big", "heic", "psd"])  # fmt: skip
async def test_the_rights_stay(name: str) -> None:
    """XMP and IPTC still name the owner."""
    assert OWNER[-15:] in (await stripped(WITH_PLACE[name])).replace(b"</dc", b"")


async def test_checksums_of_a_png_are_right() -> None:
    """Every chunk has the checksum of what it holds."""
    for name in (name for name in WITH_PLACE if name.startswith("png")):
        kept, at = await stripped(WITH_PLACE[name]), 8
        while at < len(kept):
            size = int.from_bytes(kept[at : at + 4], "big")
            total = int.from_bytes(kept[at + 8 + size : at + 12 + size], "big")
            assert zlib.crc32(kept[at + 4 : at + 8 + size]) == total
            at += 12 + size


@pytest.mark.parametrize("name", list(PICTURES))
async def test_a_picture_without_a_place_is_left_alone(name: str) -> None:
    """No byte is written."""
    media_type, data = PICTURES[name]
    patches, _reads = await found_in(data, media_type)
    assert patches.size == 0


@pytest.mark.parametrize(("data", "media_type"), [
    (b"", "image/jpeg"), (b"%PDF-1.7", "application/pdf"), (b"<svg/>", "image/svg+xml"),
    (b"GIF89a" + bytes(20), "image/jpeg"), (b"BM" + bytes(20), "image/png"),
    (b"hello", "text/plain"), (box(b"ftyp", b"isom\0\0\0\0mp42"), "video/mp4"),
    (bytes(100), "binary/octet-stream"), (b"I", "text/plain"), (b"II", ""), (b"MM\0", ""),
])  # fmt: skip
async def test_what_is_no_picture_of_a_camera_is_served(data: bytes, media_type: str) -> None:
    """Films, texts and pictures that nobody writes a place into stay as they are."""
    assert await stripped(data, media_type) == data


@pytest.mark.parametrize(("data", "media_type"), [
    (b"hello", "image/jpeg"), (bytes(100), "image/heic"), (b"II", "IMAGE/TIFF ; a=b"),
    (b"FUJIFILMCCD-RAW 0201", "binary/octet-stream"), (b"II\xbc\x01" + bytes(20), ""),
    (box(b"ftyp", b"crx \0\0\0\1crx isom"), "text/plain"), (b"\1", "image/x-unheard-of"),
    (box(b"ftyp", b"isom\0\0\0\0mp42"), "image/avif"),
])  # fmt: skip
async def test_what_may_tell_a_place_unseen_is_refused(data: bytes, media_type: str) -> None:
    """An image that cannot be looked through is not served."""
    with pytest.raises(Unwalkable):
        await stripped(data, media_type)


async def test_only_the_structure_is_read() -> None:
    """Of a large photograph the first window is enough."""
    data = WITH_PLACE["jpeg"] + bytes(50_000_000)
    _patches, reads = await found_in(data)
    assert reads == [65536]


async def test_pixels_in_many_chunks_are_leapt_over() -> None:
    """A PNG of 100 MB in chunks of 8 KiB, with its place at the end, takes few reads."""
    pixels = chunk(b"IDAT", bytes(8192)) * 12_000 + chunk(b"IDAT", bytes(77))
    data = png(b"", chunk(b"eXIf", exif()[6:]))
    data = data[:-12].replace(chunk(b"eXIf", exif()[6:]), b"") + pixels
    data += chunk(b"eXIf", exif()[6:]) + chunk(b"IEND", b"")
    patches, reads = await found_in(data)
    assert DAY not in patches.applied(data, 0)
    assert len(reads) < 60
    assert sum(reads) < 4_000_000


async def test_frames_of_a_webp_are_leapt_over() -> None:
    """EXIF behind hundreds of large frames is found."""
    frames = [(b"ANMF", bytes(300_001))] * 150
    data = webp(*frames, (b"EXIF", exif()))
    patches, reads = await found_in(data)
    assert DAY not in patches.applied(data, 0)
    assert sum(reads) < 10_000_000


def tiff_of(entries: list[tuple[int, int, int, int]], tail: int = 0) -> bytes:
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + directory + struct.pack("<I", tail)
    )


HOSTILE = {
    "a directory that follows itself": tiff_of([(GPS, 4, 1, 8)], tail=8),
    "GPS in the header": tiff_of([(GPS, 4, 1, 0), (GPS, 4, 1, 2)]),
    "GPS behind the end": tiff_of([(GPS, 4, 1, 2**32 - 1)]),
    "values of 4 GB": tiff_of([(0x02BC, 12, 2**32 - 1, 8), (0x83BB, 7, 2**32 - 1, 0)]),
    "pointers without end": tiff_of([(0x014A, 4, 2**32 - 1, 8)]),
    "a directory of its own records": tiff_of([(0x014A, 4, 60_000, 8)]) + bytes(range(256)) * 999,
    "the same packet again and again": tiff_of([(0x02BC, 1, 60_000, 8)] * 4000) + b"<gps " * 12_000,
    "zeros again and again": tiff_of([(GPS, 4, 1, 8)] * 4000),
    "one pointer too short": tiff_of([(GPS, 4, 1, 100)])[:-3],
    "markers and nothing else": b"\xff\xd8" + b"\xff\xe1\0\2" * 500_000,
    "stuffing and nothing else": b"\xff\xd8" + b"\xff" * 3_000_000,
    "junk and nothing else": b"\xff\xd8" + bytes(1_000_000),
    "packets in a thousand pieces": jpeg(
        *[app1(b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + b"<a:gps/>" * 9)] * 20_000
    ),
    "empty chunks": b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"") * 300_000,
    "empty pixels": b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") * 300_000,
    "empty chunks of a WebP": webp(*[(b"EXIF", b"")] * 300_000),
    "boxes of nothing": box(b"ftyp", b"avif\0\0\0\0avif") + box(b"free", b"") * 500_000,
    "a box too small": box(b"ftyp", b"avif\0\0\0\0avif") + b"\0\0\0\4meta",
    "a box of 2^64": box(b"ftyp", b"avif\0\0\0\0avif") + b"\0\0\0\1meta" + b"\xff" * 8,
    "extents of nothing": box(b"ftyp", b"avif\0\0\0\0avif") + full(
        b"meta",
        full(b"iinf", b"\0\1" + full(b"infe", b"\0\1\0\0Exif\0", 2))
        + full(b"iloc", b"\0\0" + struct.pack(">H", 65535) + b"\0\1\0\0\xff\xff" * 65535),
    ),
    "EXIF that lies nowhere": box(b"ftyp", b"avif\0\0\0\0avif") + full(
        b"meta", full(b"iinf", b"\0\1" + full(b"infe", b"\0\1\0\0Exif\0", 2))
    ),
    "resources within resources": jpeg(app1(b"Exif\0\0" + tiff_of([(0x8649, 7, 60_000, 26)])
        + (b"8BIM\x04\x22\0\0\0\0\xff\0" + tiff_of([(0x8649, 7, 60_000, 26)])) * 1000)),
    "elements that do not end": jpeg(app1(b"http://ns.adobe.com/xap/1.0/\0" + b"<a:gps>" * 9000)),
    "names without end": jpeg(app1(b"http://ns.adobe.com/xap/1.0/\0" + b" gps" * 16_000)),
    "blanks without end": jpeg(app1(b"http://ns.adobe.com/xap/1.0/\0 gps" + b" " * 65_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", list(HOSTILE))
async def test_no_structure_takes_long(name: str) -> None:
    """What points in circles or never ends is refused or served, within the bounds."""
    data = HOSTILE[name]
    reads: list[int] = []
    try:
        patches, reads = await found_in(data)
    except Unwalkable as error:
        assert error.message  # noqa: PT017
    else:
        assert len(patches.applied(data, 0)) == len(data)
    assert len(reads) <= MAX_READS
    assert sum(reads) <= MAX_BYTES


@given(st.sampled_from(sorted(WITH_PLACE)), st.integers(0, 2**32), st.integers(1, 20))
def test_damage_does_no_harm(name: str, seed: int, count: int) -> None:
    """Whatever bytes change, the answer has the file's length, or it is refused in words."""
    source, data = random.Random(seed), bytearray(WITH_PLACE[name])
    for _ in range(count):
        data[source.randrange(min(len(data), 2000))] = source.choice(b"\0\1\x08\x10\x7f\x80\xff<>")
    del data[source.randrange(len(data)) + 1 if count > 15 else len(data) :]
    try:
        assert len(asyncio.run(stripped(bytes(data)))) == len(data)
    except Unwalkable as error:
        assert error.message  # noqa: PT017
