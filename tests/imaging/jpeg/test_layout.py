"""thumbor_renuo.imaging.jpeg.layout: the parts of a JPEG."""

import pytest
import simplejpeg

from tests.imaging.jpeg.files import progressive
from tests.imaging.pictures import STILL, saved, scene
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg import turbo
from thumbor_renuo.imaging.jpeg.layout import CLEAN_JFIF, Layout
from thumbor_renuo.imaging.jpeg.markers import ADOBE, FRAMES, ICC, JFIF, SCAN, end_to_end, segment

BASELINE, PROGRESSIVE = STILL["jpeg"][1], STILL["jpeg, progressive"][1]
FRAME_AT = BASELINE.index(b"\xff\xc0")


def test_the_frame_tells_the_picture() -> None:
    """Its kind, its sides and its channels."""
    frame = Layout(BASELINE).frame
    assert (frame.kind, frame.precision, frame.width, frame.height) == (0xC0, 8, 200, 150)
    assert [tuple(part) for part in frame.components] == [(1, 2, 2, 0), (2, 1, 1, 1), (3, 1, 1, 1)]


def test_scans_tell_what_they_hold() -> None:
    """Those that libjpeg writes, in their order."""
    scans = Layout(PROGRESSIVE).scans
    told = [(scan.ids, scan.first, scan.last, scan.ah, scan.al) for scan in scans]
    assert told[:2] == [((1, 2, 3), 0, 0, 0, 1), ((1,), 1, 5, 0, 2)]
    assert told[-1] == ((1,), 1, 63, 1, 0)
    assert len(told) == 10
    assert all(scan.segment.start < scan.pixels < scan.segment.end for scan in scans)


@pytest.mark.parametrize(
    "content",
    [
        BASELINE[:FRAME_AT],
        BASELINE[:FRAME_AT] + BASELINE[FRAME_AT : FRAME_AT + 19] + BASELINE[FRAME_AT:],
        BASELINE[: FRAME_AT + 3] + b"\x12" + BASELINE[FRAME_AT + 4 :],
        BASELINE[: FRAME_AT + 9] + b"\5" + BASELINE[FRAME_AT + 10 :],
        BASELINE[: FRAME_AT + 9] + b"\0" + BASELINE[FRAME_AT + 10 :],
        BASELINE[: FRAME_AT + 11] + b"\x20" + BASELINE[FRAME_AT + 12 :],
        BASELINE[: FRAME_AT + 11] + b"\x52" + BASELINE[FRAME_AT + 12 :],
    ],
)
def test_a_file_has_one_frame_that_can_be(content: bytes) -> None:
    """None, two, of an odd length, of five or no channels, sampled in no known way."""
    with pytest.raises(UnreadableImage):
        Layout(content)


def test_a_scan_of_an_odd_length_is_damage() -> None:
    """It is found when the scans are asked for."""
    at = PROGRESSIVE.index(b"\xff\xda")
    layout = Layout(PROGRESSIVE[: at + 4] + b"\4" + PROGRESSIVE[at + 5 :])
    with pytest.raises(UnreadableImage, match="scan"):
        _ = layout.scans


def test_a_file_is_whole_if_it_has_an_end() -> None:
    """It may be asked again."""
    assert Layout(BASELINE).is_whole
    cut = Layout(BASELINE[:-2])
    assert not cut.is_whole
    with pytest.raises(UnreadableImage):
        _ = cut.segments


def test_a_profile_is_put_together() -> None:
    """Of pieces in any order; not if one is missing."""
    pieces = [
        segment(ICC, b"ICC_PROFILE\0" + bytes([n, 3]) + b"abc"[n - 1 :][:1]) for n in (2, 3, 1)
    ]
    assert Layout(BASELINE[:2] + b"".join(pieces) + BASELINE[2:]).profile == b"abc"
    assert Layout(BASELINE[:2] + b"".join(pieces[:2]) + BASELINE[2:]).profile is None
    assert Layout(BASELINE).profile is None
    large = bytes(range(256)) * 1000
    assert Layout(saved(scene(), "JPEG", icc_profile=large)).profile == large


