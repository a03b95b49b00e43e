"""thumbor_renuo.delivery.options: Thumbor's options, understood and written in one way."""

import re
from typing import Any

import pytest
from hypothesis import given
from libthumbor.url import Url
from thumbor.context import RequestParameters

from tests.delivery.known_filters import KNOWN, meaning
from tests.delivery.test_thumbnail_path import loose_options
from thumbor_renuo.delivery.options import MAX_OPTIONS, Options
from thumbor_renuo.errors import InvalidOptions

GRAMMAR = re.compile(Url.regex(has_unsafe_or_hash=False))
SPELLINGS = [
    ("", ""),
    ("300x300", "300x300"),
    ("300x", "300x0"),
    ("300x0", "300x0"),
    ("x300", "0x300"),
    ("00300x0300", "300x300"),
    ("x", ""),
    ("0x0", ""),
    ("0x", ""),
    ("-x", "-0x0"),
    ("x-0", "0x-0"),
    ("-300x-200", "-300x-200"),
    ("origxorig", "origxorig"),
    ("center", ""),
    ("middle", ""),
    ("left/middle", "left"),
    ("center/top", "top"),
    ("meta/3x4/smart", "meta/3x4/smart"),
    ("0x0:0x00", ""),
    ("01x0:30x40", "1x0:30x40"),
    ("trim", "trim"),
    ("trim:top-left", "trim"),
    ("trim:top-left:0", "trim"),
    ("trim:top-left:050", "trim:top-left:50"),
    ("trim:bottom-right:00", "trim:bottom-right"),
    ("trim:bottom-right:9", "trim:bottom-right:9"),
    ("fit-in/300x", "fit-in/300x0"),
    ("adaptive-full-fit-in/3x4", "adaptive-full-fit-in/3x4"),
    ("0x0:0x0/0x0/center/middle/filters:fill(RED, 0)", "filters:fill(red)"),
    ("300x300/filters:quality(010):blur(4,0)", "300x300/filters:quality(10):blur(4)"),
]


def understood(text: str) -> dict[str, Any]:
    """What Thumbor itself makes of options."""
    image = "x.jpg"
    match = GRAMMAR.fullmatch(f"{text}/{image}" if text else image)
    assert match
    assert match["image"] == image
    facts = dict(vars(RequestParameters(**match.groupdict())))
    filters = meaning(facts.pop("filters") or "")
    return facts | {"filters": filters, "trim": facts["trim"] is not None}


def refused(text: str) -> InvalidOptions:
    """The error that options cause."""
    with pytest.raises(InvalidOptions) as caught:
        Options.parse(text, KNOWN)
    return caught.value


@pytest.mark.parametrize(("text", "plain"), SPELLINGS)
def test_options_are_written_in_one_way(text: str, plain: str) -> None:
    """Defaults, empty sides and leading zeros are dropped, once and for all."""
    assert str(Options.parse(text, KNOWN)) == plain
    assert str(Options.parse(plain, KNOWN)) == plain


@pytest.mark.parametrize(("text", "plain"), SPELLINGS)
def test_thumbor_understands_the_same(text: str, plain: str) -> None:
    """Its request has equal values for both spellings."""
    assert understood(plain) == understood(text)


@given(loose_options(with_presets=False).filter(lambda text: "orig" not in text))
def test_thumbor_understands_any_canonical_form_the_same(text: str) -> None:
    """Whatever the options, the canonical form has the same meaning and its own form is itself."""
    plain = str(Options.parse(text, KNOWN))
    assert understood(plain) == understood(text)
    assert str(Options.parse(plain, KNOWN)) == plain


@pytest.mark.parametrize("text", ["origx", "origx0", "xorig", "0xorig"])
def test_a_side_that_follows_from_the_originals_is_the_originals(text: str) -> None:
    """Thumbor fails on it."""
    assert str(Options.parse(text, KNOWN)) == "origxorig"


