"""thumbor_renuo.delivery.thumbnail_path: what the paths of thumbnails ask for."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.delivery.thumbnail_path import DEMANDS, MARKERS, ThumbnailPath
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
    ("origx9", {"width": "orig", "height": "9"}),
    ("meta/3x4", {"meta": "meta", "width": "3", "height": "4"}),
]
PRESETS = {
    "card": "300x200/smart/filters:quality(070)",
    "nested": "p:card",
    "broken": "300x300/nonsense",
    "variant": "300x300@webp",
}


def parse(raw: str) -> ThumbnailPath:
    """With the filters of a production set-up, and presets."""
    return ThumbnailPath.parse(raw, presets_of=lambda _app: PRESETS, filters=KNOWN)


def given_parameters(path: ThumbnailPath) -> dict[str, Any]:
    """The parameters that the path names, without the stand-in for the image."""
    return {n: v for n, v in path.parameters.items() if v is not None and n != "image"}


@pytest.mark.parametrize("prefix", ["/t/", "/thumb/"])
@pytest.mark.parametrize(("options", "parameters"), FORMS)
def test_each_form_of_options_is_understood(
    prefix: str, options: str, parameters: dict[str, str]
) -> None:
    """The documented forms parse to Thumbor's parameters, on both routes."""
    path = parse(f"{prefix}{options}/u/{KEY}")
    assert path.options == path.expanded == options
    assert given_parameters(path) == parameters
    assert path.own == path.parameters
    assert str(path.key) == KEY


@pytest.mark.parametrize("prefix", ["/t", "/thumb"])
def test_a_path_may_have_no_options(prefix: str) -> None:
    """`/t/u/<key>` is the image as it is."""
    path = parse(f"{prefix}/u/{KEY}")
    assert (path.options, given_parameters(path), str(path.key)) == ("", {}, KEY)


@pytest.mark.parametrize(
    ("raw", "options", "key"),
    [
        ("/t/3x4/u/o/app/u/x", "3x4", "o/app/u/x"),
        ("/t/3x4/u/o/app/t/5x6/u/o/x", "3x4", "o/app/t/5x6/u/o/x"),
        ("/t/u/o/app/u/o/app/x", "", "o/app/u/o/app/x"),
        ("/t/u/o/u/u/u", "", "o/u/u/u"),
        ("/t/3x4%2Fsmart/u/o/app/x", "3x4/smart", "o/app/x"),
        ("/t/3x4/u/o/app/~/x", "3x4", "o/app/~/x"),
        (
            "/t/filters:watermark(https://h/a%2Fu%2Fb.png,0,0,0)/u/o/app/x",
            "filters:watermark(https://h/a/u/b.png,0,0,0)",
            "o/app/x",
        ),
        ("/r/o/app/x/~/3x4@auto", "3x4", "o/app/x"),
        ("/r/o/app/t/3x4/u/o/y/~/3x4@auto", "3x4", "o/app/t/3x4/u/o/y"),
        ("/r/o/app/x/~/filters:frame(o/a/~/y)@auto", "filters:frame(o/a/~/y)", "o/app/x"),
        ("/r/o/app/%7E/x/~/3x4@auto", "3x4", "o/app/~/x"),
    ],
)
def test_the_path_is_split_at_the_first_mark(raw: str, options: str, key: str) -> None:
    """The first `/u/` or `/~/` of the raw path divides; an encoded one does not."""
    path = parse(raw)
    assert (path.options, str(path.key)) == (options, key)


@pytest.mark.parametrize(
    ("raw", "options", "key"),
    [
        ("/t/filters%3Ablur%287%29/u/o/app/a%20b", "filters:blur(7)", "o/app/a b"),
        ("/t/3x4/u/o/app/%2541", "3x4", "o/app/%41"),
        ("/t/3x4/u/o%2Fapp%2Fx", "3x4", "o/app/x"),
        ("/t/3x4/u/o/app/%C3%A4.jpg", "3x4", "o/app/ä.jpg"),
        ("/t/3x4/u/o/app/Ã¤.jpg", "3x4", "o/app/ä.jpg"),
        ("/r/o/app/%2541/~/filters%3Ablur%287%29%40auto", "filters:blur(7)", "o/app/%41"),
    ],
)
def test_both_sides_are_decoded_once(raw: str, options: str, key: str) -> None:
    """Percent signs are decoded once, in the options and in the key."""
    path = parse(raw)
    assert (path.options, str(path.key)) == (options, key)


