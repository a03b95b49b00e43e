"""thumbor_renuo.imaging.effects.curve: splines through points, as Thumbor draws them."""

import pytest
from thumbor.ext.filters import _curve

from tests.imaging.effects.compared import MODES, distance, fresh, picture
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.curve import Points, curve

ALL = [(0, 0), (40, 59), (255, 255)]
RED = [(32, 59), (64, 80), (92, 111), (128, 153), (192, 214), (255, 212)]
GREEN = [(34, 41), (255, 255)]
BLUE = [(7, 99)]
WILD = [(0, 255), (10, 0), (20, 255), (30, 0), (250, 255)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("points", [(ALL, RED, GREEN, BLUE), (WILD, WILD, ALL, RED)])
def test_it_is_thumbors(points: tuple[list[tuple[int, int]], ...], mode: str) -> None:
    """Level by level, but for the last digit of a rounding."""
    source = picture(mode)
    rgb = source.as_rgb()
    theirs = _curve.apply(rgb.mode, fresh(rgb), *map(tuple, points))
    made = curve(source, points[0], points[1:])
    assert made.mode == rgb.mode
    assert distance(made, theirs) <= (0.01, 1)


def test_no_points_change_nothing() -> None:
    """Thumbor's C code reads and writes past its memory there."""
    source = picture("RGB")
    assert curve(source, [], [[], [], []]).to_bytes() == source.to_bytes()


@pytest.mark.parametrize("points", [[(0, 256)], [(300, 1)], [(5, 1), (5, 2)], [(5, 1), (4, 2)]])
def test_points_that_make_no_curve_are_refused(points: Points) -> None:
    """They lie within the levels, each further right than the one before."""
    with pytest.raises(InvalidOptions, match="a curve of 'curve'"):
        curve(picture(), [], [[], points, []])
