"""thumbor_renuo.imaging.headers.jpeg: segments before the first scan."""

import pytest

from tests.imaging.pictures import STILL, WIDTH, exif, jpeg_of_scans, saved, scene, segment
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers.jpeg import read
from thumbor_renuo.imaging.structure import MAX_MARKERS, MAX_SCANS


def test_what_stands_between_segments_is_left_out() -> None:
    """Fill bytes and nonsense, as decoders do it."""
    content = STILL["jpeg"][1]
    tables = content.index(b"\xff\xdb")
    odd = content[:tables] + b"abc\xff\xff" + content[tables:]
    assert read(odd) == read(content)


def test_a_preview_is_not_the_picture() -> None:
    """A whole JPEG within a segment."""
    inner = saved(scene(size=(9, 9)), "JPEG")
    content = STILL["jpeg"][1]
    assert read(content[:2] + segment(0xE1, inner) + content[2:]).width == WIDTH


def test_the_first_exif_counts() -> None:
    """Further ones are left out."""
    content = saved(scene(), "JPEG", exif=exif(6))
    more = segment(0xE1, exif(3).tobytes())
    at = content.index(b"\xff\xdb")
    assert read(content[:at] + more + content[at:]).orientation == 6


def test_scans_are_bounded() -> None:
    """Of progressive ones, each of which goes over the whole picture."""
    assert read(jpeg_of_scans(MAX_SCANS)).is_progressive
    with pytest.raises(TooLarge, match="scans"):
        read(jpeg_of_scans(MAX_SCANS + 1))


def test_scans_of_single_channels_are_bounded() -> None:
    """A sequential JPEG may have many scans, too."""
    content = jpeg_of_scans(MAX_SCANS + 1).replace(b"\xff\xc2", b"\xff\xc0")
    content = content.replace(b"\x08\0\x40\0\x40\1\1\x11\0", b"\x08\0\x40\0\x40\2\1\x11\0")
    with pytest.raises(TooLarge, match="scans"):
        read(content)


def test_markers_are_bounded() -> None:
    """To walk through megabytes of them would take long."""
    with pytest.raises(TooLarge) as refused:
        read(b"\xff\xd8" + b"\xff\xfe\0\2" * (MAX_MARKERS + 1))
    assert refused.value.limit == MAX_MARKERS


def test_a_progressive_one_that_is_cut_short_has_a_header() -> None:
    """How much of it can be shown is for the decoder to say."""
    content = STILL["jpeg, progressive"][1]
    assert read(content[: len(content) // 2]) == read(content)


@pytest.mark.parametrize("end", [b"\xff\xd9", b"\xff\xda\0\2", b""])
def test_without_a_frame_there_is_no_picture(end: bytes) -> None:
    """Only tables."""
    with pytest.raises(UnreadableImage):
        read(b"\xff\xd8" + segment(0xDB, bytes(65)) + end)
