"""thumbor_renuo.delivery.limits: bounds on the path before any fetch, then on the source."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_settings
from tests.delivery.known_filters import KNOWN
from thumbor_renuo.delivery.limits import Limits, check_filters, check_size
from thumbor_renuo.delivery.options import Options
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import InvalidOptions, OriginalTooLarge, RenuoError
from thumbor_renuo.image_rules import ImageRules

MAX_SIDE = 5000
PRESETS = {
    "card": "301x201/filters:quality(5)",
    "huge": "5001x1",
    "many": "filters:" + ":".join(["grayscale()"] * 11),
}
LEGACY = [
    "brightness(-40)",
    "brightness(-40):contrast(40):noise(200):rgb(20,-20,40):round_corner(100,255,255,255)",
    (
        "quality(10):round_corner(60,10,10,255)"
        ":watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)"
    ),
]


def path_of(options: str) -> ThumbnailPath:
    """A path with these options."""
    raw = f"/t/{options}/u/o/app/x" if options else "/t/u/o/app/x"
    return ThumbnailPath.parse(raw, presets_of=lambda _app: PRESETS, filters=KNOWN)


def limits(**rules: Any) -> Limits:
    """The default limits of a deployment, with these of an app."""
    return Limits(ImageRules.from_record(rules).effective(make_settings()))


def error_of_path(options: str, **rules: Any) -> RenuoError | None:
    """The error that a path causes, if any."""
    try:
        limits(**rules).check_path(path_of(options), KNOWN)
    except InvalidOptions as error:
        return error
    return None


def error_of_source(
    options: str, size: tuple[int, int], frames: int = 1, **rules: Any
) -> RenuoError | None:
    """The error that a source causes, if any."""
    width, height = size
    try:
        limits(**rules).check_source(path_of(options), width=width, height=height, frames=frames)
    except (InvalidOptions, OriginalTooLarge) as error:
        return error
    return None


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


@pytest.mark.parametrize("form", ["trim:top-left:{}", "trim:bottom-right:{}"])
def test_the_tolerance_of_trim_is_bounded(form: str) -> None:
    """The number counts; without one there is nothing to bound."""
    check_size({"trim": "trim"}, MAX_SIDE)
    check_size({"trim": "trim:bottom-right"}, MAX_SIDE)
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
        ("trim:top-left:65536", False),
        ("p:huge", False),
        ("p:huge/9x9", True),
        ("p:card/5001x0", False),
    ],
)
def test_the_path_holds_to_the_greatest_side(options: str, passes: bool) -> None:
    """Just inside passes, just outside is refused; a preset is held to it as well."""
    assert (error_of_path(options) is None) == passes


@pytest.mark.parametrize("digits", [10, 4300, 4301, 10_000])
@pytest.mark.parametrize("form", ["{}x1", "1x-{}", "{}x0:1x1", "0x0:1x{}", "trim:top-left:{}"])
def test_numbers_of_any_length_are_refused(form: str, digits: int) -> None:
    """Python's own limit on the length of a number never shows."""
    assert "is over the limit of" in str(error_of_path(form.format("1" * digits)))


def test_the_pixels_are_bounded() -> None:
    """As many as the limit pass, one row more is refused with both named."""
    assert error_of_path("100x200", max_pixels=20_000) is None
    assert error_of_path("100x0", max_pixels=20) is None
    assert error_of_path("origx100", max_pixels=20) is None
    error = error_of_path("100x201", max_pixels=20_000)
    assert error
    assert str(error) == "width x height 100x201 is over the limit of 20000 pixels"
    assert error.limit == 20_000


# -- sizes, presets -----------------------------------------------------------------------------


def test_only_listed_sizes_are_served() -> None:
    """Just a listed one passes, and what a preset brings."""
    rules = {"sizes": ["300", "320-1920/160", "50x40"]}
    for options in ("300x", "x480", "300x320", "50x40", "smart", "p:card", "p:card/300x300"):
        assert error_of_path(options, **rules) is None
    for options in ("301x", "x481", "50x41", "origx300", "p:card/301x201"):
        error = error_of_path(options, **rules)
        assert error
        assert error.limit == "300 320-1920/160 50x40"


def test_only_presets_are_served() -> None:
    """A preset alone, with or without a variant; nothing behind it and nothing else."""
    for options in ("p:card", "p:card@webp"):
        assert error_of_path(options, presets_only=True) is None
    for options in ("", "300x300", "p:card/smart", "p:card/center", "301x201/filters:quality(5)"):
        error = error_of_path(options, presets_only=True)
        assert "presets only" in str(error)


# -- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", *LEGACY])
def test_the_old_examples_pass(text: str | None) -> None:
    """What the old documentation shows."""
    check_filters(text, KNOWN, 10)


@pytest.mark.parametrize("limit", [0, 1, 10])
def test_the_number_of_filters_is_bounded(limit: int) -> None:
    """As many as the limit pass, one more is refused."""
    check_filters(":".join(["grayscale()"] * limit), KNOWN, limit)
    error = error_of_path(f"filters:{':'.join(['grayscale()'] * (limit + 1))}", max_filters=limit)
    assert error
    assert str(error) == f"{limit + 1} filters are over the limit of {limit}"
    assert error.limit == limit


def test_a_presets_filters_are_counted() -> None:
    """The number is a hard limit, whoever brings the filters."""
    assert error_of_path("p:card/filters:blur(1)", max_filters=2) is None
    assert error_of_path("p:card/filters:blur(1)", max_filters=1)
    assert error_of_path("p:many")


