"""thumbor_renuo.delivery.client_hints: a size by density and width of the screen."""

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libthumbor.url import Url

from thumbor_renuo.delivery.client_hints import ACCEPT_CH, VARY, hinted, hinted_size

GRAMMAR = re.compile(Url.regex(has_unsafe_or_hash=False))
BOUNDS: dict[str, Any] = {"max_side": 4000, "max_pixels": 10_000_000}


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ({}, "300x200"),
        ({"DPR": "1"}, "300x200"),
        ({"DPR": "2"}, "600x400"),
        ({"DPR": "2.625"}, "786x524"),
        ({"DPR": "1.100000023841858"}, "330x220"),
        ({"DPR": " 1.5 "}, "450x300"),
        ({"DPR": "4"}, "1200x800"),
        ({"DPR": "99"}, "1200x800"),
        ({"DPR": "0.5"}, "300x200"),
        ({"DPR": "0"}, "300x200"),
        ({"Sec-CH-DPR": "2.0"}, "600x400"),
        ({"Sec-CH-DPR": "2.0", "DPR": "3"}, "600x400"),
        ({"Width": "600"}, "600x400"),
        ({"Width": "150"}, "150x100"),
        ({"Width": "1"}, "1x1"),
        ({"Sec-CH-Width": "450", "Width": "600"}, "450x300"),
        ({"Sec-CH-Width": "450", "DPR": "2"}, "450x300"),
        ({"Sec-CH-Width": "nonsense", "DPR": "2"}, "600x400"),
    ],
)
def test_the_size_follows_the_hints(headers: dict[str, str], size: str) -> None:
    """Width replaces the width, DPR multiplies; the new names outrank the old."""
    assert hinted("300x200", headers, **BOUNDS) == size


@pytest.mark.parametrize(
    "value",
    [
        "", "-2", "+2", "2,3", "2.", ".5", "1e3", "inf", "nan", "0x2", "2/1", "100", "2 0", "2\n",
        "\N{ARABIC-INDIC DIGIT TWO}", "2" * 5000, "2." + "0" * 5000, "1/0", "2;q=1",
    ],
)  # fmt: skip
def test_a_malformed_density_is_ignored(value: str) -> None:
    """It counts as not there, whatever its length."""
    assert hinted("300x200", {"DPR": value}, **BOUNDS) == "300x200"
    assert hinted("300x200", {"Sec-CH-DPR": value}, **BOUNDS) == "300x200"


@pytest.mark.parametrize(
    "value",
    ["", "0", "-600", "+600", "600.0", "6e2", "100000", "6" * 5000, "600,600", "0600", "600px"],
)
def test_a_malformed_width_is_ignored(value: str) -> None:
    """It counts as not there, whatever its length."""
    assert hinted("300x200", {"Width": value}, **BOUNDS) == "300x200"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("300x0", "600x0"),
        ("0x200", "0x400"),
        ("-300x-200", "-600x-400"),
        ("-0x-200", "-0x-400"),
        ("fit-in/300x200/smart", "fit-in/600x400/smart"),
        ("trim/10x20:300x400/300x200/left/filters:blur(3)",
         "trim/10x20:300x400/600x400/left/filters:blur(3)"),
        ("300x200/filters:watermark(o/a/9x9/b.jpg,1,1,1)",
         "600x400/filters:watermark(o/a/9x9/b.jpg,1,1,1)"),
    ],
)  # fmt: skip
def test_only_the_size_is_changed(options: str, wanted: str) -> None:
    """Flips, crops, modes and filters stay; an open side stays open."""
    assert hinted(options, {"DPR": "2"}, **BOUNDS) == wanted


@pytest.mark.parametrize(
    "options",
    [
        "", "smart", "fit-in/smart", "10x20:300x400", "origx200", "300xorig", "origxorig",
        "-0x0", "filters:watermark(o/a/9x9/b.jpg,1,1,1)", "filters:proportion(0.5)",
    ],
)  # fmt: skip
def test_options_without_a_size_stay(options: str) -> None:
    """There is nothing to multiply."""
    assert hinted(options, {"DPR": "2", "Width": "900"}, **BOUNDS) == options


