"""place: what is wanted falls on whole pixels, wherever a decoder has left it."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.natural import photograph, psnr
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.placement import BEYOND, Placement, place
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.resample import _shifted, resample

libvips.set_up()


@given(
    shrink=st.sampled_from([1, 2, 4, 8]),
    left=st.integers(0, 4000),
    length=st.integers(1, 4000),
    behind=st.integers(0, 100),
    out=st.integers(1, 600),
)
def test_it_makes_as_many_pixels_as_wanted(
    shrink: int, left: int, length: int, behind: int, out: int
) -> None:
    """Within the picture, and as libvips counts them."""
    available = max(1, -(-(left + length + behind) // shrink))
    if out > length / shrink:
        return  # that is to enlarge it
    found = place(left / shrink, length / shrink, out, available)
    assert found.length >= 1
    assert found.start >= -BEYOND
    assert found.start + found.length <= available + BEYOND
    if found.made:
        reduced = pyvips.Image.black(found.length, 1).reduce(length / shrink / out, 1, gap=2)
        assert reduced.width == found.made >= found.before + out


def error_of(offset: int) -> float:
    """The mean difference to what is made of all pixels, of a box that begins there."""
    full = Image.effect_noise((400, 400), 90).resize((1600, 1600), Image.Resampling.BICUBIC)
    box = (400 + offset, 400 + offset, 800 + offset, 800 + offset)
    geometry = Geometry.whole(1600, 1600).crop(*box).resize(60, 60)
    made = resample(Raster.from_pillow(full.reduce(4)).image, geometry, shrunk=4)
    wanted = full.crop(box).resize((60, 60), Image.Resampling.LANCZOS).tobytes()
    apart = [abs(a - b) for a, b in zip(Raster.of(made).to_bytes(), wanted, strict=True)]
    return sum(apart) / len(apart)


def test_a_box_between_two_pixels_is_not_shifted() -> None:
    """A decoder's step of 4 leaves nothing to see of where the box began."""
    aligned = error_of(0)
    assert all(error_of(offset) < 2.5 * aligned for offset in range(1, 5))


@pytest.mark.parametrize(
    ("length", "out", "available"),
    [(500.25, 222, 501), (334.25, 149, 335), (750.5, 167, 751)],
)
def test_all_of_a_picture_is_not_shifted(length: float, out: int, available: int) -> None:
    """Of an odd side a decoder leaves a part of a pixel, which moves nothing."""
    assert place(0, length, out, available).error <= 1 / 40


@pytest.mark.parametrize("width", [250, 249, 166])
def test_what_no_cut_brings_near_is_moved(width: int) -> None:
    """A scale that is nearly a whole number leaves the same part of a pixel everywhere."""
    size, small = (1001, 667), (width, round(width * 2 / 3))
    picture = photograph(size)
    made = resample(_halved(picture), Geometry.whole(*size).resize(*small), shrunk=2)
    wanted = picture.resize(small, Image.Resampling.LANCZOS)
    assert psnr(Raster.of(made).to_pillow(), wanted) > 40


@given(st.floats(-0.25, 0.25))
def test_what_is_moved_is_as_bright_as_before(shift: float) -> None:
    """Its weights are rounded by libvips, and still make one."""
    grey = pyvips.Image.black(20, 20) + 200
    moved = _shifted(grey.cast("uchar"), *[Placement(0, 20, 20, 0, shift)] * 2)
    assert (moved.min(), moved.max()) == (200, 200)


def _halved(picture: Image.Image) -> pyvips.Image:
    """As decoders do; where sides are rounded up, the pixels at the edge go on."""
    padded = Image.new(picture.mode, (picture.width + 1, picture.height + 1))
    for offset in ((1, 1), (1, 0), (0, 1), (0, 0)):
        padded.paste(picture, offset)
    return Raster.from_pillow(padded.reduce(2)).image


def test_a_box_that_takes_nearly_all_is_not_shifted() -> None:
    """Where there is no room for more pixels around it, those at the edge go on."""
    found = place(0.5, 119, 52, 120)
    assert found.error <= 1 / 16
    assert found.start < 0 or found.start + found.length > 120
