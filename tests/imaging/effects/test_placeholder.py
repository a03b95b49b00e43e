"""thumbor_renuo.imaging.effects.placeholder: small stand-ins for a picture."""

import pytest

from tests.imaging.effects.compared import MODES, picture, pixel, plain
from thumbor_renuo.imaging.effects.placeholder import (
    dominant_colour,
    placeholder,
    thumbhash_preview,
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(64, 48), (300, 2), (1, 900), (20, 10), (1, 1)])
def test_a_placeholder_is_small(mode: str, size: tuple[int, int]) -> None:
    """At most 32 pixels wide and high, in the picture's proportions, and never enlarged."""
    made = placeholder(picture(mode, size))
    scale = min(1, 32 / max(size))
    assert made.size == tuple(max(1, round(side * scale)) for side in size)
    assert made.has_alpha == ("A" in mode)


def test_a_placeholder_shows_the_picture() -> None:
    """A plain one has the same colour."""
    made = placeholder(plain((10, 200, 90), (500, 300))).to_bytes()
    assert set(zip(*[iter(made)] * 3, strict=True)) == {(10, 200, 90)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(64, 48), (9, 300), (1, 1)])
def test_a_thumbhash_is_a_picture(mode: str, size: tuple[int, int]) -> None:
    """One side has 32 pixels, and the colours are nearly those of the picture."""
    made = thumbhash_preview(picture(mode, size))
    assert max(made.size) == 32
    assert made.has_alpha == ("A" in mode)
    flat = thumbhash_preview(plain((200, 40, 90), size))
    assert all(abs(a - b) < 12 for a, b in zip(pixel(flat, 1, 1), (200, 40, 90), strict=True))


def test_the_dominant_colour_fills_the_picture() -> None:
    """Not the mean, but what most of it shows; the size stays."""
    source = plain((0, 0, 250), (90, 60))
    stained = type(source)(source.image.insert(plain((250, 250, 0), (30, 60)).image, 0, 0))
    made = dominant_colour(stained)
    assert made.size == (90, 60)
    assert set(zip(*[iter(made.to_bytes())] * 3, strict=True)) == {(0, 0, 250)}
