"""thumbor_renuo.imaging.headers.gif: blocks of GIF."""

import struct

import pytest

from tests.imaging.pictures import GIF_FRAME, gif_of, moving, saved, scene
from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.decode import open_header
from thumbor_renuo.imaging.formats import GIF
from thumbor_renuo.imaging.header import read_header
from thumbor_renuo.imaging.headers.gif import read, with_canvas

CONTROL = b"!\xf9\x04\x00\x07\x00\x00\x00"


def frame(left: int, top: int, width: int, height: int) -> bytes:
    return b"," + struct.pack("<4H", left, top, width, height) + GIF_FRAME[9:]


def test_an_animation_tells_its_times() -> None:
    """In milliseconds; a loop that is repeated twice is played three times."""
    header = read(moving("GIF", 3, duration=[40, 120, 2000], loop=2))
    assert (header.frames, header.delays_ms, header.loop) == (3, (40, 120, 2000), 3)


def test_a_loop_may_have_no_end_and_may_be_missing() -> None:
    """Without an end is 0, missing is once."""
    assert read(moving("GIF", 2, loop=0)).loop == 0
    assert read(moving("GIF", 2)).loop == 1


def test_the_times_are_those_that_libvips_tells() -> None:
    """Where a frame has none, and where one has no control block."""
    content = gif_of(1, 1, CONTROL + GIF_FRAME + GIF_FRAME + CONTROL + GIF_FRAME)
    assert list(read(content).delays_ms) == open_header(GIF, content, n=-1).get("delay")
    assert read(content).delays_ms == (70, 100, 70)


def test_a_still_one_has_no_times() -> None:
    """One frame is no animation."""
    header = read(gif_of(1, 1, CONTROL + GIF_FRAME))
    assert (header.frames, header.delays_ms, header.loop) == (1, (), 0)


def test_alpha_is_a_transparent_colour() -> None:
    """Of any frame."""
    assert read(saved(scene().quantize(8), "GIF", transparency=2)).has_alpha
    assert not read(saved(scene().quantize(8), "GIF")).has_alpha


@pytest.mark.parametrize("screen", [(5, 5), (0, 0), (0, 50), (640, 480), (800, 600), (3000, 2)])
@pytest.mark.parametrize("box", [(0, 0, 9, 7), (3, 2, 9, 7), (0, 0, 3000, 3000)])
def test_the_canvas_is_that_of_the_decoder(
    screen: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    """The screen, or the first frame where that is larger; further ones do not count."""
    content = gif_of(*screen, frame(*box) + frame(0, 0, 4000, 4000))
    header = read(content)
    shown, before = with_canvas(content)
    image = open_header(GIF, shown, page=before, n=-1)
    assert (image.width, image.get("page-height")) == (header.width, header.height)
    assert image.get("n-pages") - before == header.frames == 2
    assert header.has_alpha == image.hasalpha()
    expected = max(screen[0], box[0] + box[2]), max(screen[1], box[1] + box[3])
    assert (header.width, header.height) == expected


def test_frames_before_a_cut_count() -> None:
    """How much can be shown of the last one is for the decoder to say."""
    content = gif_of(1, 1, GIF_FRAME * 3)
    assert read(content[:-3]).frames == 3
    assert read(content[: 20 + 2 * len(GIF_FRAME)]).frames == 2


def test_frames_and_screens_may_have_no_pixels() -> None:
    """Of both together there must be some."""
    assert (read_header(gif_of(5, 4, frame(0, 0, 0, 0))).width) == 5
    with pytest.raises(UnreadableImage):
        read_header(gif_of(0, 4, frame(0, 0, 0, 9)))


def test_blocks_are_bounded() -> None:
    """As they are where a GIF is checked."""
    with pytest.raises(TooLarge, match="blocks"):
        read(b"GIF89a" + bytes(7) + b"\x21\xfe\x00" * 100_000)
    with pytest.raises(UnreadableImage):
        read(gif_of(1, 1, b""))
