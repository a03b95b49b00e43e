"""thumbor_renuo.delivery.thumbnail_path: what `/t/<options>/u/<key>` asks for."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath, parse_options
from thumbor_renuo.errors import InvalidOptions, InvalidPath

KEY = "o/app/qstu/0b1c/x.jpg"
LEGACY_FILTERS = (
    "brightness(-40):contrast(40):noise(200):rgb(20,-20,40):round_corner(100,255,255,255)"
)
LEGACY_WATERMARK = (
    "quality(10):round_corner(60,10,10,255)"
    ":watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)"
)
FORMS = [
    ("300x300", {"width": "300", "height": "300"}),
    ("fit-in/300x300", {"fit_in": "fit-in", "width": "300", "height": "300"}),
    ("200x300/smart", {"width": "200", "height": "300", "smart": "smart"}),
    ("filters:brightness(-40)", {"filters": "brightness(-40)"}),
    (
        f"300x300/filters:{LEGACY_FILTERS}",
        {"width": "300", "height": "300", "filters": LEGACY_FILTERS},
    ),
    (
        f"300x300/smart/filters:{LEGACY_WATERMARK}",
        {"width": "300", "height": "300", "smart": "smart", "filters": LEGACY_WATERMARK},
    ),
    ("300x", {"width": "300"}),
    ("x300", {"height": "300"}),
    ("origx0", {"width": "orig", "height": "0"}),
    (
        "-300x-200",
        {"horizontal_flip": "-", "width": "300", "vertical_flip": "-", "height": "200"},
    ),
    ("meta/3x4", {"meta": "meta", "width": "3", "height": "4"}),
    ("trim:bottom-right:50", {"trim": "trim:bottom-right:50"}),
    (
        "1x2:30x40/left/top",
        {
            "crop_left": "1",
            "crop_top": "2",
            "crop_right": "30",
            "crop_bottom": "40",
            "halign": "left",
            "valign": "top",
        },
    ),
    (
        "adaptive-full-fit-in/3x4",
        {"adaptive": "adaptive-", "full": "full-", "fit_in": "fit-in", "width": "3", "height": "4"},
    ),
]


def given_parameters(path: ThumbnailPath) -> dict[str, Any]:
    """The parameters that the path names, without the stand-in for the image."""
    return {n: v for n, v in path.parameters.items() if v is not None and n != "image"}


@pytest.mark.parametrize("prefix", ["/t/", "/thumb/"])
@pytest.mark.parametrize(("options", "parameters"), FORMS)
def test_each_form_of_options_is_understood(
    prefix: str, options: str, parameters: dict[str, str]
) -> None:
    """The documented forms parse to Thumbor's parameters, on both routes."""
    path = ThumbnailPath.parse(f"{prefix}{options}/u/{KEY}")
    assert path.options == options
    assert given_parameters(path) == parameters
    assert str(path.key) == KEY


@pytest.mark.parametrize("prefix", ["/t", "/thumb"])
def test_a_path_may_have_no_options(prefix: str) -> None:
    """`/t/u/<key>` is the image as it is."""
    path = ThumbnailPath.parse(f"{prefix}/u/{KEY}")
    assert (path.options, given_parameters(path), str(path.key)) == ("", {}, KEY)


@pytest.mark.parametrize(
    ("raw", "options", "key"),
    [
        ("/t/3x4/u/o/app/u/x", "3x4", "o/app/u/x"),
        ("/t/3x4/u/o/app/t/5x6/u/o/x", "3x4", "o/app/t/5x6/u/o/x"),
        ("/t/u/o/app/u/o/app/x", "", "o/app/u/o/app/x"),
        ("/t/u/o/u/u/u", "", "o/u/u/u"),
        ("/t/3x4%2Fsmart/u/o/app/x", "3x4/smart", "o/app/x"),
        (
            "/t/filters:watermark(https://h/a%2Fu%2Fb.png,0,0,0)/u/o/app/x",
            "filters:watermark(https://h/a/u/b.png,0,0,0)",
            "o/app/x",
        ),
    ],
)
def test_the_path_is_split_at_the_first_mark(raw: str, options: str, key: str) -> None:
    """The first `/u/` of the raw path divides; an encoded one does not."""
    path = ThumbnailPath.parse(raw)
    assert (path.options, str(path.key)) == (options, key)


