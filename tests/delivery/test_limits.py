"""thumbor_renuo.delivery.limits: bounds that hold before any byte is fetched."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thumbor.filters import FiltersFactory

from thumbor_renuo.config import SAFE_FILTERS
from thumbor_renuo.delivery.limits import (
    check_filters,
    check_size,
    images_in_filters,
    split_filters,
)
from thumbor_renuo.delivery.thumbnail_path import parse_options
from thumbor_renuo.errors import InvalidOptions

FACTORY = FiltersFactory([import_module(name).Filter for name in SAFE_FILTERS])
KNOWN = FACTORY.filter_classes_map
MAX_SIDE = 5000
MAX_FILTERS = 10
LEGACY = [
    "brightness(-40)",
    "brightness(-40):contrast(40):noise(200):rgb(20,-20,40):round_corner(100,255,255,255)",
    (
        "quality(10):round_corner(60,10,10,255)"
        ":watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)"
    ),
]
OTHERS = [
    "grayscale()",
    "strip_icc():strip_exif():equalize()",
    "format(webp)",
    "fill(ff0000,1)",
    "fill(auto)",
    "background_color(transparent)",
    "focal(10x20:30x40)",
    "proportion(0.5)",
    "blur(7, 2.5)",
    "saturation(-0.4)",
    "convolution(1;2;1;2;4;2;1;2;1,3,true)",
    "max_bytes(40000):max_age(60):no_upscale():upscale():stretch():extract_focal()",
    "rotate(90)",
    "round_corner(20|30,0,0,0,1)",
    "colorize(40,40,40,ffffff)",
    "frame(https://example.com/frame.9.png)",
    "watermark('https://example.com/a,b.png',10p,repeat,50,20,none)",
    "watermark(https://example.com/20261122120000.png,0,center,100)",
]


def refused(text: str, max_filters: int = MAX_FILTERS) -> InvalidOptions:
    """The error that the filters cause."""
    with pytest.raises(InvalidOptions) as caught:
        check_filters(text, KNOWN, max_filters)
    return caught.value


# -- size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["width", "height"])
@pytest.mark.parametrize("value", [None, "", "0", "1", "5000", "05000", "orig"])
def test_a_size_within_the_limit_passes(name: str, value: str | None) -> None:
    """Up to the limit, the original's size, or none."""
    check_size({name: value}, MAX_SIDE)


@pytest.mark.parametrize("name", ["width", "height"])
@pytest.mark.parametrize("value", ["5001", "99999", "999999999", "9999999999", "9" * 5000])
def test_a_size_over_the_limit_is_refused(name: str, value: str) -> None:
    """One pixel more is too much; the error names the parameter and the limit."""
    with pytest.raises(InvalidOptions) as caught:
        check_size({name: value}, MAX_SIDE)
    assert str(caught.value) == f"{name} {value[:20]} is over the limit of 5000 pixels"
    assert caught.value.limit == 5000


@pytest.mark.parametrize("name", ["crop_left", "crop_top", "crop_right", "crop_bottom"])
def test_a_crop_lies_within_any_image(name: str) -> None:
    """65,535 passes, 65,536 and thousands of digits do not."""
    check_size({name: "65535"}, MAX_SIDE)
    for value in ("65536", "9" * 5000):
        with pytest.raises(InvalidOptions, match=f"^{name} is over the limit of 65535$") as caught:
            check_size({name: value}, MAX_SIDE)
        assert caught.value.limit == 65535


@pytest.mark.parametrize("form", ["trim:{}", "trim:top-left:{}", "trim:bottom-right:{}"])
def test_the_tolerance_of_trim_is_bounded(form: str) -> None:
    """The number counts wherever it stands; without one there is nothing to bound."""
    check_size({"trim": "trim"}, MAX_SIDE)
    check_size({"trim": form.format(65535)}, MAX_SIDE)
    for value in ("65536", "9" * 5000):
        with pytest.raises(InvalidOptions, match=r"^trim is over the limit of 65535$"):
            check_size({"trim": form.format(value)}, MAX_SIDE)


@pytest.mark.parametrize(
    ("options", "passes"),
    [
        ("5000x5000", True),
        ("-5000x-5000/smart", True),
        ("origxorig", True),
        ("smart", True),
        ("5001x1", False),
        ("1x5001", False),
        ("-1x-5001", False),
        ("fit-in/5001x", False),
        ("0x0:65535x65535/5x5", True),
        ("0x0:65536x1/5x5", False),
    ],
)
def test_the_limits_fit_the_grammars_parameters(options: str, passes: bool) -> None:
    """What the path's parser names is what is bounded."""
    parameters: dict[str, Any] = parse_options(options)
    if passes:
        check_size(parameters, MAX_SIDE)
    else:
        with pytest.raises(InvalidOptions):
            check_size(parameters, MAX_SIDE)


