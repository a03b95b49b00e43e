"""thumbor_renuo.imaging.metadata.jpeg: the segments before the pixels."""

import pytest

from tests.imaging.located import DAY, TOWN, XMP, XMP_HEAD, app1, exif, extended_xmp, jpeg, stripped
from tests.imaging.pictures import segment
from thumbor_renuo.imaging.metadata.blob import Unwalkable

OTHER = segment(0xE2, b"ICC_PROFILE\0" + DAY) + segment(0xFE, DAY) + segment(0xE0, b"JFIF\0" + DAY)


async def test_other_segments_stay() -> None:
    """Profiles, comments and whatever else there is keep every byte."""
    data = jpeg(OTHER)
    assert await stripped(data) == data


async def test_every_segment_is_looked_at() -> None:
    """A second EXIF and a second packet tell no place, either."""
    data = jpeg(
        app1(exif()), OTHER[:0], app1(XMP_HEAD + XMP), app1(exif(">")), app1(XMP_HEAD + XMP)
    )
    kept = await stripped(data)
    assert DAY not in kept
    assert TOWN not in kept


async def test_nothing_behind_the_start_of_the_pixels_is_changed() -> None:
    """What looks like a segment there is a part of the picture."""
    data = jpeg() + app1(exif())
    assert await stripped(data) == data


@pytest.mark.parametrize("parts", [1, 2, 50])
async def test_a_split_packet_is_read_as_one(parts: int) -> None:
    """Names are found across the cuts, and the pieces in whatever order they stand."""
    kept = await stripped(jpeg(*extended_xmp(XMP, parts)))
    assert TOWN not in kept
    whole = b"".join(piece[77:] for piece in reversed(kept.split(b"\xff\xe1")[1 : parts + 1]))
    assert b"GPS" not in whole
    assert b"<tiff:Model>Camera</tiff:Model>" in whole


async def test_segments_that_cannot_be_told_are_refused() -> None:
    """A file of a JPEG's beginning and something else is not served."""
    with pytest.raises(Unwalkable):
        await stripped(b"\xff\xd8" + b"\1" * 100_000)
