"""encode, encode_animation: what holds for all formats."""

import itertools

import pytest

from tests.imaging import profiles
from tests.imaging.encoders.rasters import error, gradient, noise, opened
from thumbor_renuo.errors import InvalidOptions, RenderTimeout
from thumbor_renuo.imaging.encoders import (
    ANIMATED,
    MADE_HERE,
    MAX_SIDES,
    EncodeOptions,
    encode,
    encode_animation,
)
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import time_limit

FORMATS = ["jpeg", "png", "webp", "avif", "gif"]
OPTIONS = EncodeOptions()
P3 = profiles.in_colour(profiles.P3, profiles.parametric(*profiles.SRGB_CURVE))


def red(size: tuple[int, int]) -> Raster:
    return Raster.plain(size, (200, 30, 20, 255)).without_alpha()


def test_the_everyday_formats_are_made_here() -> None:
    """JPEG, PNG, WebP, AVIF and GIF need no extra; all but JPEG can move."""
    assert set(FORMATS) <= MADE_HERE
    assert {"gif", "webp", "avif", "png"} == ANIMATED


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_picture_comes_back(name: str, mode: str) -> None:
    """Size and colours are those that went in; alpha, too, where the format has one."""
    raster = gradient(mode)
    image = opened(encode(raster, name, EncodeOptions(quality=90)))
    assert image.format == name.upper()
    assert image.size == raster.size
    has_alpha = raster.has_alpha and name != "jpeg"
    assert (image.convert("RGBA").getchannel("A").getextrema() != (255, 255)) == has_alpha
    if name == "gif":
        return  # its alpha is all or nothing
    shown = raster if has_alpha else raster.without_alpha()
    assert error(encode(shown, name, EncodeOptions(quality=90)), shown) < 4


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (17, 3)])
def test_the_smallest_pictures_are_made(name: str, size: tuple[int, int]) -> None:
    """A pixel or a line is a picture, at every quality."""
    for mode, quality in itertools.product(("L", "RGBA"), (1, 80, 100)):
        data = encode(noise(mode, size), name, EncodeOptions(quality=quality))
        assert opened(data).size == size


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_more_quality_is_more_bytes_and_less_error(name: str) -> None:
    """Over the whole scale."""
    raster = noise("RGB", (64, 64))
    made = [encode(raster, name, EncodeOptions(quality=q)) for q in (1, 20, 50, 80, 95)]
    assert sorted(made, key=len) == made
    errors = [error(data, raster) for data in made]
    assert sorted(errors, reverse=True) == errors


@pytest.mark.parametrize("name", FORMATS)
def test_metadata_is_left_out(name: str) -> None:
    """Without being asked for, there is no EXIF, XMP or profile."""
    image = opened(encode(gradient(), name, OPTIONS))
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "photoshop"} & set(image.info)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_profile_goes_with_its_pixels(name: str, mode: str) -> None:
    """A wide gamut's profile is embedded, and never beside grey."""
    raster = gradient(mode)
    image = opened(encode(Raster(raster.image, P3), name, OPTIONS))
    assert image.info["icc_profile"] == P3
    assert image.mode.startswith("RGB")


def test_a_gif_of_a_wide_gamut_is_in_srgb() -> None:
    """It has no room for a profile, so that the numbers change."""
    raster = Raster(red((8, 8)).image, P3)
    shown = opened(encode(raster, "gif", OPTIONS)).convert("RGB").getpixel((0, 0))
    assert isinstance(shown, tuple)
    assert shown[0] > 205


@pytest.mark.parametrize("name", [name for name in MAX_SIDES if name in FORMATS])
def test_a_format_has_a_longest_side(name: str) -> None:
    """A pixel more is refused, with the format and its limit."""
    limit = MAX_SIDES[name]
    assert encode(red((limit, 1)), name, OPTIONS)
    for size in ((limit + 1, 1), (1, limit + 1)):
        with pytest.raises(InvalidOptions, match=rf"a {name.upper()} has at most {limit} pixels"):
            encode(red(size), name, OPTIONS)


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_an_animation_has_it_too(name: str) -> None:
    """Of one frame, not of all together."""
    limit = MAX_SIDES[name]
    assert encode_animation([red((1, limit // 2 + 1))] * 2, [1], 0, name, OPTIONS)
    with pytest.raises(InvalidOptions, match=str(limit)):
        encode_animation([red((1, limit + 1))] * 2, [10, 10], 0, name, OPTIONS)


@pytest.mark.parametrize("name", ["tiff", "bmp", ""])
def test_what_is_not_made_here_is_refused(name: str) -> None:
    """With its name."""
    with pytest.raises(InvalidOptions, match=f"no {name.upper()} is made here"):
        encode(red((1, 1)), name, OPTIONS)
    with pytest.raises(InvalidOptions, match=f"no animated {name.upper()} is made here"):
        encode_animation([red((1, 1))], [], 0, name, OPTIONS)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_encoded_when_the_time_is_over(name: str) -> None:
    """Not even begun."""
    with time_limit(0), pytest.raises(RenderTimeout):
        encode(red((4, 4)), name, OPTIONS)


def test_libvips_stops_within_a_picture() -> None:
    """What takes far longer than there is time is not done to the end."""
    raster = noise("RGB", (1500, 1000))
    with pytest.raises(RenderTimeout), time_limit(0.05):
        encode(raster, "png", EncodeOptions(png_compression=9))
