"""thumbor_renuo.delivery.allowed: the sizes and filters that an app allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.config import filters as filters_kind
from thumbor_renuo.config import sizes as sizes_kind
from thumbor_renuo.delivery.allowed import check_allowed_filters, check_allowed_size
from thumbor_renuo.delivery.filter_calls import split_filters
from thumbor_renuo.errors import InvalidOptions

SIZES = "300 320-1920/160 50x40"


def passes_size(width: str | None, height: str | None, sizes: str = SIZES) -> bool:
    """Whether a size is allowed."""
    try:
        check_allowed_size({"width": width, "height": height}, sizes_kind.parse(sizes))
    except InvalidOptions:
        return False
    return True


def passes(text: str, rules: str) -> bool:
    """Whether canonical filters are allowed."""
    try:
        check_allowed_filters(split_filters(text), filters_kind.parse(rules), KNOWN)
    except InvalidOptions:
        return False
    return True


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (None, None), ("0", "0"), ("300", None), (None, "300"), ("300", "300"), ("320", "0"),
        ("480", "1920"), ("50", "40"), ("1920", "300"),
    ],
)  # fmt: skip
def test_a_listed_size_passes(width: str | None, height: str | None) -> None:
    """Each given side is one of the list or of its steps, or both are a listed pair."""
    assert passes_size(width, height)


@pytest.mark.parametrize(
    ("width", "height"),
    [
        ("299", None), ("301", None), (None, "301"), ("300", "301"), ("321", "0"), ("160", "0"),
        ("2080", "0"), ("1921", "0"), ("50", "0"), ("40", "50"), ("50", "300"), ("orig", "0"),
        ("300", "orig"), ("999999999999", "0"),
    ],
)  # fmt: skip
def test_another_size_is_refused(width: str | None, height: str | None) -> None:
    """One pixel beside a step, half of a pair, and the original's own size."""
    assert not passes_size(width, height)


def test_the_error_names_side_and_list() -> None:
    """What was asked for, and what may be."""
    with pytest.raises(InvalidOptions) as caught:
        check_allowed_size({"width": "300", "height": "301"}, ("300", "50x40"))
    assert str(caught.value) == "height 301 is none of the allowed sizes: 300 50x40"
    assert caught.value.limit == "300 50x40"


def test_a_long_list_is_cut_short_in_the_error() -> None:
    """An answer does not grow with the list."""
    with pytest.raises(InvalidOptions) as caught:
        check_allowed_size({"width": "7", "height": None}, ["12345x12345"] * 100)
    assert len(str(caught.value)) < 300


@given(st.integers(0, 70000).map(str), st.integers(0, 70000).map(str))
def test_without_a_list_any_size_passes(width: str, height: str) -> None:
    """An empty list allows all, and the original's size."""
    assert passes_size(width, height, "")
    assert passes_size("orig", height, "")


@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 400), st.integers(1, 50))
def test_steps_are_counted_from_the_first(side: int, first: int, last: int, step: int) -> None:
    """`first-last/step` is first, first + step, and so on, to last and no further."""
    steps = {first + n * step for n in range(401) if first + n * step <= last}
    assert passes_size(str(side), None, f"{first}-{last}/{step}") == (side == 0 or side in steps)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", "none"), ("blur(3):grayscale()", ""), ("grayscale()", "grayscale"),
        ("quality(40)", "quality(40..90)"), ("quality(90)", "quality(40..90)"),
        ("quality(95)", "quality(40..90) quality(95)"), ("quality(95)", "quality(40..90) quality"),
        ("quality(60)", "quality(40|60)"),
        ("blur(20,7)", "blur(0..20,*)"), ("blur(20)", "blur(0..20,1..2)"),
        ("format(webp)", "format(webp|jpeg)"), ("format(jpeg)", "format(webp|JPG)"),
        ("saturation(-0.5)", "saturation(-0.5..0.5)"),
        ("saturation(0.5)", "saturation(-0.5..0.5)"),
        ("round_corner(20|30,0,0,0)", "round_corner(2..30,*,*,*)"),
        ("convolution(1;2;1,3)", "convolution(1..2,3..3)"),
        ("fill(red,true)", "fill(*,true|false)"),
        ("watermark(o/a/b.png,center,5,0)", "watermark(*,center|repeat,0..9,*)"),
        ("frame('a,b')", "frame(*)"),
    ],
)  # fmt: skip
def test_an_allowed_filter_passes(text: str, rules: str) -> None:
    """Within its ranges, both ends included; what is left out is the default."""
    assert passes(text, rules)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("grayscale()", "none"), ("blur(3)", "grayscale"), ("grayscale():blur(3)", "grayscale"),
        ("quality(39)", "quality(40..90)"), ("quality(91)", "quality(40..90)"),
        ("quality(50)", "quality(40|60)"), ("quality(6)", "quality(40|60)"),
        ("blur(21,7)", "blur(0..20,*)"), ("blur(20,7)", "blur(0..20)"),
        ("blur(20,3)", "blur(0..20,1..2)"),
        ("format(avif)", "format(webp|jpeg)"), ("saturation(0.51)", "saturation(-0.5..0.5)"),
        ("round_corner(20|31,0,0,0)", "round_corner(2..30,*,*,*)"),
        ("convolution(1;3;1,3)", "convolution(1..2,3..3)"),
        ("watermark(o/a/b.png,7,5,0)", "watermark(*,center|repeat,0..9,*)"),
        ("watermark(o/a/b.png,center,5p,0)", "watermark(*,center|repeat,0..9,*)"),
        ("fill(red)", "fill(0..9)"),
    ],
)  # fmt: skip
def test_another_filter_or_argument_is_refused(text: str, rules: str) -> None:
    """One past a range, a word that is not listed, an argument more, a word for a number."""
    assert not passes(text, rules)


def test_the_errors_name_filter_and_rule() -> None:
    """The filter that is not listed, or the call and the rules for its name."""
    with pytest.raises(InvalidOptions) as caught:
        check_allowed_filters(["blur(3)"], ("quality(40..90)", "grayscale"), KNOWN)
    assert str(caught.value) == "the filter 'blur' is not allowed: quality(40..90) grayscale"
    with pytest.raises(InvalidOptions) as caught:
        check_allowed_filters(["quality(3)"], ("quality(40..90)", "grayscale"), KNOWN)
    assert str(caught.value) == "'quality(3)' is not allowed: quality(40..90)"
    assert caught.value.limit == "quality(40..90)"