# -- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, []),
        ("", []),
        ("a(1)", ["a(1)"]),
        ("a(1):b(2)", ["a(1)", "b(2)"]),
        ("a(x:y):b()", ["a(x:y)", "b()"]),
        ("a((1)):b(2)", ["a((1))", "b(2)"]),
        ("a", ["a"]),
        ("a(1):", ["a(1)", ""]),
    ],
)
def test_filters_are_split_where_thumbor_splits(text: str | None, parts: list[str]) -> None:
    """At a closing bracket with a colon behind it."""
    assert split_filters(text) == parts


@pytest.mark.parametrize("text", [None, "", *LEGACY, *OTHERS])
def test_what_thumbor_takes_passes(text: str | None) -> None:
    """The examples of the old documentation and one of each filter."""
    check_filters(text, KNOWN, MAX_FILTERS)


def test_the_examples_name_every_filter() -> None:
    """No filter that is switched on goes without an example that passes."""
    named = {call.partition("(")[0] for text in LEGACY + OTHERS for call in split_filters(text)}
    assert named == set(KNOWN)


@pytest.mark.parametrize("text", LEGACY + OTHERS)
def test_thumbor_leaves_no_accepted_filter_out(text: str) -> None:
    """Thumbor makes an instance of each filter that passes."""
    phases = FACTORY.create_instances(None, text).filter_instances
    assert sum(map(len, phases.values())) == len(split_filters(text))


@pytest.mark.parametrize("limit", [0, 1, 10])
def test_the_number_of_filters_is_bounded(limit: int) -> None:
    """As many as the limit pass, one more is refused."""
    check_filters(":".join(["grayscale()"] * limit), KNOWN, limit)
    error = refused(":".join(["grayscale()"] * (limit + 1)), limit)
    assert str(error) == f"{limit + 1} filters are over the limit of {limit}"
    assert error.limit == limit


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nonsense(1)", "nonsense"),
        ("blur(1):nonsense():blur(1)", "nonsense"),
        ("sharpen(1,1,true)", "sharpen"),
        ("curve([],[],[],[])", "curve"),
        ("Blur(1)", "Blur"),
        (" blur(1)", " blur"),
        ("blur(1):", ""),
        (":blur(1)", ":blur"),
        ("n" * 41 + "()", "n" * 40),
    ],
)
def test_an_unknown_filter_is_refused(text: str, name: str) -> None:
    """Thumbor would leave it out without a word; the error names it."""
    assert str(refused(text)) == f"there is no filter {name!r}"


@pytest.mark.parametrize(
    "call",
    [
        "blur()",
        "blur(0)",
        "blur(x)",
        "blur(1",
        "blur(1)x",
        "brightness(1.5)",
        "rgb(1,2)",
        "rgb(1,2,3,4)",
        "quality(-1)",
        "grayscale(1)",
        "noise(1,2,3)",
        "watermark(https://h/a.png,0,0)",
        "watermark(https://h/a.png,left,0,0)",
        "round_corner(1,2,3)",
        "proportion(1;2)",
        "blur(" + "1" * 200 + "x)",
    ],
)
def test_arguments_that_the_filter_does_not_take_are_refused(call: str) -> None:
    """All of the call must match the filter's grammar; the error quotes 100 characters."""
    expected = f"the arguments of {call[:100]!r} are not what the filter takes"
    assert str(refused(f"grayscale():{call}")) == expected


@pytest.mark.parametrize("value", ["1", "1.0", "0.999", ".5", "1."])
def test_a_proportion_of_at_most_one_passes(value: str) -> None:
    """The image may get smaller or stay as it is."""
    check_filters(f"proportion({value})", KNOWN, MAX_FILTERS)


@pytest.mark.parametrize("value", ["1.01", "2", "9" * 9, "1" + "0" * 8 + ".5"])
def test_a_proportion_over_one_is_refused(value: str) -> None:
    """It would make an image of any size."""
    error = refused(f"proportion({value})")
    assert str(error) == "argument 1 of 'proportion' is over the limit of 1"
    assert error.limit == 1


@pytest.mark.parametrize(
    "form",
    [
        "brightness({})",
        "brightness(-{})",
        "rgb(1,2,{})",
        "blur({})",
        "blur(1,{}.5)",
        "convolution(1;{};1,3)",
        "max_bytes({})",
        "round_corner(1|{},0,0,0)",
    ],
)
def test_an_argument_has_at_most_nine_digits(form: str) -> None:
    """999,999,999 passes, ten digits and hundreds of digits do not."""
    check_filters(form.format("9" * 9), KNOWN, MAX_FILTERS)
    name = form.partition("(")[0]
    for digits in ("1" * 10, "1" * 900):
        error = refused(form.format(digits))
        assert str(error) == f"an argument of {name!r} has more than 9 digits"
        assert error.limit == 9


