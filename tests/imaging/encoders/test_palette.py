"""Large pictures before they get a palette."""

import pytest

from tests.imaging.encoders.rasters import gradient
from thumbor_renuo.errors import RenderTimeout
from thumbor_renuo.imaging.encoders import palette
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import time_limit


def test_a_small_picture_stays_as_it_is() -> None:
    """Up to the limit, which counts pixels."""
    raster = gradient()
    assert palette.prepared(raster) is raster
    at_limit = Raster.plain((2000, 1000), (1, 2, 3, 255))
    assert not palette.is_large(at_limit)
    assert palette.is_large(Raster.plain((2001, 1000), (1, 2, 3, 255)))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_large_one_has_few_colours(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """256 at most, and its size."""
    monkeypatch.setattr(palette, "MAX_PIXELS", 10)
    raster = gradient(mode, (100, 90))
    made = palette.prepared(raster)
    assert made.size == raster.size
    assert made.has_alpha == raster.has_alpha
    assert len(made.to_pillow().getcolors(10_000) or [0] * 999) <= 256


def test_it_is_not_begun_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As between all steps."""
    monkeypatch.setattr(palette, "MAX_PIXELS", 10)
    with time_limit(0), pytest.raises(RenderTimeout):
        palette.prepared(gradient())
