"""thumbor_renuo.imaging.headers.png: chunks before the pixels."""

import pytest

from tests.imaging.pictures import chunk, exif, flat_png, png_of, saved, scene
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers.png import read
from thumbor_renuo.imaging.structure import MAX_CHUNKS


def with_chunk(kind: bytes, content: bytes, at: int = 33) -> bytes:
    content_of = flat_png(10, 20)
    return content_of[:at] + chunk(kind, content) + content_of[at:]


@pytest.mark.parametrize(
    ("mode", "has_alpha"), [("RGB", False), ("RGBA", True), ("L", False), ("LA", True)]
)
def test_alpha_is_a_channel(mode: str, has_alpha: bool) -> None:
    """Of grey and of colours."""
    picture = scene("RGBA" if has_alpha else "RGB").convert(mode)
    assert read(saved(picture, "PNG")).has_alpha is has_alpha


def test_alpha_is_a_transparent_colour() -> None:
    """In the chunk tRNS, with and without a palette."""
    assert read(with_chunk(b"tRNS", bytes(6))).has_alpha
    assert read(saved(scene().quantize(16), "PNG", transparency=3)).has_alpha
    assert not read(with_chunk(b"tEXt", b"tRNS\0x")).has_alpha


def test_an_orientation_stands_before_the_pixels() -> None:
    """What stands behind them is left out, as browsers do."""
    turned = exif(6).tobytes().removeprefix(b"Exif\0\0")
    assert read(with_chunk(b"eXIf", turned)).orientation == 6
    assert read(with_chunk(b"eXIf", turned, at=len(flat_png(10, 20)) - 12)).orientation == 1


@pytest.mark.parametrize(("depth", "colours"), [(3, 0), (4, 2), (16, 3), (8, 5), (8, 7), (0, 0)])
def test_colours_that_cannot_be_are_damaged(depth: int, colours: int) -> None:
    """Depths that a colour type does not have (PNG 3, table 12)."""
    with pytest.raises(UnreadableImage):
        read(png_of(9, 9, b"", depth, colours))


@pytest.mark.parametrize("size", [(0, 9), (9, 0), (2**31, 9), (9, 2**32 - 1)])
def test_sides_that_cannot_be_are_damaged(size: tuple[int, int]) -> None:
    """None, and more than 31 bits."""
    with pytest.raises(UnreadableImage):
        read(png_of(*size, b""))


def test_chunks_are_bounded() -> None:
    """Empty ones count as well."""
    with pytest.raises(TooLarge, match="chunks"):
        read(flat_png(1, 1)[:33] + b"\0\0\0\0teXt\0\0\0\0" * (MAX_CHUNKS + 1))