def test_digits_behind_the_point_do_not_count() -> None:
    """A fraction may be as exact as it likes."""
    check_filters("saturation(0.12345678901234)", KNOWN, MAX_FILTERS)
    check_filters("proportion(0.12345678901234)", KNOWN, MAX_FILTERS)


@given(st.sampled_from(sorted(KNOWN)), st.lists(st.text("0123456789.-", max_size=30), max_size=5))
def test_any_arguments_pass_or_are_refused(name: str, arguments: list[str]) -> None:
    """No arguments raise anything but InvalidOptions, and Thumbor takes all that pass."""
    call = f"{name}({','.join(arguments)})"
    try:
        check_filters(call, KNOWN, MAX_FILTERS)
    except InvalidOptions:
        return
    assert KNOWN[name].init_if_valid(call, None) is not None


@pytest.mark.parametrize("digits", [10, 4300, 4301, 60_000])
@pytest.mark.parametrize(
    "options",
    [
        "{}x1",
        "1x-{}",
        "{}x0:1x1",
        "0x0:1x{}",
        "trim:{}",
        "filters:quality({})",
        "filters:proportion({})",
        "filters:saturation({}.5)",
        "filters:round_corner({},0,0,0)",
    ],
)
def test_numbers_of_any_length_are_refused(options: str, digits: int) -> None:
    """Python's own limit on the length of a number never shows."""
    parameters = parse_options(options.format("1" * digits))
    with pytest.raises(InvalidOptions, match=r"limit|digits"):  # noqa: PT012
        check_size(parameters, MAX_SIDE)
        check_filters(parameters["filters"], KNOWN, MAX_FILTERS)


@pytest.mark.parametrize("call", [
    "frame(" + " " * 900 + ",)", "watermark(" + "','," * 200 + "0)", "format(" + "a" * 2000 + ")",
], ids=["blanks", "quotes", "length"])  # fmt: skip
def test_what_takes_the_grammar_long_is_refused_before_it(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thumbor's grammar goes back over blanks and quotes: it never sees many of them."""
    grammar = SimpleNamespace(fullmatch=lambda _call: pytest.fail("the grammar was asked"))
    monkeypatch.setitem(KNOWN, call.partition("(")[0], SimpleNamespace(regex=grammar))
    refused(call)


@pytest.mark.parametrize("arguments", ["0,0,{}", "{},0,0", "0,{},0", "0,0,0,{}", "0,0,0,1,{}"])
def test_a_watermarks_numbers_are_bounded(arguments: str) -> None:
    """Its place and transparency have nine digits at most, though its name may have more."""
    for digits in ("1" * 10, "1" * 900):
        refused(f"watermark(o/a-b/20260101123456.png,{arguments.format(digits)})")
    check_filters("watermark(o/a-b/20260101123456.png,1,1,1)", KNOWN, MAX_FILTERS)
    check_filters("frame(o/a-b/20260101123456.png)", KNOWN, MAX_FILTERS)


def test_a_watermark_is_never_larger_than_the_picture() -> None:
    """Its width and height are percentages: 100 passes, 101 would grow without end."""
    check_filters("watermark(o/a/b.png,0,0,0,100,100)", KNOWN, MAX_FILTERS)
    assert refused("watermark(o/a/b.png,0,0,0,101)").limit == 100
    assert refused("watermark(o/a/b.png,0,0,0,none,101)").limit == 100


@pytest.mark.parametrize(("good", "bad"), [
    ("format(webp)", "format(zzz)"), ("format(JPEG)", "format(heic)"),
    ("focal(1x2:3x4)", "focal(abc)"), ("quality(100)", "quality(101)"),
    ("max_age(31536000)", "max_age(31536001)"),
])  # fmt: skip
def test_what_thumbor_would_leave_out_is_refused(good: str, bad: str) -> None:
    """A word that a filter does not know, or a number it cannot use, is named."""
    check_filters(good, KNOWN, MAX_FILTERS)
    refused(bad)


def test_images_in_filters() -> None:
    """The keys that watermark and frame name, and nothing else."""
    text = "blur(1):watermark(o/a-b/x (1).png,0,0,0):frame('o/a-b/y.png'):grayscale()"
    assert images_in_filters(text) == ["o/a-b/x (1).png", "o/a-b/y.png"]
    assert images_in_filters(None) == []
