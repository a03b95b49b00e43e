"""thumbor_renuo.delivery.filter_values: each value is written in one way, or refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from thumbor.filters import BaseFilter

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.delivery import filter_values
from thumbor_renuo.delivery.filter_values import WRITERS, check_matrix, number
from thumbor_renuo.errors import InvalidOptions

WHERE = "argument 1 of 'x'"


def written(name: str, place: int, text: str) -> str:
    """The one way of writing an argument."""
    return WRITERS[(name, place)](WHERE, text)


def refused(name: str, place: int, text: str) -> InvalidOptions:
    """The error that an argument causes."""
    with pytest.raises(InvalidOptions, match=f"^{WHERE} ") as caught:
        written(name, place, text)
    return caught.value


def test_the_kinds_are_thumbors() -> None:
    """Thumbor's kinds of parameters are told apart by its own expressions."""
    assert BaseFilter.Boolean["regex"] == filter_values.BOOLEAN
    assert BaseFilter.String["regex"] == filter_values.STRING


def test_every_rule_is_for_an_argument_that_there_is() -> None:
    """No rule lies idle for a misspelt name or a place past the end."""
    for name, place in WRITERS:
        assert place < len(KNOWN[name].runnable_method.filter_data["params"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("7", "7"), ("007", "7"), ("0", "0"), ("000", "0"), ("-0", "0"), ("-0.0", "0"),
        ("1.50", "1.5"), ("1.", "1"), (".5", "0.5"), ("-.50", "-0.5"), ("-07.10", "-7.1"),
        ("0" * 500 + "7", "7"), ("1." + "0" * 500, "1"), ("9" * 9, "9" * 9),
    ],
)  # fmt: skip
def test_a_number_is_written_in_one_way(text: str, plain: str) -> None:
    """Zeros and signs that say nothing are dropped."""
    assert number(WHERE, text) == plain


@pytest.mark.parametrize("text", ["1" * 10, "1" * 900, "0." + "1" * 16, "٣", "1e5", "--1", "x"])
def test_a_number_that_is_long_or_none_is_refused(text: str) -> None:
    """Nine digits, fifteen decimals, and no other script's digits."""
    with pytest.raises(InvalidOptions, match=f"^{WHERE} (has more than|is no number)"):
        number(WHERE, text)


@given(st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{0,15})?", fullmatch=True))
def test_a_number_keeps_its_value(text: str) -> None:
    """The plain form is the same number, and its own plain form."""
    plain = number(WHERE, text)
    assert float(plain) == float(text)
    assert number(WHERE, plain) == plain


BOUNDS = [
    ("blur", 0, "1", "150"), ("blur", 1, "0", "150"), ("brightness", 0, "-1000", "1000"),
    ("contrast", 0, "-1000", "1000"), ("rgb", 2, "-1000", "1000"), ("noise", 0, "0", "1000"),
    ("saturation", 0, "-1000", "1000"), ("colorize", 0, "0", "100"), ("quality", 0, "0", "100"),
    ("max_age", 0, "0", "31536000"), ("max_bytes", 0, "1", "999999999"),
    ("sharpen", 0, "-1000", "1000"), ("text", 3, "1", "500"), ("text", 5, "0", "100"),
    ("proportion", 0, "0.001", "1"), ("round_corner", 3, "0", "255"),
    ("watermark", 3, "0", "100"), ("watermark", 4, "1", "100"), ("watermark", 5, "1", "100"),
    ("convolution", 1, "1", "121"), ("watermark", 1, "0", "65535"), ("watermark", 2, "-1", "9p"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "place", "low", "high"), BOUNDS)
def test_both_bounds_pass(name: str, place: int, low: str, high: str) -> None:
    """The least and the greatest value are taken, as they are written."""
    assert (written(name, place, low), written(name, place, high)) == (low, high)


