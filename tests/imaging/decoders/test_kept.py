"""What was decoded is kept for the next size, and gives the same picture."""

import pytest

from tests.imaging.decoders.opening import difference, first
from tests.imaging.pictures import STILL
from thumbor_renuo.imaging import source as sources
from thumbor_renuo.imaging.levels import Levels
from thumbor_renuo.imaging.source import DecodeOptions, Source

NAMES = [name for name in STILL if name.startswith("jpeg")]


@pytest.mark.parametrize("name", [*NAMES, "png", "png, alpha", "tiff, lzw", "avif", "webp"])
def test_what_is_kept_makes_the_same_picture(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request decodes, the next ones take what it has left."""
    monkeypatch.setattr(sources, "QUICK_PIXELS", 0)
    levels, content = Levels(64 * 1024**2), STILL[name][1]
    alone = first(content, (40, 30))
    for _ in range(2):
        source = Source(
            content, Source.of(content).header, DecodeOptions(), name="a", etag="b", levels=levels
        )
        shown = source.decode(source.geometry.resize(40, 30))[0].to_pillow()
        assert difference(shown, alone) <= 0.01
    assert levels.size > 0
