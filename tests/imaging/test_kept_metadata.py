"""What stays of an original's metadata: nothing that shows where it was taken, unless all stays."""

from io import BytesIO

import pytest
from PIL import Image

from thumbor_renuo.imaging.kept_metadata import kept_exif, kept_iptc
from thumbor_renuo.imaging.source import Source

ARTIST, ORIENTATION, GPS = 0x013B, 0x0112, 0x8825


def source(kind: str = "JPEG", *, exif: bool = True) -> Source:
    data = Image.Exif()
    if exif:
        data[ARTIST], data[ORIENTATION] = "A. Uthor", 6
        data.get_ifd(GPS)[1] = "N"
    file = BytesIO()
    Image.new("RGB", (9, 5)).save(file, kind, exif=data.tobytes() if exif else b"")
    return Source.of(file.getvalue())


def read(exif: bytes | None) -> Image.Exif:
    data = Image.Exif()
    data.load(exif)
    return data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_copyright_stays_alone(kind: str) -> None:
    """In every format the author is kept, and neither the place nor the orientation."""
    exif = read(kept_exif(source(kind), only_copyright=True))
    assert exif[ARTIST] == "A. Uthor"
    assert {*exif} == {ARTIST}


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_all_stays_but_the_orientation(kind: str) -> None:
    """What is made lies upright, and must not be turned once more."""
    exif = read(kept_exif(source(kind), only_copyright=False))
    assert (exif[ARTIST], exif[ORIENTATION]) == ("A. Uthor", 1)
    assert exif.get_ifd(GPS)


def test_there_may_be_none() -> None:
    """Of a picture without metadata nothing is kept, nor of a format without."""
    assert kept_exif(source(exif=False), only_copyright=False) is None
    assert kept_iptc(source()) is None
    file = BytesIO()
    Image.new("RGB", (9, 5)).save(file, "BMP")
    assert kept_exif(Source.of(file.getvalue()), only_copyright=True) is None