@pytest.mark.parametrize(
    ("name", "place", "text", "limit"),
    [
        ("blur", 0, "151", "1..150"), ("blur", 0, "0", "1..150"), ("blur", 1, "-1", "0..150"),
        ("brightness", 0, "1001", "-1000..1000"), ("contrast", 0, "-1001", "-1000..1000"),
        ("noise", 0, "1001", "0..1000"), ("saturation", 0, "1000.1", "-1000..1000"),
        ("colorize", 1, "101", "0..100"), ("quality", 0, "101", "0..100"),
        ("max_age", 0, "31536001", "0..31536000"), ("max_bytes", 0, "0", "1..999999999"),
        ("sharpen", 1, "1000.5", "-1000..1000"), ("text", 3, "501", "1..500"),
        ("proportion", 0, "1.01", "0.001..1"), ("proportion", 0, "0", "0.001..1"),
        ("proportion", 0, "-1", "0.001..1"), ("round_corner", 1, "256", "0..255"),
        ("watermark", 3, "101", "0..100"), ("watermark", 4, "101", "0..100"),
        ("watermark", 5, "-1", "0..100"), ("watermark", 1, "65536p", "0..65535"),
        ("watermark", 2, "-65536", "0..65535"), ("round_corner", 0, "65536", "0..65535"),
        ("focal", 0, "0x0:65536x1", "0..65535"), ("convolution", 1, "122", "1..121"),
    ],
)  # fmt: skip
def test_past_a_bound_is_refused(name: str, place: int, text: str, limit: str) -> None:
    """The error names the argument, its value and the bounds."""
    error = refused(name, place, text)
    assert error.limit == limit
    assert str(error).endswith(limit.replace("..", " to "))


@pytest.mark.parametrize(
    ("name", "place", "text", "plain"),
    [
        ("format", 0, "JPG", "jpeg"), ("format", 0, "'webp'", "webp"),
        ("focal", 0, "01x02:003x4", "1x2:3x4"), ("focal", 0, "'1x2:3x4'", "1x2:3x4"),
        ("rotate", 0, "-90", "270"), ("rotate", 0, "450", "90"), ("rotate", 0, "0", "0"),
        ("fill", 0, "FF00ff", "ff00ff"), ("fill", 0, "Red", "red"), ("fill", 0, "blur", "blur"),
        ("fill", 0, "abcd", "abcd"), ("fill", 0, "000", "000"), ("fill", 0, "aabbccdd", "aabbccdd"),
        ("background_color", 0, "transparent", "transparent"),
        ("background_color", 0, "F00", "f00"),
        ("colorize", 3, "'FF0000'", "ff0000"), ("colorize", 3, "000000", "000000"),
        ("round_corner", 0, "020|30", "20|30"), ("round_corner", 0, "20|020", "20"),
        ("round_corner", 0, "0|5", "0"), ("round_corner", 0, "1|0", "0"),
        ("round_corner", 0, "01", "1"), ("curve", 0, "[(00,1),(02,255),]", "[(0,1),(2,255)]"),
        ("curve", 1, "[]", "[]"), ("text", 0, "'a'", "a"), ("text", 0, "a%2Cb", "'a,b'"),
        ("text", 0, "%27a/b+%25", "%27a%2Fb%2B%25"), ("text", 0, "%61\u00e4", "a\u00e4"),
        ("text", 0, "a%20%20b", "a %20b"), ("text", 0, "' a'", "' a'"), ("text", 6, "mono", "mono"),
        ("round_corner", 0, "00", "0"), ("convolution", 0, "01;2.0;-0", "1;2;0"),
        ("watermark", 1, "-0", "-0"), ("watermark", 1, "-007p", "-7p"),
        ("watermark", 2, "center", "center"), ("watermark", 4, "0", "none"),
        ("watermark", 5, "none", "none"), ("watermark", 5, "020", "20"),
    ],
)  # fmt: skip
def test_a_value_is_written_in_one_way(name: str, place: int, text: str, plain: str) -> None:
    """Spellings that Thumbor takes for the same become one, and what differs stays so."""
    assert written(name, place, text) == plain
    assert written(name, place, plain) == plain


