"""thumbor_renuo.imaging.effects.tones: level by level what Thumbor's C code makes."""

from collections.abc import Callable

import pytest
from thumbor.ext.filters import _brightness, _colorize, _contrast, _rgb

from tests.imaging.effects.compared import MODES, fresh, picture
from thumbor_renuo.imaging.effects.tones import add_rgb, brightness, colorize, contrast
from thumbor_renuo.imaging.raster import Raster

EXTREMES = (-1000, -101, -100, -35, -1, 0, 1, 20, 99, 100, 1000)


def agree(change: Callable[[Raster], Raster], theirs: Callable[[str, bytes], bytes]) -> None:
    """Check that both make the same pixels in all modes."""
    for mode in MODES:
        source = picture(mode)
        rgb = source.as_rgb()
        made = change(source)
        assert (made.mode, made.to_bytes()) == (rgb.mode, theirs(rgb.mode, fresh(rgb)))


@pytest.mark.parametrize("percent", EXTREMES)
def test_brightness(percent: int) -> None:
    """Each level is shifted, and cut off at both ends; alpha stays."""
    agree(
        lambda raster: brightness(raster, percent),
        lambda mode, data: _brightness.apply(mode, percent, data),
    )


@pytest.mark.parametrize("percent", EXTREMES)
def test_contrast(percent: int) -> None:
    """Each level moves from the middle, rounded towards it."""
    agree(
        lambda raster: contrast(raster, percent),
        lambda mode, data: _contrast.apply(mode, percent, data),
    )


@pytest.mark.parametrize("percents", [(20, -20, 40), (-1000, 1000, 0), (1, -1, 7)])
def test_add_rgb(percents: tuple[int, int, int]) -> None:
    """Each channel has a shift of its own."""
    agree(
        lambda raster: add_rgb(raster, *percents),
        lambda mode, data: _rgb.apply(mode, *percents, data),
    )


@pytest.mark.parametrize("percents", [(40, 40, 40), (0, 100, 33), (77, 1, 99)])
def test_colorize(percents: tuple[int, int, int]) -> None:
    """Each channel goes so far towards the colour's, and fractions are dropped."""
    agree(
        lambda raster: colorize(raster, percents, (255, 128, 3)),
        lambda mode, data: _colorize.apply(mode, *percents, 255, 128, 3, data),
    )
