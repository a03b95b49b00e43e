"""thumbor_renuo.imaging.metadata.gif: application extensions."""

import asyncio
import io

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from tests.imaging.located import IPTC, OWNER, TOWN, XMP, found_in, resource, stripped
from tests.imaging.pictures import GIF_FRAME, PICTURES, gif_of
from thumbor_renuo.imaging.metadata.blob import MAX_BYTES, MAX_READS, Unwalkable

TRAILER = bytes([1, *range(255, -1, -1), 0])
PACKET = b"!\xff\x0bXMP DataXMP" + XMP + TRAILER
LARGE = XMP.replace(b"Camera", b"Camera" * 40_000)


def blocks(content: bytes, size: int = 255) -> bytes:
    """Content as sub-blocks."""
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def extension(name: bytes, content: bytes, size: int = 255) -> bytes:
    return b"!\xff\x0b" + name + blocks(content, size)


def first_and_last(data: bytes, added: bytes) -> list[bytes]:
    """A GIF with an extension before its frames, and with one behind them."""
    packed = data[10]
    at = 13 + (3 << (packed & 7) + 1 if packed & 0x80 else 0)
    return [data[:at] + added + data[at:], data[:-1] + added + data[-1:]]


def frames(data: bytes) -> list[tuple[bytes, object]]:
    """All pixels and times as Pillow shows them."""
    shown = ImageSequence.Iterator(Image.open(io.BytesIO(data)))
    return [(frame.convert("RGBA").tobytes(), frame.info.get("duration")) for frame in shown]


def by_libvips(data: bytes) -> bytes:
    return pyvips.Image.new_from_buffer(data, "", n=-1).write_to_memory()


@pytest.mark.parametrize("name", ["gif", "gif, moving"])
@pytest.mark.parametrize("added", [
    PACKET, PACKET * 3, b"!\xff\x0bXMP DataXMP" + LARGE + TRAILER, extension(b"XMP DataXMP", XMP),
    extension(b"XMP DataXMP", XMP, 3), extension(b"C2PA_GIF\1\0\0", b"jumb" + XMP * 9),
    extension(b"MGK8BIM0000", resource(0x0404, IPTC)), extension(b"MGKIPTC0000", IPTC, 100),
    b"!\xfe" + blocks(b"\0,;!\xff" * 99) + PACKET, extension(b"NETSCAPE2.0", b"\1\0\0") + PACKET,
])  # fmt: skip
async def test_no_extension_tells_the_place(name: str, added: bytes) -> None:
    """The place is gone, and Pillow and libvips show the same frames for the same times."""
    plain = PICTURES[name][1]
    for data in first_and_last(plain, added):
        kept = await stripped(data, "image/gif")
        assert len(kept) == len(data)
        assert TOWN not in kept
        assert b"GPSL" not in kept
        assert frames(kept) == frames(data) == frames(plain)
        assert by_libvips(kept) == by_libvips(plain)
        assert await stripped(kept, "image/gif") == kept


async def test_what_else_a_packet_tells_stays() -> None:
    """XMP still names the owner, and its trailer is whole."""
    kept = await stripped(first_and_last(PICTURES["gif"][1], PACKET)[0], "image/gif")
    packet = kept[kept.index(b"XMP DataXMP") + 11 : kept.index(TRAILER)]
    assert len(packet) == len(XMP)
    assert OWNER in packet


async def test_other_extensions_stay() -> None:
    """Loops, profiles and comments keep every byte, and so does what follows the end."""
    other = extension(b"ICCRGBG1012", XMP) + b"!\xfe" + blocks(XMP) + b"!\x01" + blocks(XMP)
    for data in first_and_last(PICTURES["gif, moving"][1], other):
        assert await stripped(data + PACKET, "image/gif") == data + PACKET


@given(st.lists(st.integers(1, 255), max_size=60))
def test_however_pixels_are_cut_the_end_is_found(sizes: list[int]) -> None:
    """Sub-blocks of all sizes are leapt over, whatever they hold, and the packet is found."""
    pixels = b"".join(bytes([size]) + b"!" * size for size in sizes) + b"\0"
    data = gif_of(1, 1, GIF_FRAME[:11] + pixels + PACKET)
    kept = asyncio.run(stripped(data, "image/gif"))
    at = data.index(PACKET)
    assert kept[:at] == data[:at]
    assert TOWN not in kept


async def test_a_large_one_is_read_once() -> None:
    """The packet behind 30 MB of pixels is found in few reads, and bytes are read once."""
    data = gif_of(1, 1, GIF_FRAME[:11] + blocks(bytes(30_000_000)) + PACKET)
    patches, reads = await found_in(data, "image/gif")
    assert TOWN not in patches.applied(data, 0)
    assert len(reads) < MAX_READS
    assert sum(reads) == len(data)


@pytest.mark.parametrize("content", [
    GIF_FRAME[:11] + blocks(bytes(MAX_BYTES)) + PACKET, GIF_FRAME[:11] + b"\1a\2aa" * 100_000,
    bytes(100_000), b"!\xff\0" * 100_000, PACKET * 60_000,
    extension(b"MGKx8BIM000", bytes(9 << 20)),
    b"!\xff\x0bXMP DataXMP" + b" " * (9 << 20) + TRAILER,
])  # fmt: skip
async def test_one_that_takes_too_much_is_refused(content: bytes) -> None:
    """More bytes, sub-blocks or blocks than the bounds are not looked through."""
    with pytest.raises(Unwalkable):
        await stripped(gif_of(1, 1, content), "image/gif")


@pytest.mark.parametrize("end", [*range(60), *range(600, 640)])
async def test_one_cut_short_is_served(end: int) -> None:
    """Wherever it ends, it keeps its length."""
    data = first_and_last(PICTURES["gif"][1], PACKET)[0][: 800 + end]
    assert len(await stripped(data, "image/gif")) == len(data)
