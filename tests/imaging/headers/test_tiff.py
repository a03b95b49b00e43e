"""thumbor_renuo.imaging.headers.tiff: TIFF and EXIF directories."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import by_libvips, exif, saved, scene
from thumbor_renuo.errors import RenuoError, TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers import tiff
from thumbor_renuo.imaging.headers.tiff import (
    MAX_TILE_PIXELS,
    TILE_WIDTH,
    exif_orientation,
    read,
)


def directory(order: str, *entries: tuple[int, int, int], start: bytes = b"") -> bytes:
    """A TIFF of entries of a tag, a type (3: short, 4: long) and a value."""
    made = [
        struct.pack(order + "HHI", tag, kind, 1)
        + struct.pack(order + ("HH" if kind == 3 else "I"), *([value, 0] if kind == 3 else [value]))
        for tag, kind, value in entries
    ]
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "IH", 8, len(made))
    return start + head + b"".join(made) + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("start", [b"", b"Exif\0\0"])
def test_an_orientation_is_found(order: str, start: bytes) -> None:
    """In both byte orders, with and without EXIF's own header."""
    assert exif_orientation(directory(order, (1, 4, 7), (274, 3, 6), start=start)) == 6


@pytest.mark.parametrize("data", [
    b"", b"Exif\0\0", b"II*\0", b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", b"nonsense" * 9,
    directory("<", (1, 4, 6)), directory("<", (274, 3, 9)), directory("<", (274, 3, 6))[:14],
])  # fmt: skip
def test_without_one_it_is_upright(data: bytes) -> None:
    """Where it is missing, impossible, cut off, or where all is nonsense."""
    assert exif_orientation(data) == 1


def test_the_first_of_two_counts() -> None:
    """As browsers have it."""
    assert exif_orientation(directory(">", (274, 3, 8), (274, 3, 3))) == 8


def test_pillow_writes_it_the_same_way() -> None:
    """The EXIF data of a real writer."""
    assert exif_orientation(exif(5).tobytes()) == 5


@pytest.mark.parametrize(
    ("mode", "bits", "has_alpha"),
    [("RGB", 8, False), ("RGBA", 8, True), ("L", 8, False), ("1", 1, False), ("I;16", 16, False),
     ("CMYK", 8, False)],
)  # fmt: skip
def test_channels_are_told(mode: str, bits: int, has_alpha: bool) -> None:
    """Their bits, and whether one of them is alpha."""
    picture = scene(mode) if mode in {"RGB", "RGBA", "CMYK"} else scene("L").convert(mode)
    header = read(saved(picture, "TIFF"))
    assert (header.bits, header.has_alpha) == (bits, has_alpha)


def test_tiles_are_bounded() -> None:
    """They are held whole, however small the picture is."""
    assert read(by_libvips(scene(), ".tif", tile=True)).width == 200
    sides = [(256, 4, 10), (257, 4, 10)]
    assert read(directory("<", *sides, (322, 4, 4096), (323, 4, 4096))).width == 10
    with pytest.raises(TooLarge) as refused:
        read(directory("<", *sides, (322, 4, 4096), (323, 4, 4097)))
    assert refused.value.limit == MAX_TILE_PIXELS


def with_tile_width(kind: int, number: bytes) -> bytes:
    """A TIFF in tiles that tells their width so: in its directory, or at its end."""
    data = by_libvips(scene(), ".tif", tile=True)
    place = data.index(struct.pack("<HHI", TILE_WIDTH, 3, 1))
    is_short = len(number) <= 4
    value = number.ljust(4, b"\0") if is_short else struct.pack("<I", len(data))
    entry = struct.pack("<HHI", TILE_WIDTH, kind, 1) + value
    return data[:place] + entry + data[place + 12 :] + (b"" if is_short else number)


@pytest.mark.parametrize(("kind", "number"), [
    (1, "B"), (3, "H"), (4, "I"), (6, "b"), (8, "h"), (9, "i"), (13, "I"), (16, "Q"),
])  # fmt: skip
def test_a_tile_is_told_in_any_whole_number(kind: int, number: str) -> None:
    """As libtiff takes all of them."""
    data = with_tile_width(kind, struct.pack("<" + number, 64))
    assert tiff.directory(data, 0)[TILE_WIDTH] == 64


@pytest.mark.parametrize(("kind", "number"), [(9, "i"), (16, "q")])
def test_a_width_below_zero_is_too_large(kind: int, number: str) -> None:
    """A decoder that leaves its sign out would ask for as much."""
    with pytest.raises(TooLarge, match="tiles"):
        read(with_tile_width(kind, struct.pack("<" + number, -1)))


def test_a_size_is_needed() -> None:
    """A directory that tells none, or zero, is damaged."""
    for entries in ([(256, 4, 10)], [(256, 4, 10), (257, 4, 0)], []):
        with pytest.raises(UnreadableImage):
            read(directory(">", *entries))


@given(st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]), st.binary(max_size=200))
def test_any_directory_is_read_or_refused(start: bytes, rest: bytes) -> None:
    """Nothing else is raised."""
    assert 1 <= exif_orientation(start + rest) <= 8
    with contextlib.suppress(RenuoError):
        assert read(start + rest).width > 0
