"""thumbor_renuo.imaging.decoders.svg: SVG in just the size that is asked for."""

import pytest

from tests.imaging.decoders.opening import difference, first
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.geometry import UPRIGHT
from thumbor_renuo.imaging.source import Source

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
# Red on the left, blue on the right of the lower half; the rest is transparent.
FLAG = f"""<svg {NAMESPACE} viewBox="0 0 40 30">
<rect y="15" width="20" height="15" fill="red"/><rect x="20" y="15" width="20" height="15"
fill="#00f"/></svg>""".encode()
RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


@pytest.mark.parametrize("size", [None, (40, 30), (400, 300), (20, 15), (403, 301), (100, 300)])
def test_it_is_drawn_in_any_size(size: tuple[int, int] | None) -> None:
    """Sharp, and stretched where that is asked for."""
    shown = first(FLAG, size)
    width, height = size or (40, 30)
    assert (shown.mode, shown.size) == ("RGBA", (width, height))
    assert shown.getpixel((2, height - 2)) == RED
    assert shown.getpixel((width - 2, height - 2)) == BLUE
    assert shown.getpixel((width // 2, 1))[3] == 0
    if size == (400, 300):
        assert [shown.getpixel((x, 200)) for x in (199, 200)] == [RED, BLUE]
        assert [shown.getpixel((9, y))[3] for y in (149, 150)] == [0, 255]


def test_a_part_of_it_is_drawn() -> None:
    """As large as it is asked for, and turned."""
    source = Source.of(FLAG)
    geometry = source.geometry.crop(15, 10, 25, 20).resize(100, 100).turned(UPRIGHT[6])
    shown = source.decode(geometry)[0].to_pillow()
    assert shown.size == (100, 100)
    # Before it was turned clockwise: nothing above, then red and blue.
    assert shown.getpixel((90, 50))[3] == 0
    assert (shown.getpixel((10, 10)), shown.getpixel((10, 90))) == (RED, BLUE)


def test_what_is_large_in_itself_is_drawn_smaller() -> None:
    """Units of an SVG are no pixels."""
    huge = FLAG.replace(b"viewBox", b'width="40000cm" height="30000cm" viewBox')
    assert difference(first(huge, (40, 30)), first(FLAG, (40, 30))) == 0


def test_a_picture_within_it_is_drawn() -> None:
    """A PNG in a data URL."""
    png = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSu"
        "QmCC"
    )
    content = FLAG.replace(
        b"</svg>",
        f'<image width="40" height="15" href="data:image/png;base64,{png}"/></svg>'.encode(),
    )
    assert first(content).getpixel((20, 5)) == RED


def test_text_does_not_harm() -> None:
    """With fonts or without."""
    assert first(FLAG.replace(b"</svg>", b"<text>Hi &amp; bye</text></svg>")).size == (40, 30)


def test_what_cannot_be_drawn_is_unreadable() -> None:
    """And is told of as such."""
    with pytest.raises(UnreadableImage, match="SVG"):
        first(FLAG.replace(b"0 0 40 30", b"0 0 1e30 1e30"), (8, 6))


def test_a_damaged_one_is_refused() -> None:
    """It is not well-formed."""
    with pytest.raises(UnreadableImage, match="SVG"):
        first(FLAG[:-1])
