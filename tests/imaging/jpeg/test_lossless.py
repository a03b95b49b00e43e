"""thumbor_renuo.imaging.jpeg.lossless: the means of blocks, as they are quantised."""

import numpy as np
import pytest
from PIL import Image

from tests.imaging.jpeg.files import ODD, SAMPLINGS, progressive, smooth
from tests.imaging.pictures import STILL
from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.lossless import sums, unfolded

STEP = 20


def blocks(values: list[list[int]], size: tuple[int, int]) -> Image.Image:
    """Blocks of one level each."""
    return Image.fromarray(np.array(values, np.uint8)).resize(size, Image.Resampling.NEAREST)


def test_means_are_exact() -> None:
    """Up and down, from black to white, and from one line's end to the next line's begin."""
    levels = [[0, 255, 128], [255, 255, 0], [0, 0, 3], [40, 200, 255]]
    table = [[STEP] * 64]
    content = progressive(blocks(levels, (24, 32)), quality=50, qtables=table)
    layout = Layout(content)
    (found,) = sums(layout, layout.scans[0])
    wanted = np.floor(np.rint((np.array(levels) - 128) * 8 / STEP) / 2)  # one bit is left out
    assert found.view(np.int8).tolist() == wanted.tolist()


def test_sides_are_padded_to_whole_units() -> None:
    """Those of a scan of one channel to whole blocks."""
    for sampling, unit in zip(SAMPLINGS, ((8, 8), (16, 8), (16, 16)), strict=True):
        layout = Layout(progressive(smooth(), subsampling=sampling))
        luma, blue, red = layout.frame.components
        across, down = -(-ODD[0] // unit[0]), -(-ODD[1] // unit[1])
        found = sums(layout, layout.scans[0])
        assert [plane.shape for plane in found] == [
            (down, across * luma.h * luma.v),
            (down, across * blue.h * blue.v),
            (down, across * red.h * red.v),
        ]
    layout = Layout(progressive(smooth(mode="L")))
    (found,) = sums(layout, layout.scans[0])
    assert found.shape == (-(-ODD[1] // 8), -(-ODD[0] // 8))


def test_the_blocks_of_a_unit_are_laid_out() -> None:
    """Two lines of two columns stand as four in a line."""
    layout = Layout(progressive(smooth()))
    lines = np.array([[1, 2, 3, 4, 5, 6, 7, 8]])
    assert unfolded(lines, layout.frame.components[0]).tolist() == [[1, 2, 5, 6], [3, 4, 7, 8]]


def test_a_damaged_scan_is_refused() -> None:
    """Cut short, or of a channel that is none of the frame's."""
    content = STILL["jpeg, progressive"][1]
    scan = Layout(content).scans[0]
    cut = Layout(content[: scan.pixels + 40] + content[scan.segment.end :])
    with pytest.raises(ValueError):
        sums(cut, cut.scans[0])
    at = scan.segment.start + 5
    other = Layout(content[:at] + b"\x09" + content[at + 1 :])
    with pytest.raises(ValueError, match="channel"):
        sums(other, other.scans[0])
