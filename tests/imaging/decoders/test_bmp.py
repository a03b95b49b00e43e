"""thumbor_renuo.imaging.decoders.bmp: BMP of the common kinds."""

import struct

import pytest
from PIL import Image

from tests.imaging.decoders.opening import decoded, difference, first, small
from tests.imaging.headers.test_bmp import header, masks
from tests.imaging.pictures import saved, scene
from thumbor_renuo.errors import UnreadableImage


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 9, 31, 200])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_all_kinds_are_read(mode: str, width: int) -> None:
    """Of 1, 8, 24 and 32 bits, at all widths."""
    picture = scene("RGBA" if mode == "RGBA" else "RGB", (width, 5)).convert(mode)
    assert difference(first(saved(picture, "BMP")), picture.convert("RGB")) == 0


@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_16_colours_stand_in_half_bytes(width: int) -> None:
    """The first in the higher half."""
    palette = b"".join(bytes([index, 2 * index, 3 * index, 0]) for index in range(16))
    line = bytes.fromhex("0123456789abcdef"[:width].ljust(8, "0"))
    content = header((width, 1), 4, more=palette) + line
    assert list(first(content).get_flattened_data()) == [(3 * i, 2 * i, i) for i in range(width)]


def test_a_colour_beyond_the_palette_is_black() -> None:
    """Two colours, and an index of three."""
    content = header((2, 1), 8, more=bytes([9, 9, 9, 0, 8, 8, 8, 0])) + b"\1\3\0\0"
    assert list(first(content).get_flattened_data()) == [(8, 8, 8), (0, 0, 0)]


def test_lines_may_begin_at_the_top() -> None:
    """A negative height says so."""
    pixels = bytes([1, 2, 3, 0, 4, 5, 6, 0])
    assert list(first(header((1, 2), 24) + pixels).get_flattened_data()) == [(6, 5, 4), (3, 2, 1)]
    assert list(first(header((1, -2), 24) + pixels).get_flattened_data()) == [(3, 2, 1), (6, 5, 4)]


@pytest.mark.parametrize(
    ("channels", "value", "pixel"),
    [
        ((0x7C00, 0x3E0, 0x1F), 0x7FFF, (255, 255, 255)),
        ((0x7C00, 0x3E0, 0x1F), 16 << 10 | 8 << 5 | 1, (132, 66, 8)),
        ((0xF800, 0x7E0, 0x1F), 63 << 5, (0, 255, 0)),
        ((0xF, 0xF0, 0xF00), 0x123, (51, 34, 17)),
    ],
)
def test_16_bits_are_shared_by_masks(
    channels: tuple[int, ...], value: int, pixel: tuple[int, ...]
) -> None:
    """Of 5, 6 or 4 bits, in any order."""
    content = header((1, 1), 16, 3, more=masks(*channels)) + struct.pack("<HH", value, 0)
    assert first(content).getpixel((0, 0)) == pixel


def test_16_bits_without_masks_are_5_each() -> None:
    """The highest bit is not used."""
    content = header((1, 1), 16) + struct.pack("<HH", 0x8000 | 31 << 10, 0)
    assert first(content).getpixel((0, 0)) == (255, 0, 0)


def test_32_bits_may_have_alpha_and_ten_bits() -> None:
    """By their masks alone."""
    alpha = masks(0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    content = header((1, 1), 32, 3, head=108, more=alpha) + bytes([10, 20, 30, 40])
    assert first(content).getpixel((0, 0)) == (10, 20, 30, 40)
    wide = masks(0x3FF00000, 0xFFC00, 0x3FF)
    content = header((1, 1), 32, 3, more=wide) + struct.pack("<I", 1023 << 20 | 512 << 10)
    assert first(content).getpixel((0, 0)) == (255, 128, 0)


def test_alpha_that_nobody_has_written_is_none() -> None:
    """A picture that would be invisible is not meant to be."""
    alpha = masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    content = header((1, 1), 32, 3, head=108, more=alpha) + bytes([10, 20, 30, 0])
    shown = first(content)
    assert (shown.mode, shown.getpixel((0, 0))) == ("RGB", (30, 20, 10))


def test_it_is_made_smaller() -> None:
    """As Pillow does it."""
    assert difference(first(saved(scene(), "BMP"), (50, 40)), small(scene(), (50, 40))) < 4


@pytest.mark.parametrize("mode", ["1", "P", "RGB"])
def test_one_that_is_cut_short_is_refused_unless_asked_for(mode: str) -> None:
    """Then the lines that are missing are black."""
    picture = Image.new("RGB", (40, 30), "white").convert(mode)
    content = saved(picture, "BMP")[:-100]
    with pytest.raises(UnreadableImage, match="cut short"):
        decoded(content)
    shown = first(content, truncated=True).convert("RGB")
    assert shown.getpixel((0, 29)) == (255, 255, 255)
    assert shown.getpixel((0, 0)) == (0, 0, 0)


def test_without_a_line_there_is_no_picture() -> None:
    """Not even for who wants what is left."""
    with pytest.raises(UnreadableImage):
        decoded(header((9, 9)), truncated=True)
