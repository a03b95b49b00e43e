"""What answers of the bench are compared with."""

import io
from pathlib import Path

import pytest
from PIL import Image

from bench.photographs import Photograph
from bench.quality import as_shown, middle, reference
from bench.sources import KINDS, Sources


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Of one small picture: its left half is red, its right half blue."""
    picture = Image.new("RGB", (120, 80), "blue")
    picture.paste("red", (0, 0, 60, 80))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95, subsampling=0)
    return Sources(tmp_path, [Photograph("half", file.getvalue())])


def test_the_middle_has_the_proportions_of_the_answer() -> None:
    """What is cut off is the same on both sides, or a pixel of the answer more on one."""
    assert middle((120, 80), (40, 40)) == (20.0, 0.0, 100.0, 80.0)
    assert middle((120, 80), (40, 40), 1) == (22.0, 0.0, 102.0, 80.0)
    assert middle((80, 80), (40, 40), 1) == (0.0, 0.0, 80.0, 80.0)


def test_a_lying_picture_is_compared_as_it_is_shown(sources: Sources) -> None:
    """EXIF orientation 6 stands the stored picture up again: it looks like the photograph."""
    (name,) = sources.of("lying")
    with Image.open(sources.path(name)) as stored:
        assert stored.size == (80, 120)
        assert as_shown(stored).size == (120, 80)
    shown = reference(sources.path(name), (12, 8), None)
    red, _, blue = shown.getpixel((1, 4))
    assert red > 200
    assert blue < 60


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_made_of_each_photograph(sources: Sources, kind: str) -> None:
    """Files are of the format that their name says, and are made once."""
    (name,) = sources.of(kind)
    made = sources.path(name).stat().st_mtime_ns
    with Image.open(sources.path(name)) as picture:
        wanted = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF"}
        assert picture.format == wanted[sources.path(name).suffix]
        assert bool(picture.info.get("progressive")) == (kind == "progressive")
    assert sources.of(kind) == [name]
    assert sources.path(name).stat().st_mtime_ns == made
