"""thumbor_renuo.uploads.iso_media: files of boxes by their brands."""

import pytest

from tests.uploads.sample_files import branded
from thumbor_renuo.uploads.iso_media import iso_media_type


@pytest.mark.parametrize(
    ("brands", "media_type"),
    [
        ((b"avif", b"mif1"), "image/avif"),
        ((b"avis", b"msf1", b"heic"), "image/avif"),
        ((b"heic", b"avif"), "image/heic"),
        ((b"mif1", b"miaf", b"heix"), "image/heic"),
        ((b"msf1", b"hevc"), "image/heic"),
        ((b"mif1", b"heic", b"avif"), "image/avif"),
        ((b"mif1",), "image/heif"),
        ((b"isom", b"avif"), "video/mp4"),
        ((b"3g2a",), "video/3gpp2"),
        ((b"3gp5",), "video/3gpp"),
        ((b"M4A ",), "audio/mp4"),
        ((b"qt  ", b"mp42"), "video/quicktime"),
        ((b"????",), "video/mp4"),
    ],
)
def test_the_first_brand_tells_the_format(brands: tuple[bytes, ...], media_type: str) -> None:
    """The others only where the first one is of a structure alone."""
    assert iso_media_type(branded(*brands)) == media_type


def test_other_files_have_no_brand() -> None:
    """A brand box must come first."""
    assert iso_media_type(b"") is None
    assert iso_media_type(b"ftypavif") is None
    assert iso_media_type(b"x" + branded(b"avif")) is None


def test_a_lying_box_is_no_trap() -> None:
    """A brand box that claims to be 4 GB large, or nothing."""
    assert iso_media_type(b"\xff\xff\xff\xffftypavif" + bytes(100)) == "image/avif"
    assert iso_media_type(b"\0\0\0\0ftypavif" + bytes(100)) == "image/avif"
