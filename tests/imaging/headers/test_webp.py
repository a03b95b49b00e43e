"""thumbor_renuo.imaging.headers.webp: chunks of WebP."""

import struct

import pytest

from tests.imaging.pictures import HEIGHT, WIDTH, exif, moving, saved, scene
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers.webp import is_lossless, read
from thumbor_renuo.imaging.structure import MAX_CHUNKS


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    made = b"".join(
        kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(made) + 4) + b"WEBP" + made


def extended(flags: int, size: tuple[int, int] = (9, 7)) -> tuple[bytes, bytes]:
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    return b"VP8X", bytes([flags, 0, 0, 0]) + sides


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_both_ways_to_pack_are_told_of(mode: str, lossless: bool) -> None:
    """Sides and alpha."""
    header = read(saved(scene(mode), "WEBP", lossless=lossless))
    assert (header.width, header.height, header.has_alpha) == (WIDTH, HEIGHT, mode == "RGBA")


def test_an_animation_tells_its_times() -> None:
    """For each frame, and how often it is played."""
    header = read(moving("WEBP", 3, duration=[40, 120, 2000], loop=3))
    assert (header.frames, header.delays_ms, header.loop) == (3, (40, 120, 2000), 3)


def test_a_still_one_has_none() -> None:
    """Even where it says so of itself."""
    assert (read(saved(scene(), "WEBP")).delays_ms, read(saved(scene(), "WEBP")).loop) == ((), 0)


def test_the_canvas_counts() -> None:
    """Up to 24 bits a side."""
    header = read(riff(extended(0, (70_000, 3))))
    assert (header.width, header.height, header.frames) == (70_000, 3, 1)


def test_an_orientation_counts_where_the_header_announces_it() -> None:
    """As libvips and browsers have it."""
    turned = b"EXIF", exif(6).tobytes()
    assert read(riff(extended(0x08), turned)).orientation == 6
    assert read(riff(extended(0), turned)).orientation == 1


@pytest.mark.parametrize("content", [
    riff(), riff((b"VP8 ", bytes(10))), riff((b"VP8L", bytes(5))), riff((b"VP8X", bytes(3))),
    riff(extended(0x02)), riff((b"ALPH", bytes(5))), riff((b"VP8 ", bytes(3) + b"\x9d\x01\x2a")),
    b"RIFF\0\0\0\0WEBP",
])  # fmt: skip
def test_what_cannot_be_is_damaged(content: bytes) -> None:
    """Chunks without a start, without a size, an animation without a frame."""
    with pytest.raises(UnreadableImage):
        read(content)


def test_chunks_are_bounded() -> None:
    """Of an animation, which are all walked through."""
    with pytest.raises(TooLarge, match="chunks"):
        read(riff(extended(0x02), *[(b"ABCD", b"")] * (MAX_CHUNKS + 1)))


def test_a_lossless_picture_may_come_late() -> None:
    """Behind a megabyte of something else."""
    late = (extended(0), (b"ICCP", bytes(1_100_000)))
    assert is_lossless(riff(*late, (b"VP8L", bytes(4))))
    assert not is_lossless(riff(*late, (b"VP8 ", b"VP8L")))
