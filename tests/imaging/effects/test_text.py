"""thumbor_renuo.imaging.effects.text: what is written stands there, in fonts of our own."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageFont

from tests.imaging.effects.compared import MODES, picture, plain
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.text import DIRECTORY, FONTS, Style, draw_text
from thumbor_renuo.imaging.raster import Raster

PAPER = plain((255, 255, 255), (200, 60))


def ink(text: str, style: Style | None = None, x: str = "center", y: str = "center") -> Image.Image:
    """Where something is written: white on black."""
    made = draw_text(PAPER, text, x, y, style or Style(20))
    return made.to_pillow().convert("L").point(lambda level: 255 - level)


def box(*arguments: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is written."""
    found = ink(arguments[0], None, *arguments[1:]).getbbox()
    assert found is not None
    return found


@pytest.mark.parametrize("mode", MODES)
def test_it_is_written_on_pictures_of_all_modes(mode: str) -> None:
    """In colour, with alpha only where there was some, and in the same size."""
    source = picture(mode)
    made = draw_text(source, "Hi", "0", "0", Style(30, (255, 0, 0, 255)))
    assert (made.size, made.mode) == (source.size, source.as_rgb().mode)
    assert made.to_bytes() != source.as_rgb().to_bytes()


@pytest.mark.parametrize(
    ("x", "y", "edges"),
    [
        ("0", "0", lambda b: b[:2] == (0, 0)), ("left", "top", lambda b: b[:2] == (0, 0)),
        ("-0", "-0", lambda b: b[2:] == (200, 60)),
        ("right", "bottom", lambda b: b[2:] == (200, 60)), ("50p", "0", lambda b: b[0] == 100),
        ("-10", "-5", lambda b: b[2:] == (190, 55)), ("-5p", "0", lambda b: b[2] == 190),
        ("center", "center", lambda b: abs(b[0] + b[2] - 200) < 2 and abs(b[1] + b[3] - 60) < 2),
    ],
)  # fmt: skip
def test_the_letters_are_where_they_are_to_be(
    x: str, y: str, edges: Callable[[tuple[int, int, int, int]], bool]
) -> None:
    """The box around the ink counts."""
    assert edges(box("Hxg", x, y))


def test_size_lines_and_fonts_make_a_difference() -> None:
    """Twice the size is twice as high, a second line lower, and each font its own."""
    small, large = ink("H", Style(20)).getbbox(), ink("H", Style(40)).getbbox()
    assert small is not None
    assert large is not None
    assert abs((large[3] - large[1]) - 2 * (small[3] - small[1])) <= 2
    lines = box("H\nH")
    assert lines[3] - lines[1] > 2 * (small[3] - small[1])
    assert len({ink("Rag", Style(20, font=font)).tobytes() for font in FONTS}) == len(FONTS)


def test_markup_is_written_and_not_obeyed() -> None:
    """Pango would draw a span as its text only, and fail on a lone bracket."""
    assert box("<b>a</b>")[2] - box("<b>a</b>")[0] > 2 * (box("aa")[2] - box("aa")[0])
    assert ink("a & b <").getbbox()


def test_alpha_lets_the_picture_shine_through() -> None:
    """Half of it leaves a grey."""
    assert ink("\u2588", Style(20, (0, 0, 0, 128))).getextrema()[1] == 128
    assert ink("\u2588", Style(20, (0, 0, 0, 0))).getbbox() is None


@pytest.mark.parametrize(
    ("text", "style", "message"),
    [
        (" ", Style(20), "is blank"), ("\u200b", Style(20), "cannot be printed"),
        ("x" * 201, Style(20), "the limit of 200 characters"), ("a\0", Style(9), "cannot be"),
        ("a", Style(0), "outside 1 to 500"), ("a", Style(501), "outside 1 to 500"),
        ("x" * 65, Style(500), "64 characters of 500 pixels"),
        ("x" * 12 + "\n" * 12, Style(350), "130 characters of 350 pixels, each"),
        ("a", Style(9, font="x"), "none of sans"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(text: str, style: Style, message: str) -> None:
    """The error says why."""
    with pytest.raises(InvalidOptions, match=message):
        draw_text(PAPER, text, "0", "0", style)


@pytest.mark.parametrize("font", list(FONTS))
def test_the_fonts_are_ours(font: str) -> None:
    """They lie in the package, have Europe's letters, and the names that Pango knows them by."""
    name, file = FONTS[font]
    face = ImageFont.truetype(str(DIRECTORY / file))
    family, style = face.getname()
    assert f"{family} {style}".replace(" Book", "") == name
    notdef = face.getmask("\ue000").getbbox(), bytes(face.getmask("\ue000"))
    for letter in "\u00e4\u015f\u03a9\u0436\u20ac\u2192":
        mask = face.getmask(letter)
        assert (mask.getbbox(), bytes(mask)) != notdef


def test_the_licence_is_with_them() -> None:
    """It wants to be."""
    assert "Permission is hereby granted" in (DIRECTORY / "LICENSE").read_text()


def test_the_picture_that_was_there_stays_as_it_is() -> None:
    """Writing makes a new one."""
    before = PAPER.to_bytes()
    assert isinstance(draw_text(PAPER, "x", "0", "0", Style(9)), Raster)
    assert PAPER.to_bytes() == before
