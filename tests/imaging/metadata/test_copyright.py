"""EXIF that stays in a thumbnail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from thumbor_renuo.imaging.metadata.copyright import copyright_exif, upright_exif

ORIENTATION, ARTIST, COPYRIGHT, DATE, MAKER, GPS = 274, 315, 33432, 306, 271, 0x8825


def exif_of(tags: dict[int, object], *, little: bool = True) -> bytes:
    exif = Image.Exif()
    exif.endian = "<" if little else ">"
    for tag, value in tags.items():
        exif[tag] = value
    return exif.tobytes()


def read(data: bytes) -> dict[int, object]:
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + data.removeprefix(b"Exif\0\0"))
    return dict(exif)


FULL = {
    MAKER: "Camera & Co",
    ORIENTATION: 6,
    DATE: "2026:01:02 03:04:05",
    ARTIST: "Ada Example",
    COPYRIGHT: "(c)",
    GPS: {1: "N", 2: (47.0, 22.0, 0.0)},
}


@pytest.mark.parametrize("little", [True, False])
def test_only_rights_and_date_are_kept(little: bool) -> None:
    """Maker, place and orientation are gone, in either byte order, with or without a header."""
    data = exif_of(FULL, little=little)
    kept = copyright_exif(data)
    assert kept == copyright_exif(data.removeprefix(b"Exif\0\0"))
    assert kept is not None
    expected = {tag: FULL[tag] for tag in (DATE, ARTIST, COPYRIGHT)}
    assert read(kept) == expected
    assert b"Camera" not in kept


@pytest.mark.parametrize("data", [exif_of({MAKER: "x"}), b"", b"Exif\0\0", b"II*\0", b"junk" * 9])
def test_nothing_is_kept_of_nothing(data: bytes) -> None:
    """None where there is no right named, or no EXIF."""
    assert copyright_exif(data) is None


def test_long_texts_are_left_out() -> None:
    """A thumbnail is to stay small."""
    assert copyright_exif(exif_of({COPYRIGHT: "x" * 4095})) is not None
    assert copyright_exif(exif_of({COPYRIGHT: "x" * 4096})) is None


@pytest.mark.parametrize("little", [True, False])
def test_the_orientation_becomes_upright(little: bool) -> None:
    """All else stays."""
    tags = {MAKER: "Camera & Co", ORIENTATION: 6, COPYRIGHT: "(c) Ada"}
    made = upright_exif(exif_of(tags, little=little))
    assert made is not None
    assert read(made) == tags | {ORIENTATION: 1}


def test_without_an_orientation_nothing_changes() -> None:
    """But for the header before it."""
    data = exif_of({MAKER: "Camera & Co"})
    assert upright_exif(data) == data.removeprefix(b"Exif\0\0")


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_damaged_exif_is_never_an_error(junk: bytes, cut: int, is_mixed: bool) -> None:
    """Whatever is in it, or cut off, is kept or left out."""
    data = exif_of(FULL)[:cut] + junk if is_mixed else b"II*\0" + junk
    for keep in (copyright_exif, upright_exif):
        kept = keep(data)
        assert kept is None or kept[:4] in (b"II*\0", b"MM\0*")
