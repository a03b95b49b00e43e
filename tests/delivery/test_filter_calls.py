"""thumbor_renuo.delivery.filter_calls: filters are Thumbor's, and written in one way."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.known_filters import KNOWN, instances, meaning
from thumbor_renuo.delivery.filter_calls import (
    UNAVAILABLE,
    arguments_of,
    canonical_filters,
    images_in_filters,
    split_filters,
)
from thumbor_renuo.errors import InvalidOptions

# Each as it may be spelt, and as it is written.
SPELLINGS = [
    ("brightness( -040 )", "brightness(-40)"),
    ("contrast(40)", "contrast(40)"),
    ("noise(200, 0)", "noise(200)"),
    ("noise(200,007)", "noise(200,7)"),
    ("rgb(20, -20,-0)", "rgb(20,-20,0)"),
    ("round_corner(100,255,255,255)", "round_corner(100,255,255,255)"),
    ("round_corner(020|20,0,0,0,False)", "round_corner(20,0,0,0)"),
    ("round_corner(20|30,0,0,0,1)", "round_corner(20|30,0,0,0,true)"),
    ("quality(010)", "quality(10)"),
    (
        "watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)",
        "watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)",
    ),
    (
        "watermark( 'o/a/b.png' ,10p,repeat,050,none,0)",
        "watermark(o/a/b.png,10p,repeat,50)",
    ),
    ("watermark('a,b.png',-0,center,0,0,20)", "watermark('a,b.png',-0,center,0,none,20)"),
    ("watermark(https://h/20261122120000.png,0,0,100)",) * 2,
    ("grayscale()", "grayscale()"),
    ("strip_icc():strip_exif():equalize()",) * 2,
    ("format(JPG)", "format(jpeg)"),
    ("format('webp')", "format(webp)"),
    ("fill(FF0000,0)", "fill(ff0000)"),
    ("fill(auto, True)", "fill(auto,true)"),
    ("background_color(transparent)",) * 2,
    ("focal(10x020:30x40)", "focal(10x20:30x40)"),
    ("proportion(.50)", "proportion(0.5)"),
    ("blur(7, 2.50)", "blur(7,2.5)"),
    ("blur(7,-0.0)", "blur(7)"),
    ("saturation(-0.40)", "saturation(-0.4)"),
    ("convolution(1;2.;1;2;4;2;1;2;01,3,true)", "convolution(1;2;1;2;4;2;1;2;1,3)"),
    ("convolution(1;2;1,3,0)", "convolution(1;2;1,3,false)"),
    ("max_bytes(40000):max_age(060)", "max_bytes(40000):max_age(60)"),
    ("no_upscale():upscale():stretch()",) * 2,
    ("rotate(-90)", "rotate(270)"),
    ("colorize(40,40,040,'FFFFFF')", "colorize(40,40,40,ffffff)"),
    ("frame(https://example.com/frame.9.png)",) * 2,
    ("frame( 'o/a/b c.png' )", "frame(o/a/b c.png)"),
    ("sharpen( 2,01.50,1)", "sharpen(2,1.5,true)"),
    ("curve([(00,0),(255,9),],[],[],[])", "curve([(0,0),(255,9)],[],[],[])"),
    ("text('Hi',-0, center ,024,Black,0,sans)", "text(Hi,-0,center,24)"),
    (
        "text('10 %25, (a%29%3A b',right,5p,24,F00,50)",
        "text('10 %25, (a)%3A b',right,5p,24,f00,50)",
    ),
    ("text(\u00fc%0A\u6f22,0,0,9,red,0,mono)",) * 2,
    ("placeholder():thumbhash():dominant_color()",) * 2,
]
spellings = st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=4)


def refused(text: str) -> InvalidOptions:
    """The error that the filters cause."""
    with pytest.raises(InvalidOptions) as caught:
        canonical_filters(text, KNOWN)
    return caught.value


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


@pytest.mark.parametrize(("text", "plain"), SPELLINGS)
def test_a_filter_is_written_in_one_way(text: str, plain: str) -> None:
    """Blanks, zeros, quotes and defaults that change nothing are dropped, once and for all."""
    assert canonical_filters(text, KNOWN) == plain
    assert canonical_filters(plain, KNOWN) == plain


@pytest.mark.parametrize(("text", "plain"), SPELLINGS)
def test_thumbor_reads_the_same_in_both_spellings(text: str, plain: str) -> None:
    """Its own parsers give each filter the same values, and leave none out."""
    assert meaning(plain) == meaning(text)
    assert len(instances(plain)) == len(split_filters(text))


def test_the_examples_name_every_filter() -> None:
    """No filter that is offered goes without an example."""
    named = {call.partition("(")[0] for text, _ in SPELLINGS for call in split_filters(text)}
    assert named == set(KNOWN) - UNAVAILABLE


@given(spellings)
def test_order_and_repetition_are_kept(chosen: list[tuple[str, str]]) -> None:
    """Filters are done one after the other: another order is another picture."""
    text, plain = (":".join(pair[which] for pair in chosen) for which in (0, 1))
    assert canonical_filters(text, KNOWN) == plain


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nonsense(1)", "nonsense"),
        ("blur(1):nonsense():blur(1)", "nonsense"),
        ("extract_focal()", "extract_focal"),
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
        "blur()", "blur(0)", "blur(x)", "blur(1", "blur(1)x", "brightness(1.5)", "rgb(1,2)",
        "rgb(1,2,3,4)", "quality(-1)", "grayscale(1)", "noise(1,2,3)", "watermark(o/a/b.png,0,0)",
        "watermark(o/a/b.png,left,0,0)", "round_corner(1,2,3)", "proportion(1;2)", "frame()",
        "blur(" + "1" * 200 + "x)", "fill(red,yes)", "fill(red,)", "frame(a))", "frame(a)b)",
        "watermark('a','b',0,0,0)'",
    ],
)  # fmt: skip
def test_arguments_that_the_filter_does_not_take_are_refused(call: str) -> None:
    """All of the call must match the filter's grammar; the error names the filter."""
    assert call.partition("(")[0] in str(refused(f"grayscale():{call}"))


