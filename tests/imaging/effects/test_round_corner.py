"""thumbor_renuo.imaging.effects.round_corner: elliptic corners with soft edges."""

import pytest
from thumbor.ext.filters import _round_corner

from tests.imaging.effects.compared import MODES, distance, fresh, picture, pixel, plain
from thumbor_renuo.imaging.effects.round_corner import round_corner

RED = (255, 0, 0)
WHITE = (255, 255, 255)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("radii", [(50, 50), (50, 75), (30, 10)])
def test_it_is_thumbors(mode: str, radii: tuple[int, int]) -> None:
    """But on the edge itself, which is smoother, and the same on all sides."""
    source = picture(mode, (240, 200))
    rgb = source.as_rgb()
    theirs = _round_corner.apply(1, rgb.mode, *radii, *RED, *rgb.size, fresh(rgb), 0)
    made = round_corner(source, radii, RED)
    assert made.mode == rgb.mode
    assert distance(made, theirs)[0] < 0.5


def test_the_four_corners_are_alike() -> None:
    """The result is its own mirror image, both ways."""
    made = round_corner(plain(WHITE, (60, 44)), (20, 15), RED).image
    assert (made - made.fliphor()).abs().max() == 0
    assert (made - made.flipver()).abs().max() == 0
    assert 0 < made[1].min() + made[1].avg() < 255


def test_colour_or_nothing_behind_them() -> None:
    """The corner has the colour; with `transparent` also no alpha, and the middle all of it."""
    filled = round_corner(plain(WHITE, (60, 44)), (20, 15), RED)
    assert (pixel(filled, 0, 0), pixel(filled, 30, 0)) == (RED, WHITE)
    clear = round_corner(plain(WHITE, (60, 44)), (20, 15), RED, transparent=True)
    assert (pixel(clear, 59, 43), pixel(clear, 30, 43)) == ((*RED, 0), (*WHITE, 255))
    assert {0, 255} < set(clear.to_bytes()[3::4])


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (3, 2), (20, 2)])
@pytest.mark.parametrize("radii", [(0, 9), (9, 0), (1, 1), (1, 99999), (99999, 99999)])
def test_small_pictures_and_large_radii(size: tuple[int, int], radii: tuple[int, int]) -> None:
    """A radius is half a side at most; of such Thumbor's C code writes past its memory."""
    made = round_corner(plain(WHITE, size), radii, RED, transparent=True)
    assert (made.size, made.mode) == (size, "RGBA")


def test_a_circle() -> None:
    """Of a square with large radii a disc is left: its share of the area is a quarter of pi."""
    disc = round_corner(plain(WHITE, (100, 100)), (500, 500), RED, transparent=True)
    assert abs(disc.image[3].avg() / 255 - 0.7854) < 0.002
