"""thumbor_renuo.imaging.headers.heif: AVIF, HEIC and JPEG XL."""

import struct

import pytest

from tests.imaging.pictures import STILL, saved, scene
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.formats import AVIF, HEIC, JXL
from thumbor_renuo.imaging.headers.heif import MAX_PIXELS, kind_of, read


def brands(*names: bytes) -> bytes:
    return struct.pack(">I", 8 + 4 * len(names)) + b"ftyp" + b"".join(names)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (brands(b"avif", bytes(4)), AVIF),
        (brands(b"avis", bytes(4)), AVIF),
        (brands(b"mif1", bytes(4), b"miaf", b"avif"), AVIF),
        (brands(b"heic", bytes(4), b"mif1"), HEIC),
        (brands(b"mif1", bytes(4), b"heic"), HEIC),
        (brands(b"mp42", bytes(4), b"isom"), None),
        (brands(b"mif1", b"avif"), None),  # a version, which only looks like a brand
        (b"\xff\x0a", JXL),
        (b"\0\0\0\x0cJXL \r\n\x87\n", JXL),
        (b"", None),
    ],
)
def test_the_brands_tell(data: bytes, kind: object) -> None:
    """The major one and the compatible ones."""
    assert kind_of(data) is kind


def test_depth_and_alpha_are_told() -> None:
    """As the library that decodes it says."""
    assert read(AVIF, STILL["avif, alpha"][1]).has_alpha
    assert read(AVIF, STILL["avif"][1]).bits == 8


def test_pixels_are_bounded() -> None:
    """Its decoder holds all of them, several times, and cannot be stopped."""
    content = saved(scene(), "AVIF")
    at = content.index(b"ispe") + 8
    large = content[:at] + struct.pack(">II", 8001, 8000) + content[at + 8 :]
    with pytest.raises(TooLarge) as refused:
        read(AVIF, large)
    assert refused.value.limit == MAX_PIXELS


def test_a_damaged_one_is_unreadable() -> None:
    """Brands with nonsense behind them."""
    with pytest.raises(UnreadableImage):
        read(HEIC, brands(b"heic", bytes(4)) + bytes(100))