@pytest.mark.parametrize(
    ("name", "place", "text"),
    [
        ("format", 0, "heic"), ("format", 0, "svg"), ("format", 0, "zzz"), ("format", 0, "' '"),
        ("focal", 0, "abc"), ("focal", 0, "1x2:1x4"), ("focal", 0, "3x2:1x4"),
        ("focal", 0, "1x2:3x4x"), ("focal", 0, "1x4:3x2"),
        ("rotate", 0, "45"), ("rotate", 0, "1"),
        ("fill", 0, "zzz"), ("fill", 0, "AUTO"), ("fill", 0, "Blur"), ("fill", 0, "12345"),
        ("fill", 0, "1234567"), ("fill", 0, "123456789"), ("fill", 0, "ä"), ("fill", 0, "12"),
        ("background_color", 0, "blur"), ("background_color", 0, "nocolour"),
        ("colorize", 3, "fff"), ("colorize", 3, "ff 00 00"), ("colorize", 3, "red"),
        ("curve", 0, "[(256,0)]"), ("curve", 3, "[(3,0),(3,1)]"), ("curve", 1, "[(3,0),(2,1)]"),
        ("text", 0, "' '"), ("text", 0, "%20"), ("text", 0, "a%00"), ("text", 0, "x" * 201),
        ("text", 4, "auto"), ("text", 6, "Comic Sans"), ("convolution", 0, ";".join(["1"] * 122)),
        ("watermark", 1, "٣"), ("convolution", 0, "1;٣"),
    ],
)  # fmt: skip
def test_what_thumbor_would_ignore_or_fail_on_is_refused(name: str, place: int, text: str) -> None:
    """An unknown word, colour or shape is an error that names the argument."""
    refused(name, place, text)


@given(st.text("0123456789abcdefF", min_size=1, max_size=9) | st.sampled_from(["red", "Tan"]))
def test_a_colour_that_passes_is_pillows(text: str) -> None:
    """Pillow makes the same pixel of the plain form as of what was given."""
    try:
        plain = written("fill", 0, text)
    except InvalidOptions:
        return
    name = text if re.fullmatch("red|Tan", text) else f"#{text}"
    again = plain if name == text else f"#{plain}"
    pixels = [Image.new("RGBA", (1, 1), colour).getpixel((0, 0)) for colour in (name, again)]
    assert pixels[0] == pixels[1]


@pytest.mark.parametrize(("text", "plain"), [
    ("a b", "a b"), ("'a'", "a"), ("'a,b'", "'a,b'"), ("' a'", "' a'"), ("'a)'", "'a)'"),
    ("o/x/ä.png", "o/x/ä.png"),
])  # fmt: skip
def test_quotes_stay_only_where_they_are_needed(text: str, plain: str) -> None:
    """Commas, brackets, and blanks at the ends need them."""
    assert filter_values.words(WHERE, text) == plain


@pytest.mark.parametrize("text", ["'", "''", "' '", "a'b", "'a", "a'", " "])
def test_a_text_that_is_blank_or_has_a_quote_within_is_refused(text: str) -> None:
    """Thumbor would guess what it means."""
    with pytest.raises(InvalidOptions, match="is blank, or has a quote within"):
        filter_values.words(WHERE, text)


@pytest.mark.parametrize(("matrix", "columns"), [("1", "1"), ("1;2;3", "3"), ("1;" * 8 + "1", "3")])
def test_a_matrix_with_a_middle_passes(matrix: str, columns: str) -> None:
    """An odd number of rows and of columns."""
    check_matrix([matrix, columns])


@pytest.mark.parametrize(("matrix", "columns"), [
    ("1;2", "1"), ("1;2", "2"), ("1;2;3", "2"), ("1;2;3;4", "2"), ("1;2;3", "9"),
])  # fmt: skip
def test_a_matrix_without_a_middle_is_refused(matrix: str, columns: str) -> None:
    """Thumbor's C code would fail without a word."""
    with pytest.raises(InvalidOptions, match="of 'convolution' make no odd number"):
        check_matrix([matrix, columns])
