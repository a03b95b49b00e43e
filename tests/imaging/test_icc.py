"""thumbor_renuo.imaging.icc: what profiles say."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from tests.imaging.profiles import P3, SRGB, SRGB_CURVE, in_colour, in_grey, parametric, sampled
from thumbor_renuo.imaging import icc

CURVE = parametric(*SRGB_CURVE)
SAMPLES = [round(65535 * icc._srgb_curve(n / 1023)) for n in range(1024)]


def test_srgb_is_known_however_it_is_written() -> None:
    """By formulas and tables; as Little CMS and libvips write it."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    of_libvips = pyvips.Operation.call("profile_load", "srgb")
    for profile in (
        made,
        bytes(of_libvips),
        in_colour(SRGB, CURVE),
        in_colour(SRGB, sampled(*SAMPLES)),
        in_colour(SRGB, parametric(*SRGB_CURVE, 0, 0)),
        in_grey(CURVE),
    ):
        assert icc.is_srgb(profile)
        assert icc.space(profile) in {icc.RGB, icc.GREY}


@pytest.mark.parametrize(
    "profile",
    [
        in_colour(P3, CURVE),
        in_colour(SRGB[::-1], CURVE),
        in_colour(SRGB, parametric(1.8)),
        in_colour(SRGB, sampled(int(2.2 * 256))),
        in_colour(SRGB, sampled()),
        in_colour(SRGB, sampled(0, 65535)),
        in_colour(SRGB, b"none" + CURVE[4:]),
        in_grey(parametric(2.2)),
        in_colour(SRGB, CURVE).replace(b"cprt", b"A2B0"),
        in_colour(SRGB, CURVE) + bytes(icc.MAX_SIMPLE_BYTES),
    ],
)
def test_another_space_is_not_srgb(profile: bytes) -> None:
    """Other primaries, other curves, and tables beside them."""
    assert not icc.is_srgb(profile)


@pytest.mark.parametrize(
    ("numbers", "at", "light"),
    [
        ((2.0,), 0.5, 0.25),
        ((2.0, 1.0, -0.25), 0.5, 0.0625),
        ((2.0, 1.0, -0.25), 0.125, 0.0),
        ((2.0, 1.0, -0.25, 0.125), 0.5, 0.1875),
        ((2.0, 1.0, -0.25, 0.125), 0.125, 0.125),
        ((2.0, 1.0, 0.0, 0.5, 0.25), 0.125, 0.0625),
        ((2.0, 1.0, 0.0, 0.5, 0.25, 0.125, 0.25), 0.5, 0.375),
        ((2.0, 1.0, 0.0, 0.5, 0.25, 0.125, 0.25), 0.125, 0.3125),
    ],
)
def test_all_formulas_are_known(numbers: tuple[float, ...], at: float, light: float) -> None:
    """Each type on both sides of its break (ICC.1:2022, table 68)."""
    assert icc._curve(parametric(*numbers), at) == pytest.approx(light, abs=1e-4)


def test_what_is_cut_or_is_no_profile_has_no_space() -> None:
    """Wherever it is cut."""
    whole = in_colour(P3, CURVE)
    assert icc.space(whole) == icc.RGB
    for end in range(len(whole)):
        assert icc.space(whole[:end]) is None
    assert icc.space(whole.replace(b"acsp", b"none")) is None


@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_are_judged(noise: bytes, at: int) -> None:
    """Nothing is raised, and a profile is not changed into sRGB by what does not matter."""
    whole = in_colour(SRGB, CURVE)
    for profile in (noise, whole[:at] + noise + whole[at + len(noise) :]):
        assert icc.is_srgb(profile) in {True, False}
        assert icc.space(profile) is None or len(icc.space(profile) or b"") == 4
