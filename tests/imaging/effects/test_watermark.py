"""thumbor_renuo.imaging.effects.watermark: sizes, places and copies as Thumbor counts them."""

import pytest
from thumbor.ext.filters import _alpha
from thumbor.filters.watermark import Filter as ThumborsFilter

from tests.imaging.effects.compared import fresh, picture, pixel, plain
from thumbor_renuo.imaging.effects.watermark import (
    Row,
    faded,
    rows_of,
    stamp,
    watermark_size,
)
from thumbor_renuo.imaging.raster import Raster

IMAGE, MARK = (800, 600), (100, 50)
RED = (255, 0, 0)


@pytest.mark.parametrize("mark", [(100, 50), (50, 100), (900, 30), (7, 7)])
@pytest.mark.parametrize("shares", [(0.5, None), (None, 0.7), (0.6, 0.8), (1, 1), (0.01, 0.5)])
def test_shares_of_the_picture_are_thumbors(
    mark: tuple[int, int], shares: tuple[float | None, float | None]
) -> None:
    """It fits into both, and keeps its proportions; nothing becomes less than a pixel."""
    theirs = ThumborsFilter.calc_watermark_size(IMAGE, mark, *shares)
    assert watermark_size(IMAGE, mark, *shares) == (max(1, theirs[0]), max(1, theirs[1]))


def test_without_shares_it_keeps_its_size() -> None:
    """However large the picture."""
    assert watermark_size(IMAGE, MARK, None, None) == MARK


@pytest.mark.parametrize(
    ("x", "row"),
    [
        ("0", Row(0)), ("30", Row(30)), ("-30", Row(670)), ("-0", Row(700)), ("center", Row(350)),
        ("5p", Row(40)), ("-5p", Row(660)), ("100p", Row(800)), ("repeat", Row(0, 8, 0)),
        ("-9999", Row(-9299)),
    ],
)  # fmt: skip
def test_places(x: str, row: Row) -> None:
    """From the left, from the right, in the middle, per cent, and repeated."""
    assert rows_of(IMAGE, MARK, x, "0")[0] == row


@pytest.mark.parametrize(
    ("mark", "across", "down"),
    [
        ((100, 50), Row(0, 8, 0), Row(0, 12, 0)), ((300, 250), Row(0, 2, 200), Row(0, 2, 100)),
        ((500, 400), Row(0, 2, 10), Row(0, 2, 10)), ((900, 700), Row(0, 1, 10), Row(0, 1, 10)),
        ((10, 10), Row(0, 6, 148), Row(0, 6, 108)), ((70, 60), Row(0, 11, 3), Row(0, 10, 0)),
        ((800, 600), Row(0, 1, 10), Row(0, 1, 10)),
    ],
)  # fmt: skip
def test_copies(mark: tuple[int, int], across: Row, down: Row) -> None:
    """They are spread over the side, and over 100 of them become six by six."""
    if across.copies * down.copies == 110:
        across, down = Row(0, 6, 76), Row(0, 6, 48)
    assert rows_of(IMAGE, mark, "repeat", "repeat") == (across, down)


@pytest.mark.parametrize("percent", [0, 1, 50, 99, 100, 10_000])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_fading_is_thumbors(mode: str, percent: int) -> None:
    """So much of all is taken from each alpha."""
    source = picture(mode)
    rgba = source.as_rgb().with_alpha()
    assert faded(source, percent).to_bytes() == _alpha.apply("RGBA", percent, fresh(rgba))


def test_each_copy_is_there() -> None:
    """At its place, and nothing between them."""
    mark = plain(RED, (10, 10)).with_alpha()
    made = stamp(plain((0, 0, 0), (50, 31)), mark, "repeat", "-0")
    assert [pixel(made, x, 25)[0] for x in (0, 10, 29, 49)] == [255, 255, 255, 255]
    assert pixel(made, 5, 20)[0] == 0
    spread = stamp(plain((0, 0, 0), (29, 29)), mark, "repeat", "repeat")
    assert [pixel(spread, x, x)[0] for x in (9, 10, 18, 19, 28)] == [255, 0, 0, 255, 255]


@pytest.mark.parametrize("place", ["0", "-0", "center", "repeat", "300", "-300"])
def test_one_that_is_larger_than_the_picture(place: str) -> None:
    """What is outside is cut off."""
    made = stamp(plain((0, 0, 0), (9, 9)), picture("RGBA", (100, 80)), place, place)
    assert isinstance(made, Raster)
    assert made.size == (9, 9)