def test_what_thumbor_would_leave_out_is_refused() -> None:
    """An unknown filter is named."""
    with pytest.raises(InvalidOptions, match="there is no filter 'nonsense'"):
        check_filters("nonsense()", KNOWN, 10)


def test_only_allowed_filters_are_served() -> None:
    """Within the ranges, or brought by a preset; what follows the preset is checked."""
    rules = {"filters": ["quality(40..90)", "grayscale"]}
    for options in (
        "300x300", "filters:quality(40):grayscale()", "filters:quality(90)", "p:card",
        "p:card/filters:quality(50)",
    ):  # fmt: skip
        assert error_of_path(options, **rules) is None
    for options in (
        "filters:quality(39)", "filters:quality(91)", "filters:blur(1)",
        "p:card/filters:quality(5)", "p:card/filters:blur(1)",
    ):  # fmt: skip
        assert "not allowed" in str(error_of_path(options, **rules))
    assert error_of_path("filters:grayscale()", filters=["none"])


def test_filters_that_were_never_checked_do_not_pass() -> None:
    """A path that was parsed without a grammar is held to the allowed all the same."""
    path = ThumbnailPath.parse("/t/filters:watermark(o/a/b,left,5,0)/u/o/app/x")
    with pytest.raises(InvalidOptions):
        limits(filters=["watermark(*,0..9,*,*)"]).check_path(path, KNOWN)


# -- source -------------------------------------------------------------------------------------


def test_the_originals_pixels_are_bounded() -> None:
    """All frames together; one row more is too large, and the error names the limit."""
    assert error_of_source("9x9", (100, 200), 5, source_max_pixels=100_000) is None
    error = error_of_source("9x9", (100, 201), 5, source_max_pixels=100_000)
    assert isinstance(error, OriginalTooLarge)
    assert error.message.endswith("100500 pixels in 5 frame(s), over the limit of 100000")
    assert error.limit == 100_000


def test_the_originals_frames_are_bounded() -> None:
    """As many as the limit pass, one more is too many."""
    assert error_of_source("9x9", (10, 10), 7, source_max_frames=7) is None
    error = error_of_source("9x9", (10, 10), 8, source_max_frames=7)
    assert isinstance(error, OriginalTooLarge)
    assert (error.message, error.limit) == ("the original has 8 frames, over the limit of 7", 7)


@pytest.mark.parametrize(
    ("options", "inside", "outside"),
    [
        ("0x100", (5000, 100), (5001, 100)),
        ("100x0", (100, 5000), (100, 5001)),
        ("", (5000, 10), (5001, 10)),
        ("filters:format(webp)", (10, 5000), (10, 5001)),
        ("origx9", (5000, 10), (5001, 10)),
        ("full-fit-in/100x100", (50, 1), (51, 1)),
        ("1x0:1001x2/0x10", (10_000, 2), (10_000, 1)),
        ("0x100/filters:proportion(0.1)", (5000, 100), (5001, 100)),
        ("5x0:6x9999/9x0", (10, 555), (10, 556)),
    ],
)
def test_the_true_size_holds_to_the_greatest_side(
    options: str, inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    """What the source's shape makes of a free side, of no size at all, and on the way."""
    assert error_of_source(options, inside) is None
    error = error_of_source(options, outside)
    assert isinstance(error, InvalidOptions)
    assert "is over the limit of 5000" in error.message
    assert error.limit == 5000


def test_the_true_pixels_are_bounded() -> None:
    """One row more than the limit is refused."""
    assert error_of_source("100x0", (100, 50), max_pixels=5000) is None
    error = error_of_source("100x0", (100, 51), max_pixels=5000)
    assert str(error) == "the thumbnail would have 100x51 pixels, over the limit of 5000"


def test_the_pixels_of_all_frames_are_bounded() -> None:
    """A small animation does not become a large one."""
    rules = {"source_max_pixels": 1_000_000}
    assert error_of_source("100x100", (10, 10), 100, **rules) is None
    error = error_of_source("100x101", (10, 10), 100, **rules)
    assert error
    assert error.limit == 1_000_000
    assert error_of_source("1000x1001", (10, 10), 1, **rules) is None


def test_what_makes_no_picture_has_no_size() -> None:
    """`meta` alone tells of an original of any size."""
    assert error_of_source("meta", (9000, 9)) is None
    assert error_of_source("meta/filters:fill(red)", (9000, 9))


@given(
    st.sampled_from(["", "300x300", "fit-in/300x", "0x2000", "full-fit-in/9x9", "1x2:30x40/0x5"]),
    st.integers(1, 70_000),
    st.integers(1, 70_000),
    st.integers(1, 600),
)
def test_any_source_passes_or_is_refused(
    options: str, width: int, height: int, frames: int
) -> None:
    """Nothing but our errors is raised, and what passes is within the limits."""
    error = error_of_source(options, (width, height), frames)
    if error is None:
        assert width * height * frames <= 100_000_000
        assert frames <= 500
    else:
        assert error.limit is not None or "less than a pixel" in error.message


def test_the_limits_fit_the_grammars_parameters() -> None:
    """What the options' parser names is what is bounded."""
    assert {"width", "height", "crop_left", "trim", "filters", "meta"} <= set(
        Options.parse("", KNOWN).parameters
    )
