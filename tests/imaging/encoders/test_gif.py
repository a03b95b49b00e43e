"""GIF."""

import pytest

from tests.imaging.encoders.rasters import error, gradient, opened
from thumbor_renuo.imaging.encoders import EncodeOptions, encode, encode_animation, palette
from thumbor_renuo.imaging.raster import Raster


def test_colours_are_close() -> None:
    """256 of them, dithered."""
    assert error(encode(gradient(), "gif", EncodeOptions()), gradient()) < 12


def test_half_opaque_is_opaque() -> None:
    """The format has nothing between."""
    for alpha, shown in ((0, 0), (60, 0), (200, 255), (255, 255)):
        raster = Raster.plain((4, 4), (90, 80, 70, alpha))
        image = opened(encode(raster, "gif", EncodeOptions())).convert("RGBA")
        assert image.getchannel("A").getextrema() == (shown, shown)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_large_ones_are_made_with_few_colours(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A still and the frames of an animation."""
    monkeypatch.setattr(palette, "MAX_PIXELS", 10)
    raster = gradient(mode, (100, 90))
    assert error(encode(raster, "gif", EncodeOptions()), raster.without_alpha()) < 40
    other = Raster.plain((100, 90), (1, 2, 3, 255))
    moving = opened(encode_animation([raster, other], [40], 0, "gif", EncodeOptions()))
    assert getattr(moving, "n_frames", 1) == 2
