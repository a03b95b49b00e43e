"""thumbor_renuo.imaging.jpeg.markers: walking from segment to segment."""

import pytest

from tests.imaging.pictures import STILL, jpeg_of_scans
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.jpeg.markers import SCAN, Segment, end_to_end, segment, segments
from thumbor_renuo.imaging.structure import MAX_SCANS

BASELINE = STILL["jpeg"][1]


def test_segments_put_together_are_the_file() -> None:
    """None of its bytes is left out, of baseline, progressive, and with restarts."""
    for name in ("jpeg", "jpeg, progressive", "jpeg, restarts"):
        content = STILL[name][1]
        found = [content[part.start : part.end] for part in segments(content)]
        assert end_to_end(found) == content


def test_the_head_ends_before_the_first_scan() -> None:
    """The pixels are not looked through."""
    everything = list(segments(BASELINE))
    assert list(segments(BASELINE, only_head=True)) == everything[:-1]
    assert everything[-1].marker == SCAN


def test_what_stands_between_is_skipped() -> None:
    """Rubbish, stuffing, and markers without a length."""
    made = segment(0xE1, b"abc")
    content = b"\xff\xd8xy\xff\x01" + made + b"z\xff\xff\xff" + made[1:] + b"\0\xff\xd9rest"
    assert list(segments(content)) == [Segment(0xE1, 6, 13), Segment(0xE1, 16, 23)]


def test_a_file_without_an_end_is_cut_short() -> None:
    """Wherever that is."""
    for end in range(len(BASELINE)):
        with pytest.raises(UnreadableImage, match="no end"):
            list(segments(BASELINE[:end]))


def test_scans_and_markers_are_bounded() -> None:
    """To walk through all of them takes too long."""
    assert len(list(segments(jpeg_of_scans(MAX_SCANS)))) == MAX_SCANS + 4
    with pytest.raises(TooLarge, match="scans"):
        list(segments(jpeg_of_scans(MAX_SCANS + 1)))
    with pytest.raises(TooLarge, match="markers"):
        list(segments(b"\xff\xd8" + b"\xff\xfe\0\2" * 20_001))