@pytest.mark.parametrize("key", ["o/app/smart/x.jpg", "o/app/9x9/x.jpg", "o/smart/u/filters:a()"])
@pytest.mark.parametrize("options", ["", "3x4"])
def test_a_key_that_looks_like_options_stays_a_key(options: str, key: str) -> None:
    """What follows the mark is never taken for an option."""
    path = parse(f"/t/{options}/u/{key}" if options else f"/t/u/{key}")
    assert (path.options, str(path.key)) == (options, key)
    assert path.parameters["smart"] is None
    assert path.parameters["filters"] is None


@pytest.mark.parametrize("options", ["nonsense", "3x4/3x4", "filters:nonsense()", "3x4/", "debug"])
def test_wrong_options_are_refused(options: str) -> None:
    """In the path as well as in a derivative's key."""
    for raw in (f"/t/{options}/u/{KEY}", f"/r/{KEY}/~/{options}@auto"):
        with pytest.raises(InvalidOptions):
            parse(raw)


@pytest.mark.parametrize(
    "raw", ["/t/300x300", "/t/", "/thumb/u", "/t/300x300/o/app/x", "/t/3x4/u", "/x/3x4/o/app/x"]
)
def test_a_path_without_the_mark_is_refused(raw: str) -> None:
    """Without `/u/` the error tells the form."""
    with pytest.raises(InvalidPath, match=r"it has no /u/$"):
        parse(raw)


@pytest.mark.parametrize("raw", ["/r/", "/r/o/app/x", "/r/o/app/x/~", "/r/~/3x4", "/r/o/app/x~/"])
def test_a_derivatives_path_without_the_mark_is_refused(raw: str) -> None:
    """Without `/~/` the error tells the form."""
    with pytest.raises(InvalidPath, match=r"it has no /~/$"):
        parse(raw)


@pytest.mark.parametrize("key", ["", "x.jpg", "o/app", "o/app/../x", "o/app/%2e%2e/x", "o/app/%ff"])
def test_a_bad_key_is_refused(key: str) -> None:
    """The rules for keys hold on both forms."""
    for raw in (f"/t/300x300/u/{key}", f"/r/{key}/~/300x300@webp"):
        with pytest.raises(InvalidPath):
            parse(raw)


@pytest.mark.parametrize("raw", [f"/t/%ff/u/{KEY}", f"/r/{KEY}/~/%ff@webp", f"/t/\u0663/u/{KEY}"])
def test_options_that_are_not_utf8_are_refused(raw: str) -> None:
    """Broken bytes in the options are an InvalidPath."""
    with pytest.raises(InvalidPath, match="UTF-8"):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "signed"),
    [
        ("/t/3x4/smart/u/o/app/x", "3x4/smart/u/o/app/x"),
        ("/thumb/3x4/smart/u/o/app/x", "3x4/smart/u/o/app/x"),
        ("/t/3x4%2Fsmart/u/o/app/a b%25", "3x4/smart/u/o/app/a%20b%25"),
        ("/t/u/o/app/x", "u/o/app/x"),
        ("/r/o/app/x/~/3x4@webp", "3x4/u/o/app/x"),
        ("/t/p:card/u/o/app/x", "300x200/smart/filters:quality(70)/u/o/app/x"),
    ],
)
def test_the_signed_part_is_canonical(raw: str, signed: str) -> None:
    """Aliases and encodings of one request have one signed part, with the preset's options."""
    assert parse(raw).signed_part == signed


def test_the_signed_part_tells_options_and_key_apart() -> None:
    """A signature for smart options does not hold for a key that contains the word."""
    assert parse("/t/9x9/smart/u/o/a/b").signed_part == "9x9/smart/u/o/a/b"
    assert parse("/t/9x9/u/o/smart/a").signed_part == "9x9/u/o/smart/a"


# -- variants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", DEMANDS + MARKERS)
@pytest.mark.parametrize("options", ["", "300x300", "p:card", "filters:blur(1)"])
def test_a_variant_stands_behind_the_options(options: str, variant: str) -> None:
    """In both forms, with or without options."""
    for raw in (f"/t/{options}@{variant}/u/{KEY}", f"/r/{KEY}/~/{options}@{variant}"):
        path = parse(raw)
        assert (path.options, path.variant) == (options, variant)


def test_jpg_is_jpeg() -> None:
    """Two names of one format are one variant."""
    assert parse(f"/t/@jpg/u/{KEY}").variant == "jpeg"


@pytest.mark.parametrize(
    ("options", "word"),
    [("@", ""), ("300x300@", ""), ("@heic", "heic"), ("3x4@webp@", ""), ("@webp/3x4", "webp/3x4"),
     ("@WEBP", "WEBP"), ("@" + "w" * 50, "w" * 40)],
)  # fmt: skip
def test_an_unknown_variant_is_refused_and_named(options: str, word: str) -> None:
    """The error quotes it and lists what there is."""
    with pytest.raises(InvalidOptions, match=f"^there is no variant {word!r}: it is one of jpeg"):
        parse(f"/t/{options}/u/{KEY}")


