"""AVIF."""

from typing import Any

import pytest

from tests.imaging.encoders.rasters import gradient, opened
from thumbor_renuo.imaging.encoders import EncodeOptions, avif, encode, saving
from thumbor_renuo.imaging.raster import Raster


def plain(size: tuple[int, int]) -> Raster:
    return Raster.plain(size, (9, 9, 9, 255)).without_alpha()


@pytest.mark.parametrize(
    ("size", "asked", "speed"),
    [((1000, 1000), 0, 8), ((1001, 1000), 0, 9), ((10, 10), 6, 6), ((2000, 1000), 8, 8)],
)
def test_large_pictures_are_made_faster(
    size: tuple[int, int], asked: int, speed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above a megapixel, where no speed is asked for; and always in one thread."""
    seen: dict[str, Any] = {}
    monkeypatch.setattr(saving, "by_pillow", lambda _image, _name, **given: seen.update(given))
    avif.encode(plain(size), EncodeOptions(avif_speed=asked))
    assert seen["speed"] == speed
    assert seen["max_threads"] == 1


def test_an_opaque_alpha_is_left_out() -> None:
    """It would cost as much as another picture."""
    opaque = gradient("RGB").with_alpha()
    assert opened(encode(opaque, "avif", EncodeOptions())).mode == "RGB"
    assert opened(encode(gradient("RGBA"), "avif", EncodeOptions())).mode == "RGBA"


def test_the_kept_exif_is_there() -> None:
    """As it was given."""
    exif = b"II*\0\x08\0\0\0\x01\0\x98\x82\x02\0\x04\0\0\0(c)\0\0\0\0\0"
    image = opened(encode(gradient(), "avif", EncodeOptions(exif=exif)))
    assert image.getexif()[0x8298] == "(c)"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"no tiff", b"II*\0", b"II*\0\xff\xff\xff\xff", b"x"])
def test_damaged_exif_does_no_harm(exif: bytes) -> None:
    """The picture is there."""
    assert opened(encode(gradient(), "avif", EncodeOptions(exif=exif))).size == (64, 48)