def test_every_part_reaches_thumbors_parameters() -> None:
    """Nothing is lost between the text and the names that Thumbor gives."""
    text = "meta/trim:top-left:5/1x2:3x4/adaptive-full-fit-in/-5x-6/left/top/smart/filters:blur(7)"
    given = {n: v for n, v in Options.parse(text, KNOWN).parameters.items() if v is not None}
    assert given == {
        "meta": "meta", "trim": "trim:top-left:5", "crop_left": "1", "crop_top": "2",
        "crop_right": "3", "crop_bottom": "4", "adaptive": "adaptive-", "full": "full-",
        "fit_in": "fit-in", "horizontal_flip": "-", "width": "5", "vertical_flip": "-",
        "height": "6", "halign": "left", "valign": "top", "smart": "smart", "filters": "blur(7)",
        "image": given["image"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("300x200/smart", "", "300x200/smart"),
        ("", "300x200/smart", "300x200/smart"),
        ("300x200/smart", "9x", "9x0/smart"),
        ("300x200/smart", "x", "smart"),
        ("300x200/left", "center", "300x200"),
        ("1x2:3x4", "0x0:0x0", ""),
        ("filters:blur(1)", "filters:blur(1):quality(9)", "filters:blur(1):blur(1):quality(9)"),
        ("smart", "fit-in/3x4", "fit-in/3x4/smart"),
        ("fit-in/3x4", "full-fit-in", "full-fit-in/3x4"),
        ("trim", "meta", "meta/trim"),
    ],
)
def test_later_options_win_part_by_part(first: str, second: str, together: str) -> None:
    """A default behind takes away what stood before; filters are done one after the other."""
    both = Options.parse(first, KNOWN).followed_by(Options.parse(second, KNOWN))
    assert str(both) == together


@pytest.mark.parametrize("text", ["center", "0x0", "0x0:0x0", "middle"])
def test_a_default_is_there_to_be_seen(text: str) -> None:
    """It says nothing by itself, and something behind a preset."""
    assert Options.parse(text, KNOWN).with_defaults == text


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("nonsense", "nonsense"),
        ("300x300/nonsense", "nonsense"),
        ("300x300/filters:blur", "filters:blur"),
        ("300x300 /smart", "300x300 /smart"),
        ("unsafe/300x300", "unsafe/300x300"),
        ("300X300", "300X300"),
        ("o/app", "o/app"),
        ("٣x٣", "٣x٣"),
        ("\N{FRAME WITH PICTURE}", "\N{FRAME WITH PICTURE}"),
        ("n" * 101, "n" * 100),
    ],
)
def test_an_unknown_option_is_refused_and_named(options: str, named: str) -> None:
    """The error quotes the part that is not understood, at most 100 characters of it."""
    assert str(refused(options)) == f"the options are not understood from {named!r} on"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("300x300/smart/300x300", "300x300"),
        ("smart/300x300", "300x300"),
        ("smart/smart", "smart"),
        ("top/left", "left"),
        ("3x4/fit-in", "fit-in"),
        ("3x4/1x2:3x4", "1x2:3x4"),
        ("filters:blur(1)/smart", "smart"),
        ("filters:blur(1)/filters:blur(2)", "filters:blur(2)"),
        ("fit-in/full-fit-in/3x4", "full-fit-in"),
    ],
)
def test_a_repeated_or_misplaced_option_is_refused_and_named(options: str, named: str) -> None:
    """The error says which, and the order."""
    message = str(refused(options))
    assert message.startswith(f"the option {named!r} is repeated or misplaced: the order is meta")


@pytest.mark.parametrize("options", ["/", "/3x4", "3x4/", "3x4//smart", "//"])
def test_an_empty_part_is_refused(options: str) -> None:
    """It would be a second name for the same picture."""
    assert str(refused(options)) == "the options have an empty part"


@pytest.mark.parametrize("options", ["debug", "debug/300x300"])
def test_the_debug_option_is_refused(options: str) -> None:
    """It would draw on the image and is not offered."""
    assert str(refused(options)) == "the option 'debug' is not available"


def test_a_tolerance_without_its_corner_is_refused() -> None:
    """Thumbor would take it for a corner's name and trim without tolerance."""
    assert "'trim:50' has no corner" in str(refused("trim:50"))


@pytest.mark.parametrize("character", ["\n", "\r", "\x00", "\x7f", "\x85"])
def test_control_characters_are_refused(character: str) -> None:
    """They would reach logs, headers and keys."""
    assert str(refused(f"filters:frame(a{character}b)")) == "the options have a control character"


def test_the_length_is_bounded() -> None:
    """One character more than the limit is refused."""
    filters = "filters:" + ":".join(["blur(1)"] * 90)
    padded = filters.replace("blur(1)", f"blur({'0' * (MAX_OPTIONS - len(filters))}1)", 1)
    assert len(padded) == MAX_OPTIONS
    assert str(Options.parse(padded, {})) == padded
    assert refused("0" + "x" * MAX_OPTIONS).limit == MAX_OPTIONS


@pytest.mark.parametrize("digits", [4300, 4301, 10_000])
@pytest.mark.parametrize("form", ["{}x1", "1x-{}", "{}x0:1x1", "trim:top-left:{}"])
def test_numbers_of_any_length_are_understood(form: str, digits: int) -> None:
    """Python's own limit on the length of a number never shows: the limits refuse them."""
    text = form.format("1" * digits)
    assert str(Options.parse(text, KNOWN)) == text
