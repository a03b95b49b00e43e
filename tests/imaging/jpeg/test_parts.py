"""thumbor_renuo.imaging.jpeg.parts: the headers of frames and scans."""

import pytest

from tests.imaging.pictures import segment
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg.markers import Segment
from thumbor_renuo.imaging.jpeg.parts import Component, Frame, frame_of, scan_of

FRAME = b"\x08\0\x07\1\2\2\1\x21\0\2\x11\3"


def test_a_frame_is_read() -> None:
    """Height stands before width; sampling is in halves of a byte."""
    channels = (Component(1, 2, 1, 0), Component(2, 1, 1, 3))
    assert frame_of(0xC2, FRAME) == Frame(0xC2, 8, 258, 7, channels)


@pytest.mark.parametrize("body", [b"", FRAME[:5], FRAME[:-1], FRAME + b"\0", FRAME[:7] + b"\x25\0"])
def test_a_frame_that_cannot_be_is_damage(body: bytes) -> None:
    """Too short, too long, sampled five times."""
    with pytest.raises(UnreadableImage):
        frame_of(0xC2, body)


def test_a_scan_is_read() -> None:
    """Its channels with their tables, its coefficients, its bits, and where its pixels are."""
    data = b"before" + segment(0xDA, b"\2\1\x10\7\x21\1\x3f\x21") + b"pixels"
    scan = scan_of(data, Segment(0xDA, 6, len(data)))
    assert (scan.ids, scan.tables) == ((1, 7), (0x10, 0x21))
    assert (scan.first, scan.last, scan.ah, scan.al) == (1, 63, 2, 1)
    assert data[scan.pixels :] == b"pixels"


@pytest.mark.parametrize(
    "body", [b"", b"\0\0\0\0", b"\1\1\0\0\0", b"\2\1\0\0\0\0", b"\5" + bytes(13)]
)
def test_a_scan_that_cannot_be_is_damage(body: bytes) -> None:
    """Of no channels, of five, and of an odd length."""
    data = segment(0xDA, body)
    with pytest.raises(UnreadableImage):
        scan_of(data, Segment(0xDA, 0, len(data)))