@pytest.mark.parametrize(
    ("raw", "options", "key"),
    [
        ("/t/filters%3Ablur%287%29/u/o/app/a%20b", "filters:blur(7)", "o/app/a b"),
        ("/t/3x4/u/o/app/%2541", "3x4", "o/app/%41"),
        ("/t/3x4/u/o%2Fapp%2Fx", "3x4", "o/app/x"),
        ("/t/3x4/u/o/app/%C3%A4.jpg", "3x4", "o/app/ä.jpg"),
        ("/t/3x4/u/o/app/Ã¤.jpg", "3x4", "o/app/ä.jpg"),
    ],
)
def test_both_sides_are_decoded_once(raw: str, options: str, key: str) -> None:
    """Percent signs are decoded once, in the options and in the key."""
    path = ThumbnailPath.parse(raw)
    assert (path.options, str(path.key)) == (options, key)


@pytest.mark.parametrize("key", ["o/app/smart/x.jpg", "o/app/9x9/x.jpg", "o/smart/u/filters:a()"])
@pytest.mark.parametrize("options", ["", "3x4"])
def test_a_key_that_looks_like_options_stays_a_key(options: str, key: str) -> None:
    """What follows the mark is never taken for an option."""
    path = ThumbnailPath.parse(f"/t/{options}/u/{key}" if options else f"/t/u/{key}")
    assert (path.options, str(path.key)) == (options, key)
    assert path.parameters["smart"] is None
    assert path.parameters["filters"] is None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("nonsense", "nonsense"),
        ("300x300/nonsense", "nonsense"),
        ("300x300/smart/300x300", "300x300"),
        ("smart/300x300", "300x300"),
        ("300x300/filters:blur", "filters:blur"),
        ("300x300 /smart", "300x300 /smart"),
        ("unsafe/300x300", "unsafe/300x300"),
        ("300X300", "300X300"),
        ("o/app", "o/app"),
        ("\N{FRAME WITH PICTURE}", "\N{FRAME WITH PICTURE}"),
        ("300x300\nsmart", "300x300\nsmart"),
        ("n" * 101, "n" * 100),
    ],
)
def test_an_unknown_option_is_refused_and_named(options: str, named: str) -> None:
    """The error quotes the part that is not understood, at most 100 characters of it."""
    with pytest.raises(InvalidOptions) as caught:
        parse_options(options)
    assert str(caught.value) == f"the options are not understood from {named!r} on"
    with pytest.raises(InvalidOptions):
        ThumbnailPath.parse(f"/t/{quote(options)}/u/{KEY}")


@pytest.mark.parametrize("options", ["debug", "debug/300x300"])
def test_the_debug_option_is_refused(options: str) -> None:
    """It would draw on the image and is not offered."""
    with pytest.raises(InvalidOptions, match=r"^the option 'debug' is not available$"):
        ThumbnailPath.parse(f"/t/{options}/u/{KEY}")


@pytest.mark.parametrize("raw", ["/t/300x300", "/t/", "/thumb/u", "/t/300x300/o/app/x", "/t/3x4/u"])
def test_a_path_without_the_mark_is_refused(raw: str) -> None:
    """Without `/u/` the error tells the form."""
    with pytest.raises(InvalidPath, match=r"it has no /u/$"):
        ThumbnailPath.parse(raw)


@pytest.mark.parametrize("key", ["", "x.jpg", "o/app", "o/app/../x", "o/app/%2e%2e/x", "o/app/%ff"])
def test_a_bad_key_is_refused(key: str) -> None:
    """The rules for keys hold behind the mark."""
    with pytest.raises(InvalidPath):
        ThumbnailPath.parse(f"/t/300x300/u/{key}")


def test_options_that_are_not_utf8_are_refused() -> None:
    """Broken bytes in the options are an InvalidPath."""
    with pytest.raises(InvalidPath, match="UTF-8"):
        ThumbnailPath.parse(f"/t/%ff/u/{KEY}")


@pytest.mark.parametrize(
    ("raw", "signed"),
    [
        ("/t/3x4/smart/u/o/app/x", "3x4/smart/u/o/app/x"),
        ("/thumb/3x4/smart/u/o/app/x", "3x4/smart/u/o/app/x"),
        ("/t/3x4%2Fsmart/u/o/app/a b%25", "3x4/smart/u/o/app/a%20b%25"),
        ("/t/u/o/app/x", "u/o/app/x"),
    ],
)
def test_the_signed_part_is_canonical(raw: str, signed: str) -> None:
    """Aliases and encodings of one request have one signed part."""
    assert ThumbnailPath.parse(raw).signed_part == signed


