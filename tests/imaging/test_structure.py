"""thumbor_renuo.imaging.structure: containers that are whole, and their frames."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import (
    GIF_FRAME,
    MOVING,
    STILL,
    chunk,
    flat_png,
    gif_of,
    jpeg_of_scans,
    moving,
)
from thumbor_renuo.errors import RenuoError, TooLarge, UnreadableImage
from thumbor_renuo.imaging.structure import (
    MAX_SCANS,
    PNG_SIGNATURE,
    check_avif,
    check_gif,
    check_jpeg,
    check_png,
    mended_png,
)

CHECKS = {"jpeg": check_jpeg, "png": check_png, "gif": check_gif, "avif": check_avif}


@pytest.mark.parametrize("name", [name for name in STILL if name.split(",")[0] in CHECKS])
def test_a_still_picture_has_one_frame(name: str) -> None:
    """Of all formats and all their kinds."""
    assert CHECKS[name.partition(",")[0]](STILL[name][1]) == 1


@pytest.mark.parametrize("frames", [2, 3, 7])
@pytest.mark.parametrize(
    ("kind", "check"), [("PNG", check_png), ("GIF", check_gif), ("AVIF", check_avif)]
)
def test_the_frames_of_an_animation_are_counted(kind: str, check, frames: int) -> None:
    """As many as were put in."""
    assert check(moving(kind, frames)) == frames


@pytest.mark.parametrize("name", ["png", "gif", "png, moving", "gif, moving"])
def test_every_cut_is_found(name: str) -> None:
    """Wherever the end is missing; of each tenth byte, and of each of the last hundred."""
    content = (STILL | MOVING)[name][1]
    check = CHECKS[name.partition(",")[0]]
    size = len(content)
    for end in [*range(0, size, max(1, size // 300)), *range(size - 100, size)]:
        with pytest.raises(UnreadableImage):
            check(content[:end])


def test_a_jpeg_needs_an_end() -> None:
    """The marker, wherever it stands; one inside a segment is none."""
    content = STILL["jpeg"][1]
    assert check_jpeg(content) == 1
    assert check_jpeg(content + b"more") == 1
    with pytest.raises(UnreadableImage):
        check_jpeg(content[:-2])
    hidden = b"\xff\xe1" + struct.pack(">H", 10) + b"ab\xff\xd9efgh"
    with pytest.raises(UnreadableImage):
        check_jpeg(content[:2] + hidden + content[2:-2])


def test_scans_are_counted_up_to_a_limit() -> None:
    """One more is too many."""
    assert check_jpeg(jpeg_of_scans(MAX_SCANS)) == 1
    with pytest.raises(TooLarge) as refused:
        check_jpeg(jpeg_of_scans(MAX_SCANS + 1))
    assert refused.value.limit == MAX_SCANS


def test_a_png_moves_only_where_it_says_so() -> None:
    """Frames without the chunk that announces them are left out by browsers."""
    content = MOVING["png, moving"][1]
    at = content.index(b"acTL") - 4
    assert check_png(content[:at] + content[at + 20 :]) == 1


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"fcTL", b"fdAT"])
def test_the_checksums_of_what_is_shown_count(kind: bytes) -> None:
    """Critical chunks and frames."""
    content = bytearray(MOVING["png, moving"][1])
    content[content.index(kind) + 4] ^= 0x20
    with pytest.raises(UnreadableImage):
        check_png(bytes(content))


def test_checksums_may_be_left_out() -> None:
    """Then only a cut is found."""
    content = bytearray(flat_png(2, 2))
    content[40] ^= 1
    assert check_png(bytes(content), sums=False) == 1
    with pytest.raises(UnreadableImage):
        check_png(bytes(content[:-1]), sums=False)


def test_a_png_that_is_cut_short_can_be_mended() -> None:
    """Wherever it is cut; one that is whole stays as it is."""
    content = STILL["png"][1]
    assert mended_png(content) == content
    for end in (*range(len(content) - 40, len(content)), 41, 60, len(content) // 2):
        assert check_png(mended_png(content[:end])) == 1


def test_the_checksums_of_notes_do_not_count() -> None:
    """Decoders leave such a chunk out."""
    content, note = flat_png(2, 2), bytearray(chunk(b"tEXt", b"a\0b"))
    note[-1] ^= 1
    assert check_png(content[:33] + bytes(note) + content[33:]) == 1


def test_a_gif_is_nothing_but_blocks() -> None:
    """Extensions and frames are taken, anything else is not, and there must be a frame."""
    comment = b"!\xfe\x03abc\0"
    assert check_gif(gif_of(1, 1, comment + GIF_FRAME + comment)) == 1
    assert check_gif(gif_of(1, 1, GIF_FRAME * 3)) == 3
    for content in (b"", comment, GIF_FRAME + b"\0", b"x" + GIF_FRAME):
        with pytest.raises(UnreadableImage):
            check_gif(gif_of(1, 1, content))


def box(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if size is None else size, kind) + content


BRANDS = box(b"ftyp", b"avif" + bytes(4) + b"mif1")


def test_boxes_may_be_of_all_sizes() -> None:
    """Of 64 bits, and up to the end of the file."""
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"hello"
    assert check_avif(BRANDS + large) == 1
    assert check_avif(BRANDS + box(b"mdat", b"hello", 0)) == 1


@pytest.mark.parametrize(
    "boxes",
    [
        box(b"mdat", b"hello", 14),
        box(b"mdat", b"hello", 7),
        box(b"mdat", b"hello", 2**32 - 1),
        struct.pack(">I4sQ", 1, b"mdat", 2**63) + b"hello",
        struct.pack(">I4sQ", 1, b"mdat", 0) + b"hello",
        struct.pack(">I4s", 1, b"mdat"),
        b"\0",
    ],
)
def test_a_box_must_be_whole(boxes: bytes) -> None:
    """Larger than the file, or smaller than its own head."""
    with pytest.raises(UnreadableImage):
        check_avif(BRANDS + boxes)


def test_an_avif_is_told_by_its_brands() -> None:
    """HEIC is made of the same boxes."""
    assert check_avif(box(b"ftyp", b"mif1" + bytes(4) + b"miafavif")) == 1
    for brands in (b"heic" + bytes(4) + b"mif1heic", b"mp42" + bytes(4), b""):
        with pytest.raises(UnreadableImage):
            check_avif(box(b"ftyp", brands))
    with pytest.raises(UnreadableImage):
        check_avif(box(b"mdat", b"") + BRANDS)


@given(st.sampled_from(sorted(CHECKS)), st.binary(max_size=300))
def test_any_bytes_are_whole_or_refused(kind: str, content: bytes) -> None:
    """Nothing else is raised, with and without a signature in front."""
    start = {"jpeg": b"\xff\xd8", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "avif": BRANDS}
    for data in (content, start[kind] + content):
        try:
            frames = CHECKS[kind](data)
        except RenuoError:
            continue
        assert frames >= 1


@pytest.mark.parametrize("filler", [b"\xff\xfe\x00\x02", b"\xff\x01"])
def test_a_jpeg_of_nothing_but_markers_ends_early(filler: bytes) -> None:
    """To walk through a hundred megabytes of them would take half a minute."""
    with pytest.raises(TooLarge, match="markers"):
        check_jpeg(b"\xff\xd8" + filler * 30_000)


def test_a_png_of_nothing_but_chunks_ends_early() -> None:
    """Empty ones count as well."""
    with pytest.raises(TooLarge, match="chunks"):
        check_png(PNG_SIGNATURE + b"\0\0\0\0teXt\0\0\0\0" * 200_001)


def test_a_gif_of_nothing_but_blocks_ends_early() -> None:
    """A block for each few bytes is more than any picture needs."""
    with pytest.raises(TooLarge, match="blocks"):
        check_gif(b"GIF89a" + bytes(7) + b"\x21\xfe\x00" * 100_000)
