"""thumbor_renuo.imaging.profile: into sRGB."""

import io
from typing import Any

import pytest
import pyvips
from PIL import ImageCms

from tests.imaging.decoders.opening import difference
from tests.imaging.pictures import saved, scene
from tests.imaging.profiles import P3, SRGB, SRGB_CURVE, in_colour, in_grey, parametric
from thumbor_renuo.imaging.profile import to_srgb
from thumbor_renuo.imaging.raster import Raster

CURVE = parametric(*SRGB_CURVE)
WIDE, PLAIN, LINEAR_GREY = in_colour(P3, CURVE), in_colour(SRGB, CURVE), in_grey(parametric(1.0))


def image_of(mode: str) -> Any:
    return Raster.from_pillow(scene(mode)).image


def shown(image: Any) -> Any:
    return Raster.of(image).to_pillow()


def inks() -> Any:
    return pyvips.Image.new_from_buffer(saved(scene("CMYK"), "TIFF"), "").copy_memory()


def test_a_wide_space_becomes_srgb() -> None:
    """As Little CMS does it."""
    converted, profile = to_srgb(image_of("RGB"), WIDE)
    wide = ImageCms.getOpenProfile(io.BytesIO(WIDE))
    expected = ImageCms.profileToProfile(scene(), wide, ImageCms.createProfile("sRGB"))
    assert profile is None
    assert difference(shown(converted), expected) < 0.1
    assert difference(shown(converted), scene()) > 3


def test_alpha_is_no_colour() -> None:
    """It stays, and the colours become the same as without it."""
    converted, _ = to_srgb(image_of("RGBA"), WIDE)
    opaque, _ = to_srgb(image_of("RGB"), WIDE)
    assert difference(shown(converted).convert("RGB"), shown(opaque)) == 0
    assert difference(shown(converted).getchannel("A"), scene("RGBA").getchannel("A")) == 0


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_stays_grey(mode: str) -> None:
    """It follows its own curve: a linear half is brighter in sRGB."""
    source = scene("RGBA").getchannel("B").convert(mode)
    converted, profile = to_srgb(Raster.from_pillow(source).image, LINEAR_GREY, wide_gamut=True)
    result = shown(converted)
    assert (result.mode, profile) == (mode, None)
    before, after = (picture.getchannel("L").get_flattened_data() for picture in (source, result))
    assert {b for a, b in zip(before, after, strict=True) if a == 128} <= {187, 188, 189}


def test_wide_colours_may_be_kept() -> None:
    """With their profile; what is sRGB needs none."""
    kept, profile = to_srgb(image_of("RGB"), WIDE, wide_gamut=True)
    assert profile == WIDE
    assert difference(shown(kept), scene()) == 0
    assert to_srgb(image_of("RGB"), PLAIN, wide_gamut=True)[1] is None


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", None),
        ("RGB", PLAIN),
        ("RGB", b""),
        ("RGB", WIDE[:-1]),
        ("RGB", WIDE[:300]),
        ("RGB", LINEAR_GREY),
        ("L", WIDE),
        ("LA", WIDE),
        ("RGBA", LINEAR_GREY),
    ],
)
def test_what_says_nothing_changes_nothing(mode: str, profile: bytes | None, keep: bool) -> None:
    """No profile, sRGB's, a damaged one, and one of other channels."""
    source = scene("RGBA").convert(mode)
    image, found = to_srgb(Raster.from_pillow(source).image, profile, wide_gamut=keep)
    assert found is None
    assert shown(image).mode == mode
    assert difference(shown(image), source) == 0


@pytest.mark.parametrize("kind", [b"link", b"nmcl"])
def test_a_profile_of_no_picture_is_ignored(kind: bytes) -> None:
    """It is whole and of the right channels, but Little CMS cannot convert by it."""
    profile = WIDE[:12] + kind + WIDE[16:20] + b"Lab " + WIDE[24:]
    image, found = to_srgb(image_of("RGBA"), profile)
    assert found is None
    assert difference(shown(image), scene("RGBA")) == 0


def test_inks_become_colours() -> None:
    """With a profile, without one, and with one that is damaged or of other channels."""
    of_libvips = bytes(pyvips.Operation.call("profile_load", "cmyk"))
    expected, _ = to_srgb(inks(), of_libvips)
    assert (expected.bands, expected.interpretation) == (3, "srgb")
    assert 5 < difference(shown(expected), scene("CMYK").convert("RGB")) < 60
    for profile in (None, WIDE, of_libvips[:5000]):
        assert difference(shown(to_srgb(inks(), profile)[0]), shown(expected)) < 1
