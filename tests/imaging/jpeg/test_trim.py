"""thumbor_renuo.imaging.jpeg.trim: fewer scans for smaller pictures."""

import numpy as np
import pytest

from tests.imaging.jpeg.files import SAMPLINGS, progressive, smooth
from tests.imaging.pictures import STILL
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg import turbo
from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.trim import trimmed

SIZE = (400, 304)


def made(content: bytes, shrink: int, colours: str) -> np.ndarray:
    sides = (SIZE[0] // shrink, SIZE[1] // shrink)
    return turbo.decode(content, colours, sides).astype(int)


@pytest.mark.parametrize("shrink", [2, 4, 8])
@pytest.mark.parametrize("sampling", [*SAMPLINGS, "grey"])
@pytest.mark.parametrize("quality", [75, 95])
def test_less_is_decoded_to_nearly_the_same(shrink: int, sampling: str, quality: int) -> None:
    """There is nothing that libjpeg warns of, and the picture is neither brighter nor darker."""
    grey = sampling == "grey"
    options = {} if grey else {"subsampling": sampling}
    content = progressive(smooth(SIZE, "L" if grey else "RGB"), quality, **options)
    small = trimmed(Layout(content), shrink)
    assert small is not None
    assert len(small) < len(content) + 300  # tables of 16 bits take more
    assert len(Layout(small).scans) < len(Layout(content).scans)
    difference = made(small, shrink, "GRAY") - made(content, shrink, "GRAY")
    assert abs(difference.mean()) < 0.25
    assert np.abs(difference).mean() < 2


def test_what_was_left_out_is_told_as_exact() -> None:
    """So that libjpeg does not smooth: no kept scan misses bits, and one step is 0."""
    content = progressive(smooth(SIZE))
    for shrink, scans in ((8, 2), (4, 5), (2, 7)):
        layout = Layout(trimmed(Layout(content), shrink) or b"")
        assert len(layout.scans) == scans
        missing = {
            (id_, place): scan.al
            for scan in layout.scans
            for id_ in scan.ids
            for place in range(scan.first, scan.last + 1)
        }
        assert set(missing.values()) == {0}
        tables = next(part for part in layout.head if part.marker == 0xDB)
        step = layout.content(tables)[1 + 2 * 5 :][:2]
        assert (step == b"\0\0") == (shrink > 2)


@pytest.mark.parametrize(
    "content",
    [
        STILL["jpeg"][1],
        STILL["jpeg, grey"][1],
        trimmed(Layout(progressive(smooth(SIZE))), 8) or b"",
    ],
)
def test_there_may_be_nothing_to_leave_out(content: bytes) -> None:
    """Of baseline, and where all scans are needed."""
    assert trimmed(Layout(content), 8) is None


def test_odd_files_are_left_alone() -> None:
    """Tables between scans, scans of unknown channels, no end."""
    content = progressive(smooth(SIZE))
    scan = Layout(content).scans[1].segment.start
    table = next(part for part in Layout(content).head if part.marker == 0xDB)
    between = content[:scan] + content[table.start : table.end] + content[scan:]
    assert trimmed(Layout(between), 4) is None
    unknown = content[: scan + 5] + b"\x77" + content[scan + 6 :]
    assert trimmed(Layout(unknown), 4) is None
    with pytest.raises(UnreadableImage):
        trimmed(Layout(content[:-2]), 4)


def test_metadata_is_left_out() -> None:
    """The decoder has no use for it."""
    content = progressive(smooth(SIZE), comment=b"a comment", icc_profile=b"a profile")
    small = trimmed(Layout(content), 4) or b""
    assert b"a comment" in content
    assert b"a comment" not in small
    assert b"a profile" not in small
