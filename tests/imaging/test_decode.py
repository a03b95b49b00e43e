"""thumbor_renuo.imaging.decode: small versions of whole pictures."""

import pytest

from tests.imaging.pictures import PICTURES, by_libvips, scene
from thumbor_renuo.imaging.decode import SMALL_SIDE, decode_small, field, open_header, to_srgb
from thumbor_renuo.imaging.formats import FORMATS, PNG


@pytest.mark.parametrize("name", PICTURES)
def test_a_small_version_is_small_and_in_srgb(name: str) -> None:
    """Of 8 bits, with alpha, not larger than asked for and not much smaller."""
    media_type, content = PICTURES[name]
    kind = FORMATS[media_type]
    small = to_srgb(kind, decode_small(kind, content, open_header(kind, content)))
    assert (small.bands, small.format, small.interpretation) == (4, "uchar", "srgb")
    assert SMALL_SIDE / 2 < max(small.width, small.height) <= SMALL_SIDE
    assert abs(small.width / small.height - 4 / 3) < 0.05


def test_a_picture_is_not_enlarged() -> None:
    """One that is small already stays as it is."""
    content = by_libvips(scene(size=(20, 10)), ".png")
    small = decode_small(PNG, content, open_header(PNG, content))
    assert (small.width, small.height) == (20, 10)


def test_a_field_that_is_missing_has_a_default() -> None:
    """Numbers of the header."""
    image = open_header(PNG, by_libvips(scene(), ".png"))
    assert field(image, "width", 7) == scene().width
    assert field(image, "n-pages", 7) == 7
