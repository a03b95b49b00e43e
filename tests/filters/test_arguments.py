"""thumbor_renuo.filters.arguments: colours as Thumbor takes them."""

import pytest

from tests.filters.applying import picture
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.filters.arguments import colour, colour_for, hex_colour
from thumbor_renuo.imaging.effects.fill import mean_colour


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("red", (255, 0, 0, 255)), ("F00", (255, 0, 0, 255)), ("00ff00", (0, 255, 0, 255)),
        ("0f08", (0, 255, 0, 136)), ("11223344", (17, 34, 51, 68)), ("transparent", (0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_colours(text: str, levels: tuple[int, ...]) -> None:
    """A name that CSS has, 3, 4, 6 or 8 hex digits, or none at all."""
    assert colour("fill", text) == colour_for("fill", text, picture("RGB", (2, 2))) == levels


@pytest.mark.parametrize("text", ["nonsense", "12", "blur", "_"])
def test_others_are_refused(text: str) -> None:
    """The message names the filter, and what it takes."""
    with pytest.raises(InvalidOptions, match="the colour of 'fill' is none: it takes 3, 4, 6"):
        colour("fill", text)


def test_auto_is_the_picture_s_mean() -> None:
    """Opaque, whatever the picture is."""
    source = picture("RGBA", (9, 9))
    assert colour_for("fill", "auto", source) == (*mean_colour(source), 255)


def test_six_hex_digits() -> None:
    """No more, no less, no name."""
    assert hex_colour("colorize", "0aF010") == (10, 240, 16)
    for text in ("fff", "red", "ff 00 0", "0aF0100"):
        with pytest.raises(InvalidOptions, match="'colorize' is not one of 6 hex digits"):
            hex_colour("colorize", text)
