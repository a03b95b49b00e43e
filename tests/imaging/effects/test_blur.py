"""thumbor_renuo.imaging.effects.blur: Thumbor's, without its loss of light."""

import pytest
from thumbor.filters.blur import apply_blur

from tests.imaging.effects.compared import MODES, distance, fresh, picture, plain
from thumbor_renuo.imaging.effects.blur import MAX_RADIUS, blur


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("radius", "sigma"), [(1, 0), (2, 9.5), (4, 2), (20, 0), (150, 30)])
def test_it_is_thumbors(mode: str, radius: int, sigma: float) -> None:
    """But for rounding: Thumbor drops fractions twice, which costs a level."""
    source = picture(mode)
    rgb = source.as_rgb()
    made = blur(source, radius, sigma)
    assert made.mode == rgb.mode
    assert distance(made, apply_blur(rgb.mode, fresh(rgb), rgb.size, radius, sigma)) <= (1.3, 3)


def test_radii_end_where_thumbors_do() -> None:
    """The bell is that of the radius that was asked for, and is cut off."""
    source = picture(size=(9, 400))
    wide = blur(source, 10_000).to_bytes()
    assert wide == blur(source, MAX_RADIUS, 10_000).to_bytes()


@pytest.mark.parametrize("sigma", [1e-9, -3, 1e9])
def test_odd_bells(sigma: float) -> None:
    """A sharp one changes nothing, and a negative one is as its opposite."""
    source = picture()
    made = blur(source, 3, sigma).to_bytes()
    assert made == {1e-9: source.to_bytes(), -3: blur(source, 3, 3).to_bytes(), 1e9: made}[sigma]


def test_white_stays_white() -> None:
    """A white background has no veil after it."""
    white = plain((255, 255, 255))
    assert blur(white, 30).to_bytes() == white.to_bytes()