def test_the_signed_part_tells_options_and_key_apart() -> None:
    """A signature for smart options does not hold for a key that contains the word."""
    key = ThumbnailPath.parse("/t/u/o/app/a").key
    smart = ThumbnailPath("9x9/smart", {}, key)
    plain = ThumbnailPath("9x9", {}, type(key)("smart", "a"))
    assert smart.signed_part == "9x9/smart/u/o/app/a"
    assert plain.signed_part == "9x9/u/o/smart/a"


numbers = st.integers(0, 99999).map(str)
components = st.one_of(
    st.sampled_from(["smart", "u", "t", "9x9", "filters:blur(1)", "meta", "%41", "..."]),
    st.text(
        st.characters(exclude_characters="/", exclude_categories=["Cc", "Cs"]),
        min_size=1,
        max_size=8,
    ).filter(lambda part: part not in {".", ".."}),
)
keys = st.lists(components, min_size=2, max_size=6).map(lambda parts: "o/" + "/".join(parts))
FILTERS = [
    "blur(7)",
    "rgb(20,-20,40)",
    "fill(ä, 1)",
    "watermark(https://h/a.png,-10,center,50)",
    "curve([(0,0),(255,255)],[],[],[])",
]


def named(form: str, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """One option: its text, and the parameters that it sets."""
    return st.fixed_dictionaries(values).map(lambda given: (form.format(**given), given))


def word(*choices: str) -> st.SearchStrategy[str]:
    """One of a few words."""
    return st.sampled_from(choices)


sides = numbers | word("", "orig")
# In the order of Thumbor's grammar; each may be absent.
OPTIONS = [
    named("{meta}", meta=word("meta")),
    named("{trim}", trim=word("trim", "trim:top-left", "trim:bottom-right:9")),
    named(
        "{crop_left}x{crop_top}:{crop_right}x{crop_bottom}",
        crop_left=numbers,
        crop_top=numbers,
        crop_right=numbers,
        crop_bottom=numbers,
    ),
    named(
        "{adaptive}{full}{fit_in}",
        adaptive=word("", "adaptive-"),
        full=word("", "full-"),
        fit_in=word("fit-in"),
    ),
    named(
        "{horizontal_flip}{width}x{vertical_flip}{height}",
        horizontal_flip=word("", "-"),
        width=sides,
        vertical_flip=word("", "-"),
        height=sides,
    ),
    named("{halign}", halign=word("left", "center", "right")),
    named("{valign}", valign=word("top", "middle", "bottom")),
    named("{smart}", smart=word("smart")),
    named(
        "filters:{filters}",
        filters=st.lists(word(*FILTERS), min_size=1, max_size=3).map(":".join),
    ),
]


@st.composite
def option_lists(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Valid options, and the parameters that they mean."""
    chosen = [draw(option) for option in OPTIONS if draw(st.booleans())]
    meant = {name: value for _, given in chosen for name, value in given.items() if value}
    return "/".join(text for text, _ in chosen), meant


@given(option_lists(), keys, st.sampled_from(["", "/", "/:(),[]"]))
def test_valid_options_and_keys_come_back(
    options: tuple[str, dict[str, str]], key: str, left_as_it_is: str
) -> None:
    """Whatever is encoded, parsing gives back the options, their meaning and the key."""
    text, meant = options
    before = quote(text, safe=left_as_it_is) + "/" if text else ""
    path = ThumbnailPath.parse(f"/t/{before}u/{quote(key, safe=left_as_it_is)}")
    assert path.options == text
    assert given_parameters(path) == meant
    assert str(path.key) == key


@given(option_lists(), keys)
def test_the_signed_part_is_a_path_again(options: tuple[str, dict[str, str]], key: str) -> None:
    """Two requests with the same signed part are the same request."""
    before = quote(options[0]) + "/" if options[0] else ""
    path = ThumbnailPath.parse(f"/t/{before}u/{quote(key)}")
    head, _, tail = ("/" + path.signed_part).partition("/u/")
    assert ThumbnailPath.parse(f"/t{quote(head)}/u/{tail}") == path


@given(
    st.text()
    | st.text("/utmx0123456789:()%-,.o\x00\n", max_size=40)
    | st.text("/utx09:()%-,.o", max_size=30).map(lambda text: f"{text}/u/o/app/{text}")
)
def test_any_path_is_understood_or_refused(text: str) -> None:
    """No text raises anything but InvalidPath and InvalidOptions."""
    try:
        path = ThumbnailPath.parse("/t/" + text)
    except (InvalidPath, InvalidOptions):
        return
    assert "/u/" in "/" + text
    assert str(path.key).startswith("o/")
