"""thumbor_renuo.imaging.effects.fill: pictures on larger grounds."""

import pytest
from thumbor.ext.filters import _fill

from tests.imaging.effects.compared import MODES, fresh, picture, pixel, plain
from thumbor_renuo.imaging.effects.fill import background, fill, fill_with_blur, mean_colour

BLUE = (0, 0, 255, 255)
HALF = (200, 100, 0, 128)


def test_the_picture_is_in_the_middle() -> None:
    """What it leaves free has the ground's colour; an opaque one on an opaque one has no alpha."""
    made = fill(plain((9, 8, 7), (4, 4)), (9, 6), BLUE)
    assert (made.size, made.mode) == ((9, 6), "RGB")
    assert (pixel(made, 1, 3), pixel(made, 2, 1), pixel(made, 5, 4)) == (
        (0, 0, 255), (9, 8, 7), (9, 8, 7),
    )  # fmt: skip


def test_a_larger_picture_is_cut() -> None:
    """Thumbor keeps the middle as well."""
    made = fill(picture(size=(64, 48)), (10, 100), BLUE)
    assert made.size == (10, 100)
    assert made.image.crop(0, 26, 10, 48).write_to_memory() == (
        picture().image.crop(27, 0, 10, 48).write_to_memory()
    )


def test_the_ground_shines_through_only_if_it_is_asked_to() -> None:
    """Thumbor replaces the ground, alpha and all, where it is not."""
    source = plain(HALF, (2, 2), "RGBA")
    assert pixel(fill(source, (2, 2), BLUE), 0, 0) == HALF
    assert pixel(fill(source, (2, 2), BLUE, through=True), 0, 0) == (100, 50, 127)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(64, 48), (200, 100), (10, 300), (1, 1)])
def test_a_blurred_ground_covers_all(mode: str, size: tuple[int, int]) -> None:
    """It is the picture itself, so that a plain one has no seam."""
    made = fill_with_blur(picture(mode), size)
    assert made.size == size
    seamless = fill_with_blur(plain((70, 80, 90), (30, 20)), (60, 70))
    assert set(zip(*[iter(seamless.to_bytes())] * 3, strict=True)) == {(70, 80, 90)}


def test_a_background_takes_the_alpha() -> None:
    """A picture without any stays as it is, a clear colour leaves it."""
    source = plain(HALF, mode="RGBA")
    assert background(source, BLUE).mode == "RGB"
    assert background(source, (0, 0, 0, 0)).to_bytes() == source.to_bytes()
    opaque = picture("RGB")
    assert background(opaque, BLUE) is opaque


@pytest.mark.parametrize("mode", MODES)
def test_the_mean_is_thumbors(mode: str) -> None:
    """Each channel's, rounded down."""
    source = picture(mode)
    rgb = source.as_rgb()
    assert mean_colour(source) == _fill.apply(rgb.mode, fresh(rgb))