def test_only_one_variant_is_taken() -> None:
    """What stands before the last one is no option."""
    with pytest.raises(InvalidOptions, match="not understood"):
        parse(f"/t/3x4@webp@avif/u/{KEY}")


@pytest.mark.parametrize("options", ["filters:frame(o/a/x@webp)", "filters:frame(a@b)"])
def test_an_at_sign_within_a_filter_is_no_variant(options: str) -> None:
    """Options that end in a bracket name none."""
    path = parse(f"/t/{options}/u/{KEY}")
    assert (path.options, path.variant) == (options, "")


def test_a_derivatives_path_needs_a_variant() -> None:
    """Its answer is stored under it."""
    with pytest.raises(InvalidOptions, match="a path under /r/ ends in @<variant>"):
        parse(f"/r/{KEY}/~/300x300")


# -- presets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expanded"),
    [
        ("p:card", "300x200/smart/filters:quality(70)"),
        ("p:card/9x9", "9x9/smart/filters:quality(70)"),
        ("p:card/0x0", "smart/filters:quality(70)"),
        ("p:card/left", "300x200/left/smart/filters:quality(70)"),
        ("p:card/center", "300x200/smart/filters:quality(70)"),
        ("p:card/filters:quality(10)", "300x200/smart/filters:quality(70):quality(10)"),
        ("p:card/fit-in/9x9/filters:blur(2)", "fit-in/9x9/smart/filters:quality(70):blur(2)"),
    ],
)
def test_a_preset_is_kept_by_name_and_expanded(options: str, expanded: str) -> None:
    """Options behind it override its parts, and filters come after its own."""
    path = parse(f"/t/{options}@webp/u/{KEY}")
    assert (path.options, path.expanded, path.preset) == (options, expanded, "card")
    assert path.derivative("webp") == f"r/{KEY}/~/{options}@webp"
    assert path.parameters == parse(f"/t/{expanded}/u/{KEY}").parameters


def test_what_stands_behind_a_preset_is_the_paths_own() -> None:
    """The limits tell the operator's choice from the client's."""
    path = parse(f"/t/p:card/9x/filters:blur(2)/u/{KEY}")
    assert {n: v for n, v in path.own.items() if v and n != "image"} == {
        "width": "9", "height": "0", "filters": "blur(2)",
    }  # fmt: skip
    assert path.parameters["filters"] == "quality(70):blur(2)"


def test_the_presets_are_those_of_the_keys_app() -> None:
    """Nobody gets another app's presets."""
    asked = []
    ThumbnailPath.parse(
        "/t/p:x/u/o/mine/x", presets_of=lambda app: {"x": "3x4"} if not asked.append(app) else {}
    )
    assert asked == ["mine"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("p:", "there is no preset ''"),
        ("p:other", "there is no preset 'other'"),
        ("p:" + "x" * 60, f"there is no preset {'x' * 50!r}"),
        ("p:card/", "the options have an empty part"),
        ("p:card//3x4", "the options have an empty part"),
        ("3x4/p:card", "the preset 'p:card' does not stand at the beginning"),
        ("p:card/p:card", "the preset 'p:card' does not stand at the beginning"),
        ("p:nested", "the preset 'nested' is faulty: it may not name a preset"),
        (
            "p:broken",
            "the preset 'broken' is faulty: the options are not understood from 'nonsense' on",
        ),
        (
            "p:variant",
            "the preset 'variant' is faulty: the options are not understood from '300x300@webp' on",
        ),
    ],
)
def test_a_preset_that_is_wrong_is_refused_and_named(options: str, message: str) -> None:
    """Whether the client's fault or the record's, the error says which preset."""
    with pytest.raises(InvalidOptions) as caught:
        parse(f"/t/{options}/u/{KEY}")
    assert str(caught.value) == message


def test_other_options_replace_all() -> None:
    """A path with other options has another derivative, and its preset no more."""
    path = parse(f"/t/p:card/u/{KEY}").with_options("600x400/smart")
    assert path.derivative("webp") == f"r/{KEY}/~/600x400/smart@webp"
    assert (path.preset, path.parameters["width"], path.own["width"]) == ("", "600", "600")


def test_equal_options_change_nothing() -> None:
    """A preset stays a preset."""
    path = parse(f"/t/p:card/u/{KEY}")
    assert path.with_options(path.expanded) is path


# -- properties ---------------------------------------------------------------------------------

