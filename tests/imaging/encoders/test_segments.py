"""Metadata put into a JPEG."""

import random

import pytest

from tests.imaging.encoders.rasters import gradient, opened
from thumbor_renuo.imaging.encoders import EncodeOptions, encode
from thumbor_renuo.imaging.encoders.segments import with_segments

JPEG = encode(gradient(), "jpeg", EncodeOptions())
TIFF = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x08\x1c\x02\x74\0\x03(c)"


def test_all_of_it_comes_back() -> None:
    """EXIF, a profile of several parts and IPTC; the pixels are the same."""
    profile = random.Random(1).randbytes(150_000)
    image = opened(with_segments(JPEG, TIFF, profile, IPTC))
    assert image.info["exif"] == b"Exif\0\0" + TIFF
    assert image.info["icc_profile"] == profile
    assert image.info["photoshop"] == {0x0404: b"\x1c\x02\x74\0\x03(c)"}
    assert image.tobytes() == opened(JPEG).tobytes()


def test_the_header_of_exif_is_there_once() -> None:
    """Whether it came along or not."""
    assert with_segments(JPEG, b"Exif\0\0" + TIFF, None, None) == with_segments(
        JPEG, TIFF, None, None
    )


def test_it_comes_behind_the_jfif_header() -> None:
    """Which has to be first, where there is one."""
    assert with_segments(JPEG, TIFF, None, None)[2:4] == b"\xff\xe0"
    bare = JPEG[:2] + JPEG[4 + int.from_bytes(JPEG[4:6], "big") :]
    bare = JPEG[:2] + JPEG[4 + int.from_bytes(JPEG[4:6], "big") :]
    assert with_segments(bare, TIFF, None, None)[2:4] == b"\xff\xe1"


@pytest.mark.parametrize("nothing", [None, b""])
def test_nothing_to_add_changes_nothing(nothing: bytes | None) -> None:
    """Not a byte."""
    assert with_segments(JPEG, nothing, nothing, nothing) is JPEG


def test_what_does_not_fit_is_left_out() -> None:
    """A segment has 65,533 bytes, and a profile 255 of them."""
    assert len(with_segments(JPEG, bytes(65_527), None, None)) == len(JPEG) + 65_537
    assert with_segments(JPEG, bytes(65_528), None, None) == JPEG
    assert with_segments(JPEG, None, None, bytes(65_534)) == JPEG
    assert with_segments(JPEG, None, bytes(65_519 * 255 + 1), None) == JPEG