def test_a_value_is_refused_with_its_place() -> None:
    """The error names filter and argument."""
    assert str(refused("rgb(1,2,1001)")) == "argument 3 of 'rgb' is 1001, outside -1000 to 1000"


@pytest.mark.parametrize("form", ["noise(1,{})", "watermark(o/a-b/x.png,{},0,0)", "blur({})"])
def test_an_argument_has_at_most_nine_digits(form: str) -> None:
    """Ten digits and hundreds of digits are refused before anything reads them."""
    for digits in ("1" * 10, "1" * 900):
        assert refused(form.format(digits)).limit == 9


def test_at_most_a_hundred_filters_are_read() -> None:
    """One more is refused, whatever the app's own limit."""
    canonical_filters(":".join(["grayscale()"] * 100), KNOWN)
    assert refused(":".join(["grayscale()"] * 101)).limit == 100


@pytest.mark.parametrize("call", [
    "frame(" + " " * 900 + ",)", "watermark(" + "','," * 200 + "0)", "format(" + "a" * 2000 + ")",
    "blur(" + "9" * 17 + ",1x)",
], ids=["blanks", "quotes", "length", "digits"])  # fmt: skip
def test_what_takes_the_grammar_long_is_refused_before_it(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thumbor's grammar goes back over blanks, quotes and digits: it never sees many of them."""
    grammar = SimpleNamespace(match=lambda _call: pytest.fail("the grammar was asked"))
    monkeypatch.setitem(KNOWN, call.partition("(")[0], SimpleNamespace(regex=grammar))
    refused(call)


@given(
    st.sampled_from(sorted(KNOWN)),
    st.lists(st.text("0123456789.-|;px' true", max_size=12), max_size=6),
)
def test_any_arguments_pass_or_are_refused(name: str, arguments: list[str]) -> None:
    """Nothing but InvalidOptions is raised; what passes means the same to Thumbor, written anew."""
    call = f"{name}({','.join(arguments)})"
    try:
        plain = canonical_filters(call, KNOWN)
    except InvalidOptions:
        return
    assert meaning(plain) == meaning(call) != []
    assert canonical_filters(plain, KNOWN) == plain


def test_the_arguments_of_a_call() -> None:
    """As Thumbor splits them: what is quoted is one."""
    assert arguments_of("watermark('a,b.png',-0,center,5)", KNOWN) == [
        "'a,b.png'", "-0", "center", "5",
    ]  # fmt: skip
    assert arguments_of("grayscale()", KNOWN) == []
    with pytest.raises(InvalidOptions, match="are not what the filter takes"):
        arguments_of("watermark(o/a/b.png,left,5,0)", KNOWN)


@pytest.mark.parametrize(
    ("text", "images"),
    [
        (None, []),
        ("blur(1):grayscale()", []),
        ("watermark(o/a/x (1).png,0,0,0):frame('o/a/y.png')", ["o/a/x (1).png", "o/a/y.png"]),
        ("watermark('o/a-b/x,/y.png',0,0,0)", ["o/a-b/x,/y.png"]),
        ("watermark( o/a-b/x.png ,0,0,0)", ["o/a-b/x.png"]),
        ("watermark(https://h/a.png?x=1,0,0,0)", ["https://h/a.png?x=1"]),
    ],
)  # fmt: skip
def test_images_in_filters(text: str | None, images: list[str]) -> None:
    """The images that watermark and frame name, and nothing else."""
    assert images_in_filters(text) == images


@given(
    st.sampled_from(["watermark({},0,0,0)", "frame({})"]),
    st.text("ab/.,'%() ", min_size=1, max_size=12),
)
def test_the_image_that_is_checked_is_the_one_thumbor_loads(form: str, image: str) -> None:
    """Whatever the quotes and commas, both read the same name."""
    try:
        plain = canonical_filters(form.format(image), KNOWN)
    except InvalidOptions:
        return
    assert images_in_filters(plain) == [made.params[0] for made in instances(plain)]