def test_a_width_that_is_open_follows_the_density() -> None:
    """`0x200` with a width would be cropped to it; it is only made sharper."""
    assert hinted("0x200", {"Width": "900"}, **BOUNDS) == "0x200"
    assert hinted("0x200", {"Width": "900", "DPR": "2"}, **BOUNDS) == "0x400"


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"max_side": 600, "max_pixels": 10**9}, "600x400"),
        ({"max_side": 599, "max_pixels": 10**9}, "599x399"),
        ({"max_side": 10**9, "max_pixels": 240_000}, "600x400"),
        ({"max_side": 10**9, "max_pixels": 239_999}, "599x399"),
        ({"max_side": 300, "max_pixels": 10**9}, "300x200"),
        ({"max_side": 10**9, "max_pixels": 60_000}, "300x200"),
    ],
)
def test_hints_are_heeded_up_to_the_limits(bounds: dict[str, int], wanted: str) -> None:
    """A client that sends hints with each request is never refused because of them."""
    assert hinted("300x200", {"DPR": "2"}, **bounds) == wanted
    assert hinted("300x200", {"Width": "600"}, **bounds) == wanted


def test_what_is_past_the_limits_stays_so() -> None:
    """Hints make no path allowed that is not: it is left for the limits to refuse."""
    for headers in ({"Width": "10"}, {"DPR": "2"}, {}):
        assert hinted("300x200", headers, max_side=299, max_pixels=10**9) == "300x200"
        assert hinted("300x200", headers, max_side=999, max_pixels=59_999) == "300x200"


@given(
    st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
    st.dictionaries(
        st.sampled_from(VARY.split(", ")),
        st.decimals(0, 5, places=3).map(str) | st.integers(0, 99_999).map(str) | st.text(),
    ),
    st.integers(1, 16_383),
    st.integers(1, 268_402_689),
)
def test_the_bounds_hold(
    size: tuple[int, int], headers: dict[str, str], max_side: int, max_pixels: int
) -> None:
    """No hint leads over a bound, closes an open side, or opens one."""
    width, height = hinted_size(size, headers, max_side=max_side, max_pixels=max_pixels)
    if (width, height) != size:
        assert max(width, height) <= max_side
        assert width * height <= max_pixels
    assert (width == 0, height == 0) == (size[0] == 0, size[1] == 0)


@given(
    st.sampled_from(["", "trim", "10x20:30x40", "fit-in"]),
    st.integers(0, 999),
    st.integers(0, 999),
    st.sampled_from(["", "smart", "left", "filters:blur(3)", "filters:frame(o/a/9x9/b.jpg)"]),
    st.floats(1, 4),
)
def test_thumbor_reads_the_new_size(
    before: str, width: int, height: int, after: str, density: float
) -> None:
    """To Thumbor's grammar nothing but width and height differs."""

    def parse_options(options: str) -> dict[str, Any]:
        match = GRAMMAR.fullmatch(f"{options}/image")
        assert match is not None
        return match.groupdict()

    options = "/".join(part for part in (before, f"{width}x{height}", after) if part)
    old = parse_options(options)
    headers = {"DPR": f"{density:.2f}"}
    new = parse_options(hinted(options, headers, max_side=4000, max_pixels=16_000_000))
    for name in ("width", "height"):
        wanted = int(old.pop(name)) * Fraction(headers["DPR"])
        assert 0 <= wanted - int(new.pop(name)) < 1
    assert new == old


def test_the_headers_are_named() -> None:
    """Each hint that is read stands in Vary, and is asked for."""
    assert VARY.split(", ") == ["Sec-CH-DPR", "Sec-CH-Width", "DPR", "Width"]
    assert ACCEPT_CH == VARY
