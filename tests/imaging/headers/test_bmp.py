"""thumbor_renuo.imaging.headers.bmp: headers of BMP."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import saved, scene
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.headers.bmp import layout, read


def header(
    size: tuple[int, int] = (4, 3),
    depth: int = 32,
    packing: int = 0,
    *,
    head: int = 40,
    start: int | None = None,
    more: bytes = b"",
    colours: int = 0,
) -> bytes:
    """The beginning of a BMP; `more` stands behind its first 40 bytes."""
    info = struct.pack("<IiiHHIIiiII", head, *size, 1, depth, packing, 0, 0, 0, colours, 0) + more
    start = 14 + max(head, len(info)) if start is None else start
    return struct.pack("<2sIHHI", b"BM", 0, 0, 0, start) + info.ljust(head, b"\0")


def masks(*channels: int) -> bytes:
    return struct.pack(f"<{len(channels)}I", *channels)


def test_the_first_line_may_be_the_lowest_or_the_uppermost() -> None:
    """A negative height says so."""
    assert layout(header((4, 3))).is_upside_down
    assert not layout(header((4, -3))).is_upside_down
    assert read(header((4, -3))).height == 3


@pytest.mark.parametrize(
    ("depth", "width", "size"),
    [(1, 1, 4), (1, 33, 8), (4, 9, 8), (8, 5, 8), (24, 1, 4), (24, 3, 12)],
)
def test_lines_are_filled_up(depth: int, width: int, size: int) -> None:
    """To four bytes."""
    assert layout(header((width, 1), depth)).line_bytes == size


def test_a_palette_ends_where_the_pixels_begin() -> None:
    """However many colours it says it has."""
    assert layout(header(depth=8, start=54 + 40)).palette == (54, 10)
    assert layout(header(depth=8, start=54 + 1024, colours=7)).palette == (54, 7)
    assert layout(header(depth=4, start=54 + 1024, colours=2**32 - 1)).palette == (54, 16)
    assert layout(saved(scene().quantize(16), "BMP")).palette[1] == 16


def test_masks_stand_in_or_behind_the_header() -> None:
    """Those of alpha only in the longer ones."""
    channels = masks(0xFF0000, 0xFF00, 0xFF)
    assert layout(header(packing=3, more=channels)).masks == (0xFF0000, 0xFF00, 0xFF)
    alpha = masks(0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    long = header(packing=3, head=124, more=alpha)
    assert layout(long).masks[3] == 0xFF000000
    assert read(long).has_alpha
    assert not read(header(packing=3, more=channels)).has_alpha


@pytest.mark.parametrize("content", [
    b"BM", header()[:53], header(head=12), header(head=125), header(depth=2), header(depth=0),
    header((0, 3)), header((-4, 3)), header((4, 0)), header(start=20), header(depth=8, packing=1),
    header(depth=4, packing=2), header(packing=4), header(packing=5), header(depth=24, packing=3),
    header(packing=3), header(packing=3, more=masks(0, 1, 2)),
    header(packing=3, more=masks(5, 2, 8)), header(packing=3, more=masks(1, 2)),
])  # fmt: skip
def test_what_cannot_be_is_damaged(content: bytes) -> None:
    """Sides, depths, packings and masks; what is packed is told of."""
    with pytest.raises(UnreadableImage):
        layout(content)


@given(st.binary(max_size=150))
def test_any_bytes_are_laid_out_or_refused(content: bytes) -> None:
    """Nothing else is raised."""
    try:
        found = layout(b"BM" + content)
    except UnreadableImage:
        return
    assert found.width > 0
    assert found.height > 0
