"""What was decoded is kept for the next size, and gives the same picture."""

from functools import lru_cache

import pytest
from PIL import Image

from tests.imaging.decoders.opening import difference, first
from tests.imaging.natural import photograph, psnr
from tests.imaging.pictures import STILL, saved
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
        assert difference(_shown(content, (40, 30), levels), alone) <= 0.01
    assert levels.size > 0


# How near, in dB, is what a finer level gives. On photographs 48 go with half a point of
# SSIMULACRA2. Of progressive JPEG fewer scans are read for a small picture; libwebp averages other
# pixels where a side does not divide, and smooths no edges of blocks where it reduces.
NEAREST: dict[str, tuple[dict[str, object], float]] = {
    "JPEG": ({"quality": 85}, 47.5),
    "JPEG, progressive": ({"quality": 85, "progressive": True}, 37.5),
    "WEBP": ({"quality": 85}, 40),
    "WEBP, lossless": ({"lossless": True, "method": 0}, 41.5),
    "AVIF": ({"quality": 85, "speed": 9}, 48),
    "PNG": ({"compress_level": 1}, 48),
    "TIFF": ({"compression": "tiff_lzw"}, 48),
}


@pytest.mark.parametrize(("larger", "width"), [(700, 333), (700, 170), (220, 58)])
@pytest.mark.parametrize("name", NEAREST)
def test_what_a_larger_size_has_left_makes_nearly_the_same(
    name: str, larger: int, width: int
) -> None:
    """A finer level than would have been decoded leaves nothing to see."""
    levels, content, size = Levels(64 * 1024**2), _photograph(name), _size(width)
    alone = _shown(content, size, Levels(0))
    _shown(content, _size(larger), levels)
    held = levels.size
    assert psnr(_shown(content, size, levels), alone) > NEAREST[name][1]
    assert levels.size > held > 0


@lru_cache
def _photograph(name: str) -> bytes:
    return saved(photograph(), name.partition(",")[0], **NEAREST[name][0])


def _size(width: int) -> tuple[int, int]:
    whole = photograph().size
    return width, round(width * whole[1] / whole[0])


def _shown(content: bytes, size: tuple[int, int], levels: Levels) -> Image.Image:
    header = Source.of(content).header
    source = Source(content, header, DecodeOptions(), name="a", etag="b", levels=levels)
    return source.decode(source.geometry.resize(*size))[0].to_pillow()
