"""HEIC, where pillow-heif is installed."""

import pytest

from tests.imaging.encoders.rasters import gradient
from thumbor_renuo.errors import RenderTimeout
from thumbor_renuo.imaging.encoders import MADE_HERE, EncodeOptions, encode, heic
from thumbor_renuo.imaging.time_limit import time_limit


def test_it_is_not_offered_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which comes with an extra."""
    monkeypatch.setattr(heic, "pillow_heif", None)
    assert not heic.is_possible()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_picture_comes_back(mode: str) -> None:
    """With its size, its colours and its transparency."""
    pillow_heif = pytest.importorskip("pillow_heif")
    if "heic" not in MADE_HERE:
        pytest.skip("there is no encoder for HEVC")
    raster = gradient(mode)
    image = pillow_heif.open_heif(encode(raster, "heic", EncodeOptions(95)))
    assert image.size == raster.size
    assert image.mode == ("RGBA" if raster.has_alpha else "RGB")
    shown = image.to_pillow().convert("RGB").tobytes()
    expected = raster.as_rgb().without_alpha().to_bytes()
    assert sum(abs(a - b) for a, b in zip(shown, expected, strict=True)) / len(shown) < 8


def test_nothing_is_encoded_when_the_time_is_over() -> None:
    """Not even begun."""
    with time_limit(0), pytest.raises(RenderTimeout):
        heic.encode(gradient(), EncodeOptions())