def with_head(*parts: bytes, names: bytes | None = None) -> Layout:
    plain = [part for part in Layout(BASELINE).segments if part.marker not in {JFIF, ADOBE}]
    body = [BASELINE[part.start : part.end] for part in plain]
    if names:
        for n, part in enumerate(plain):
            if part.marker in FRAMES | {SCAN}:
                body[n] = _renamed(body[n], names, 10 if part.marker in FRAMES else 5)
    return Layout(end_to_end([*parts, *body]))


def _renamed(part: bytes, names: bytes, at: int) -> bytes:
    changed, step = bytearray(part), 3 if at > 5 else 2
    changed[at : at + 3 * step : step] = names
    return bytes(changed)


def test_colours_are_told_as_libjpeg_guesses_them() -> None:
    """By JFIF, by Adobe's marker, and by the names of the channels."""
    jfif, adobe = segment(JFIF, CLEAN_JFIF), b"Adobe\0\x64\0\0\0\0"
    for layout in (
        with_head(),
        with_head(jfif),
        with_head(jfif, segment(ADOBE, adobe + b"\0")),
        with_head(segment(ADOBE, adobe + b"\0")),
        with_head(segment(ADOBE, adobe + b"\1")),
        with_head(names=b"RGB"),
        with_head(jfif, names=b"RGB"),
    ):
        assert layout.is_ycc == (simplejpeg.decode_jpeg_header(layout.data)[2] == "YCbCr")
    assert not Layout(STILL["jpeg, grey"][1]).is_ycc
    assert not Layout(STILL["jpeg, cmyk"][1]).is_ycc


def test_a_clean_file_has_the_same_pixels() -> None:
    """And nothing that libjpeg warns of in a header."""
    scan = Layout(BASELINE).scans[0]
    at = scan.pixels - 3
    adobe = segment(ADOBE, b"Adobe\0\x64\0\0\0\0")
    for odd in (
        BASELINE[:at] + b"\0\0\0" + BASELINE[at + 3 :],
        BASELINE[:FRAME_AT] + b"rubbish" + BASELINE[FRAME_AT:],
        BASELINE.replace(b"JFIF\0\1", b"JFIF\0\7"),
        BASELINE.replace(b"JFIF\0", b"JFXX\0")[:-2] + b"\xff\xd9",
        BASELINE[:2] + adobe[:-1] + b"\7" + BASELINE[2:],
        BASELINE[:2] + segment(0xE5, b"notes") + BASELINE[2:],
    ):
        cleaned = Layout(odd).cleaned
        assert (turbo.decode(cleaned, "RGB") == turbo.decode(BASELINE, "RGB")).all()
        assert b"notes" not in cleaned


@pytest.mark.parametrize(("names", "number", "clean"), [(b"RGB", 7, 1), (b"RGB", 0, 0)])
def test_an_unknown_transform_is_what_libjpeg_takes_it_for(
    names: bytes, number: int, clean: int
) -> None:
    """Brightness and colours; none stays none."""
    adobe = segment(ADOBE, b"Adobe\0\x64\0\0\0\0" + bytes([number]) + b"more")
    layout = with_head(adobe, names=names)
    cleaned = Layout(layout.cleaned)
    assert cleaned.content(next(part for part in cleaned.head if part.marker == ADOBE))[11] == clean
    assert cleaned.is_ycc == layout.is_ycc


def test_the_scans_of_a_progressive_file_are_left_as_they_are() -> None:
    """Their parameters say which coefficients they hold."""
    assert Layout(Layout(PROGRESSIVE).cleaned).scans[3][1:7] == Layout(PROGRESSIVE).scans[3][1:7]


def test_the_first_step_of_each_table_is_known() -> None:
    """Of 8 and of 16 bits; 0 where there is no such table."""
    content = progressive(scene(), quality=50, qtables=[[3] * 64, [200] * 64])
    wide = segment(0xDB, b"\x12" + b"\1\x2c" * 64 + b"\3" + b"\7" * 64)
    layout = Layout(content[:2] + wide + content[2:])
    assert [layout.step(number) for number in (0, 1, 2, 3, 4)] == [3, 200, 300, 7, 0]
    assert layout.has_plain_steps
    at = layout.scans[1].segment.start
    assert not Layout(layout.data[:at] + wide + layout.data[at:]).has_plain_steps
    assert not Layout(content[:2] + wide * 10 + content[2:]).has_plain_steps
