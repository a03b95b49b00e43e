"""thumbor_renuo.imaging.header: what pictures are, without a pixel decoded."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.pictures import (
    HEIGHT,
    MOVING,
    PICTURES,
    STILL,
    WIDTH,
    exif,
    flat_png,
    saved,
    scene,
)
from thumbor_renuo.errors import RenuoError, TooLarge, UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.header import MAX_SIDE, Header, read_header

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>'


@pytest.mark.parametrize("name", STILL)
def test_a_still_picture_is_told_of(name: str) -> None:
    """Its format, its sides, one frame, its alpha, whether it is progressive."""
    header = read_header(STILL[name][1])
    assert header.format == name.partition(",")[0]
    assert (header.width, header.height) == (WIDTH, HEIGHT)
    assert (header.stored_width, header.stored_height) == (WIDTH, HEIGHT)
    assert (header.frames, header.orientation) == (1, 1)
    assert header.has_alpha is ("alpha" in name)
    assert header.is_progressive is ("progressive" in name or "interlaced" in name)
    assert header.bits == (16 if "16" in name else 4 if "palette" in name else 8)


@pytest.mark.parametrize("name", MOVING)
def test_a_moving_picture_has_the_frames_that_are_decoded(name: str) -> None:
    """All of GIF and WebP, the first of the others."""
    header = read_header(MOVING[name][1])
    assert (header.width, header.height) == (WIDTH, HEIGHT)
    assert header.frames == (3 if name.startswith(("gif", "webp")) else 1)


def test_a_bmp_and_an_svg_are_told_of() -> None:
    """For which libvips has no decoder, or none that is let in."""
    assert read_header(saved(scene(), "BMP")) == Header("bmp", WIDTH, HEIGHT, has_alpha=False)
    assert read_header(SVG) == Header("svg", 40, 30, has_alpha=True)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_sides_are_told_as_stored_and_as_displayed(kind: str, orientation: int) -> None:
    """EXIF's orientation swaps them from 5 on."""
    header = read_header(saved(scene(), kind, exif=exif(orientation)))
    assert header.orientation == orientation
    assert (header.stored_width, header.stored_height) == (WIDTH, HEIGHT)
    sides = (WIDTH, HEIGHT) if orientation < 5 else (HEIGHT, WIDTH)
    assert (header.width, header.height) == sides


def test_an_avif_is_turned_by_its_decoder() -> None:
    """Its boxes turn it, and what is left to do is nothing."""
    header = read_header(saved(scene(), "AVIF", exif=exif(6)))
    assert (header.stored_width, header.stored_height) == (HEIGHT, WIDTH)
    assert header.orientation == 1


@pytest.mark.parametrize("orientation", [0, 9, 65535])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_impossible_orientation_is_none(kind: str, orientation: int) -> None:
    """Cameras write a zero where they do not know."""
    assert read_header(saved(scene(), kind, exif=exif(orientation))).orientation == 1


@pytest.mark.parametrize("content", [
    b"", b"no picture", b"%PDF-1.4", b"BM", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n",
    b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WAVE", b"II*\0", b"MM\0*\xff\xff\xff\xff",
    b"\0\0\0 ftypavif", b"\0\0\0 ftypmp42", b"<html>", b"<svg", b"<svg/>",
    b"\x1f\x8b\x08\0 a gzipped svg",
])  # fmt: skip
def test_what_is_no_picture_is_unreadable(content: bytes) -> None:
    """With and without the signature of one."""
    with pytest.raises(UnreadableImage):
        read_header(content)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", PICTURES)
def test_a_cut_picture_has_a_header_or_is_unreadable(name: str, share: float) -> None:
    """What it tells is the same as before it was cut, frames excepted."""
    content = PICTURES[name][1]
    whole = read_header(content)
    try:
        header = read_header(content[: int(len(content) * share)])
    except UnreadableImage:
        return
    assert (header.format, header.width, header.height) == (whole.format, WIDTH, HEIGHT)
    assert 1 <= header.frames <= whole.frames


def test_a_longer_side_than_may_be_is_refused() -> None:
    """The limit itself is no fault, and the error names it."""
    assert read_header(flat_png(MAX_SIDE, 1)).width == MAX_SIDE
    with pytest.raises(TooLarge) as refused:
        read_header(flat_png(MAX_SIDE + 1, 1))
    assert refused.value.limit == MAX_SIDE


@pytest.mark.skipif(libvips.has("jxlload_source"), reason="this libvips reads JPEG XL")
@pytest.mark.parametrize("start", [b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"])
def test_a_picture_without_a_decoder_is_unsupported(start: bytes) -> None:
    """What would be needed is told."""
    with pytest.raises(UnsupportedImage, match="libjxl"):
        read_header(start + bytes(100))


def test_an_svg_that_fetches_is_refused() -> None:
    """Before anything of it is drawn."""
    with pytest.raises(UnreadableImage, match="fetch"):
        read_header(SVG.replace(b"/>", b'><image href="http://example.com/a.png"/></svg>'))


def test_what_an_extension_says_does_not_count() -> None:
    """A GIF within a comment of a JPEG is no frame of it."""
    content = saved(Image.new("RGB", (9, 7)), "JPEG", comment=MOVING["gif, moving"][1][:60_000])
    assert (read_header(content).format, read_header(content).frames) == ("jpeg", 1)


@given(
    st.sampled_from(sorted(PICTURES)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 500),
)
def test_any_bytes_have_a_header_or_are_refused(
    name: str, changes: list[tuple[int, int]], size: int
) -> None:
    """Nothing else is raised, and no side is zero."""
    content = bytearray(PICTURES[name][1][: size or None])
    for at, value in changes:
        if at < len(content):
            content[at] = value
    try:
        header = read_header(bytes(content))
    except RenuoError:
        return
    assert min(header.width, header.height, header.frames) >= 1
    assert header.delays_ms == () or len(header.delays_ms) == header.frames


def test_a_zero_side_is_unreadable() -> None:
    """In all formats that can tell one."""
    jpeg = bytearray(STILL["jpeg"][1])
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 2] = b"\0\0"
    png = flat_png(5, 5)
    bmp = bytearray(saved(scene(), "BMP"))
    bmp[18:22] = bytes(4)
    for content in (jpeg, png[:16] + struct.pack(">I", 0) + png[20:], bmp):
        with pytest.raises(UnreadableImage):
            read_header(bytes(content))
