"""thumbor_renuo.imaging.effects.equalize: the levels that Thumbor finds."""

import pytest
from thumbor.ext.filters import _equalize

from tests.imaging.effects.compared import MODES, distance, fresh, picture, plain
from thumbor_renuo.imaging.effects.equalize import equalize
from thumbor_renuo.imaging.effects.tones import contrast


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("percent", [0, -60, -90])
def test_it_is_thumbors(mode: str, percent: int) -> None:
    """The same pixels, of pictures with many levels and few."""
    source = contrast(picture(mode), percent)
    theirs = _equalize.apply(source.mode, fresh(source))
    made = equalize(source)
    assert made.mode == source.mode
    assert distance(made, theirs) <= (0.01, 1)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (1, 2, 3)])
def test_a_plain_picture_is_still_one(colour: tuple[int, int, int]) -> None:
    """There is nothing to be spread, and nothing to divide by."""
    made = equalize(plain(colour)).to_bytes()
    assert made == made[:3] * 63
    assert len(equalize(plain(colour, (1, 1))).to_bytes()) == 3