components = st.one_of(
    st.sampled_from(["smart", "u", "t", "9x9", "filters:blur(1)", "meta", "%41", "..."]),
    st.text(
        st.characters(exclude_characters="/", exclude_categories=["Cc", "Cs"]),
        min_size=1,
        max_size=8,
    ).filter(lambda part: part not in {".", ".."}),
)
keys = st.lists(components, min_size=2, max_size=6).map(lambda parts: "o/" + "/".join(parts))
# Filters in canonical text.
FILTERS = [
    "blur(7)", "rgb(20,-20,40)", "fill(red)", "watermark(https://h/a.png,-10,center,50)",
    "watermark(o/app/ä b.png,-10,center,50)", "frame('o/app/a,@b.png')", "quality(80)",
    "convolution(1;2;1,3)", "format(webp)",
]  # fmt: skip
LOOSE_FILTERS = [
    "blur( 07, 0)", "rgb(020,-20 ,40)", "fill(RED,False)", "watermark('o/app/x.png',-00,05p,0)",
    "quality(080)", "format(JPG)", "noise(5, 0)", "saturation(1.50)",
]  # fmt: skip


def word(*choices: str) -> st.SearchStrategy[str]:
    """One of a few words."""
    return st.sampled_from(choices)


def some(filters: list[str]) -> st.SearchStrategy[str]:
    """Up to three filters, none among them."""
    return st.lists(word(*filters), max_size=3).map(":".join)


