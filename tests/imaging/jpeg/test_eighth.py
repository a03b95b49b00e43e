"""thumbor_renuo.imaging.jpeg.eighth: a picture from the means of its blocks."""

import numpy as np
import pytest

from tests.imaging.jpeg.files import ODD, SAMPLINGS, cut_before, progressive, smooth
from tests.imaging.pictures import STILL, scene
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg import eighth, turbo
from thumbor_renuo.imaging.jpeg.layout import Layout

SIDES = (-(-ODD[0] // 8), -(-ODD[1] // 8))


def off(content: bytes, colours: str) -> np.ndarray:
    """How far it is from what libjpeg makes of all scans."""
    made = eighth.picture(Layout(content))
    assert made is not None
    expected = turbo.decode(content, colours, SIDES)
    assert made.shape == expected.shape == (*SIDES[::-1], 3 if colours == "RGB" else 1)
    return np.abs(made.astype(int) - expected)


@pytest.mark.parametrize("quality", [20, 50, 75, 82])
def test_grey_is_exact(quality: int) -> None:
    """To a step of rounding, with noise as well."""
    for picture in (smooth(mode="L"), scene("L", ODD)):
        assert off(progressive(picture, quality), "GRAY").max() <= 1


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_colours_are_near(sampling: str) -> None:
    """Exact where each block has its own; else they follow their slopes."""
    found = off(progressive(smooth(), subsampling=sampling), "RGB")
    assert found.max() <= (2 if sampling == "4:4:4" else 40)
    assert found.mean() < (0.5 if sampling == "4:4:4" else 3.5)


def test_without_the_last_bit_the_middle_is_taken() -> None:
    """The scan that holds it may not be there."""
    content = progressive(smooth(mode="L"), 50)
    last = next(n for n, scan in enumerate(Layout(content).scans) if scan.first == 0 and scan.ah)
    coarse = eighth.picture(Layout(cut_before(content, last)))
    assert coarse is not None
    expected = turbo.decode(content, "GRAY", SIDES).astype(int)
    assert 0 < np.abs(coarse - expected).max() <= 2
    assert abs((coarse - expected).mean()) < 0.3


@pytest.mark.parametrize(
    "content",
    [
        STILL["jpeg"][1],
        progressive(smooth(), quality=95),
        progressive(smooth(), restart_marker_rows=1),
        progressive(smooth(), keep_rgb=True),
        progressive(smooth(mode="RGB").convert("CMYK")),
        progressive(smooth(), quality=50, qtables=[[1] * 64, [9] * 64]),
        progressive(smooth(), quality=50, qtables=[[9] * 64, [4] * 64]),
    ],
    ids=["baseline", "fine", "restarts", "rgb", "cmyk", "fine luma", "fine colours"],
)
def test_others_must_be_decoded(content: bytes) -> None:
    """Of which 8 bits do not tell the mean, or of other colours or orders."""
    assert eighth.picture(Layout(content)) is None


def test_a_scan_may_be_missing() -> None:
    """Then there are no means of some channel."""
    content = progressive(smooth())
    scan = Layout(content).scans[0].segment
    assert eighth.picture(Layout(content[: scan.start] + content[scan.end :])) is None


def test_damage_is_told() -> None:
    """A file without an end, and scans that are cut short or do not follow one another."""
    content = progressive(smooth())
    with pytest.raises(UnreadableImage):
        eighth.picture(Layout(content[:-2]))
    first, last = (scan for scan in Layout(content).scans if scan.first == 0)
    for damaged in (
        content[: first.pixels + 9] + content[first.segment.end :],
        content[: last.pixels + 9] + content[last.segment.end :],
        content[: last.pixels - 1] + b"\x21" + content[last.pixels :],
    ):
        with pytest.raises(ValueError):
            eighth.picture(Layout(damaged))