def named(form: str, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """One option: its text, and the parameters that it sets."""
    return st.fixed_dictionaries(values).map(lambda given: (form.format(**given), given))


positive = st.integers(1, 99999).map(str)
sides = positive | word("orig", "0")
# In the order of Thumbor's grammar, in canonical text; each may be absent.
OPTIONS = [
    named("{meta}", meta=word("meta")),
    named("{trim}", trim=word("trim", "trim:top-left:7", "trim:bottom-right:9")),
    named(
        "{crop_left}x{crop_top}:{crop_right}x{crop_bottom}",
        crop_left=positive,
        crop_top=positive | word("0"),
        crop_right=positive | word("0"),
        crop_bottom=positive,
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
        height=positive,
    ),
    named("{halign}", halign=word("left", "right")),
    named("{valign}", valign=word("top", "bottom")),
    named("{smart}", smart=word("smart")),
    named("filters:{filters}", filters=some(FILTERS).filter(bool)),
]


@st.composite
def option_lists(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Valid options in canonical text, and the parameters that they mean."""
    chosen = [draw(option) for option in OPTIONS if draw(st.booleans())]
    meant = {name: value for _, given in chosen for name, value in given.items() if value}
    return "/".join(text for text, _ in chosen), meant


loose_numbers = st.from_regex("0{0,2}[0-9]{0,4}", fullmatch=True)
loose_sides = loose_numbers | word("orig")
LOOSE = [
    word("meta"),
    word("trim", "trim:top-left", "trim:top-left:007", "trim:bottom-right", "trim:bottom-right:0"),
    st.tuples(*[st.from_regex("0{0,2}[0-9]{1,4}", fullmatch=True)] * 4).map(
        lambda box: "{}x{}:{}x{}".format(*box)
    ),
    word("fit-in", "full-fit-in", "adaptive-fit-in", "adaptive-full-fit-in"),
    st.tuples(word("", "-"), loose_sides, word("", "-"), loose_sides).map(
        lambda size: "{}{}x{}{}".format(*size)
    ),
    word("left", "center", "right"),
    word("top", "middle", "bottom"),
    word("smart"),
    some(FILTERS + LOOSE_FILTERS).filter(bool).map(lambda filters: f"filters:{filters}"),
]


@st.composite
def loose_options(draw: st.DrawFn, *, with_presets: bool = True) -> str:
    """Valid options in any spelling, with a preset at times."""
    chosen = [draw(option) for option in LOOSE if draw(st.booleans())]
    is_preset = with_presets and draw(st.booleans())
    return "/".join([*(["p:card"] if is_preset else []), *chosen])


@st.composite
def paths(draw: st.DrawFn) -> str:
    """A request's path in any of the forms, with any characters percent-encoded."""
    literal = draw(word("", "/", "/:(),@;|'"))
    options, key, variant = draw(loose_options()), draw(keys), draw(word(*DEMANDS, *MARKERS, "jpg"))
    text = quote(f"{options}@{variant}", safe=literal)
    if draw(st.booleans()):
        # A mark within the key is none where it is encoded.
        return f"/r/{quote(key, safe=literal).replace('~', '%7E')}/~/{text}"
    return f"/{draw(word('t', 'thumb'))}/{text}/u/{quote(key, safe=literal)}"


def check_inverse(raw: str) -> None:
    """Parse, write, derive a key, and back: nothing is lost, and all stays in one folder."""
    path = parse(raw)
    prefix = f"r/{path.key}/~/"
    again = parse(f"/t/{quote(f'{path.options}@{path.variant}', safe='')}/u/{path.key.quoted}")
    assert again == path
    plain = parse(f"/t/{quote(path.expanded, safe='')}/u/{path.key.quoted}".replace("/t//", "/t/"))
    assert (plain.expanded, plain.parameters) == (path.expanded, path.parameters)
    name = path.derivative(path.variant)
    if name is None:
        assert set("+\\") & set(f"{prefix}{path.options}") or "//" in path.options or (
            "~" in str(path.key).split("/") or len(f"{prefix}{path.options}".encode()) > 240
        )  # fmt: skip
        return
    assert name.startswith(prefix)
    assert not {"", ".", ".."} & set(name.split("/"))
    assert parse("/" + quote(name)) == path


@given(paths())
def test_a_path_its_canonical_form_and_its_derivatives_key_are_inverse(raw: str) -> None:
    """Parsing is idempotent, and the derivative's key holds all that the path asked for."""
    check_inverse(raw)


@pytest.mark.long
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(paths())
def test_a_hundred_thousand_paths_are_inverse(raw: str) -> None:
    """The same for 100,000 paths."""
    check_inverse(raw)


@given(option_lists(), keys, st.sampled_from(["", "/", "/:(),[]"]))
def test_valid_options_and_keys_come_back(
    options: tuple[str, dict[str, str]], key: str, left_as_it_is: str
) -> None:
    """Whatever is encoded, parsing gives back the options, their meaning and the key."""
    text, meant = options
    before = quote(text, safe=left_as_it_is) + "/" if text else ""
    path = parse(f"/t/{before}u/{quote(key, safe=left_as_it_is)}")
    assert path.options == text
    assert given_parameters(path) == meant
    assert str(path.key) == key


@given(option_lists(), keys)
def test_the_signed_part_is_a_path_again(options: tuple[str, dict[str, str]], key: str) -> None:
    """Two requests with the same signed part are the same request."""
    before = quote(options[0]) + "/" if options[0] else ""
    path = parse(f"/t/{before}u/{quote(key)}")
    head, _, tail = ("/" + path.signed_part).partition("/u/")
    assert parse(f"/t{quote(head)}/u/{tail}") == path


HOSTILE = ["..", ".", "", "~", "%2e%2e", "%2E.", "%252e%252e", "..%2f", "%2f", "%5c", "%00", "u",
           "o", "r", "t", "other", "app", "@webp", "p:card", "3x4", "filters:frame(a)", "%c0%ae",
           "..;", "\\..", "%u002e", "...."]  # fmt: skip


@given(
    word("/t/", "/thumb/", "/r/"),
    st.lists(word(*HOSTILE), max_size=5),
    word("/u/", "/~/", "/%7e/", "/u%2f"),
    st.lists(word(*HOSTILE), max_size=6),
)
def test_no_path_reaches_another_apps_objects(
    root: str, before: list[str], mark: str, after: list[str]
) -> None:
    """Decoded once or twice, what is read and stored stays below the folder of the key's app."""
    raw = f"{root}{'/'.join(before)}{mark}o/app/{'/'.join(after)}"
    try:
        path = parse(raw)
    except (InvalidPath, InvalidOptions):
        return
    assert str(path.key).startswith(f"o/{path.key.app}/")
    stored = path.derivative("webp") or f"r/{path.key}/~/"
    assert stored.startswith(f"r/o/{path.key.app}/")
    for name in (str(path.key), stored):
        assert not {"", ".", ".."} & set(name.removesuffix("/").split("/"))
        assert unquote(quote(name)) == name


@given(
    st.text()
    | st.text("/utmx0123456789:()%-,.o\x00\n", max_size=40).map("/t/{}".format)
    | st.text("/utrx09:()%-,.o~@'", max_size=30).map(lambda text: f"/t/{text}/u/o/app/{text}")
    | st.text("/utrx09:()%-,.o~@'", max_size=30).map(lambda text: f"/r/o/app/{text}/~/{text}@auto")
)
def test_any_path_is_understood_or_refused(text: str) -> None:
    """No text raises anything but InvalidPath and InvalidOptions."""
    try:
        path = parse(text)
    except (InvalidPath, InvalidOptions):
        return
    assert ("/u/" in text) or ("/~/" in text)
    assert str(path.key).startswith("o/")
