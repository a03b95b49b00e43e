"""thumbor_renuo.client.image_urls: URLs of images on the CDN."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import APP, FILE_PATH, KEY
from tests.client.paths import given_parameters, keys, option_lists
from thumbor_renuo.client import ImageUrls
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath

CDN = "https://cdn.example.com"
images = ImageUrls("cdn.example.com", app=APP)


def parsed(url: str) -> ThumbnailPath:
    """What the service makes of a URL of ours."""
    assert url.startswith(f"{CDN}/t/")
    return ThumbnailPath.parse(url.removeprefix(CDN))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("cdn.example.com", "https://cdn.example.com"),
        ("https://cdn.example.com", "https://cdn.example.com"),
        ("https://cdn.example.com/", "https://cdn.example.com"),
        ("//cdn.example.com", "https://cdn.example.com"),
        ("http://localhost:8888", "http://localhost:8888"),
        ("[::1]:8888", "https://[::1]:8888"),
    ],
)
def test_the_host_may_have_a_scheme(host: str, address: str) -> None:
    """Without one it is https."""
    assert ImageUrls(host).original(KEY) == f"{address}/{KEY}"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "https://",
        "ftp://cdn",
        "https:cdn",
        "cdn/path",
        "cdn?x",
        "u@cdn",
        'c"dn',
        "a b",
        None,
        7,
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    """The host goes into each URL: nothing but a host is taken."""
    with pytest.raises(ValueError, match="the CDN's host"):
        ImageUrls(host)


@pytest.mark.parametrize("app", ["", ".", "..", "a/b", "shop live", 7])
def test_what_is_no_app_is_refused(app: str) -> None:
    """An app is a component of keys."""
    with pytest.raises(ValueError, match="no full name"):
        ImageUrls("cdn", app=app)


def test_it_shows_itself() -> None:
    """The repr has the host and the app."""
    assert repr(images) == "ImageUrls('https://cdn.example.com', app='shop-live')"


@pytest.mark.parametrize(
    ("options", "choices", "path"),
    [
        ("", {}, ""),
        ("300x300", {}, "300x300/"),
        ("300x300/smart", {"format": "webp"}, "300x300/smart/filters:format(webp)/"),
        (
            "fit-in/300x300",
            {"format": "webp", "filters": ["quality(80)"]},
            "fit-in/300x300/filters:quality(80):format(webp)/",
        ),
        ("", {"format": "avif"}, "filters:format(avif)/"),
        (
            "9x9/filters:blur(7):rgb(20,-20,40)",
            {"format": "gif", "filters": ["quality(80)", "max_age(3)"]},
            "9x9/filters:blur(7):rgb(20,-20,40):quality(80):max_age(3):format(gif)/",
        ),
        ("", {"filters": "quality(80)"}, "filters:quality(80)/"),
        ("filters:fill(red, 1)", {}, "filters:fill(red,%201)/"),
        ("filters:watermark(https:%2F%2Fh%2Fu%2Fb,0,0,0)", {},
         "filters:watermark(https:%252F%252Fh%252Fu%252Fb,0,0,0)/"),
        ("p:card", {}, "p:card/"),
    ],
)  # fmt: skip
def test_a_thumbnail_has_its_options_before_its_key(
    options: str, choices: dict[str, object], path: str
) -> None:
    """Filters are merged into one part at the end, the format last."""
    assert images.url(KEY, options, **choices) == f"{CDN}/t/{path}u/{KEY}"


def test_a_preset_is_named() -> None:
    """A preset's options stay on the server."""
    assert images.preset(KEY, "card-2") == f"{CDN}/t/p:card-2/u/{KEY}"


@pytest.mark.parametrize("name", ["", "Card", "a/b", "a_b", "-a", "ä", "a" * 51, None])
def test_what_is_no_preset_is_refused(name: str) -> None:
    """Names are what the server's apps may give."""
    with pytest.raises(ValueError, match="the preset"):
        images.preset(KEY, name)


@pytest.mark.parametrize("choices", [{"format": "webp"}, {"filters": ["blur(1)"]}])
def test_a_preset_stands_alone(choices: dict[str, object]) -> None:
    """What would be added to a preset is refused, not dropped."""
    with pytest.raises(ValueError, match="preset takes no filters"):
        images.url(KEY, "p:card", **choices)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("a/u/b", "hold '/u/'"),
        ("u/300x300", "hold '/u/'"),
        ("300x300/u", "hold '/u/'"),
        ("u", "hold '/u/'"),
        ("300x300/../..", "hold '/u/'"),
        ("./300x300", "hold '/u/'"),
        ("filters:watermark(o/app/u/b,0,0,0)", "hold '/u/'"),
        ("filters:watermark(https://h/b,0,0,0)", "hold '//'"),
        ("300x300//smart", "hold '//'"),
        ("/300x300", "begin or end with '/'"),
        ("300x300/", "begin or end with '/'"),
        ("300x300\n", "printable ASCII"),
        ("300x300\x00", "printable ASCII"),
        ("fïlters", "printable ASCII"),
        ("filters:blur", "do not end with"),
        ("filters:", "do not end with"),
        ("filters:blur(1)/smart", "do not end with"),
        (None, "no text but NoneType"),
        (300, "no text but int"),
    ],
)
def test_options_that_would_be_read_as_others_are_refused(options: str, words: str) -> None:
    """The error says what is wrong with them."""
    with pytest.raises(ValueError, match=words):
        images.url(KEY, options)


@pytest.mark.parametrize("call", ["", "blur", "blur(1", "blur(1)/smart", "(1)", "a(//)", "a(ä)", 7])
def test_what_is_no_filter_is_refused(call: str) -> None:
    """A filter is a call, by the same rules as the options."""
    with pytest.raises(ValueError):
        images.url(KEY, filters=[call])


@pytest.mark.parametrize("name", ["", "jpg", "WEBP", "svg", "webp)", 7])
def test_an_unknown_format_is_refused(name: str) -> None:
    """The error lists those that there are."""
    with pytest.raises(ValueError, match="jpeg, png, webp, avif, gif"):
        images.url(KEY, format=name)


@pytest.mark.parametrize(
    ("options", "filters"),
    [
        ("filters:format(png)", ()),
        ("filters:blur(1):format(png)", ()),
        ("", ["format(png)"]),
        ("", "blur(1):format(png)"),
    ],
)
def test_two_formats_are_refused(options: str, filters: list[str]) -> None:
    """Which one was meant is not guessed."""
    with pytest.raises(ValueError, match="given twice"):
        images.url(KEY, options, filters=filters, format="webp")


def test_a_file_path_needs_the_app() -> None:
    """What old apps keep, `<prefix>/<name>`, is found in the app's folder."""
    assert images.url(FILE_PATH) == images.url(KEY)
    assert images.original(FILE_PATH) == f"{CDN}/{KEY}"
    with pytest.raises(ValueError, match="which app"):
        ImageUrls("cdn").url(FILE_PATH)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "empty"),
        ("o/app", "not of the form"),
        ("o/app/", "empty"),
        ("/o/app/x", "empty"),
        ("o//x/y", "empty"),
        ("o/app/../x", "component"),
        ("ab12/./x", "component"),
        ("o/app/x\n", "control"),
        ("o/app/x\x85", "control"),
        ("q/shop-live/ab12/x", "not published"),
        ("o/app/" + "ä" * 510, "1026 bytes"),
        ("ab12/" + "x" * 1010, "bytes"),
        ("o/app/\ud800", "UTF-8"),
        (None, "no text but NoneType"),
        (b"o/app/x", "no text but bytes"),
    ],
)
def test_what_is_no_key_is_refused(key: str, words: str) -> None:
    """The same rules hold for originals and thumbnails."""
    for build in (images.url, images.original):
        with pytest.raises(ValueError, match=words):
            build(key)


def test_widths_without_a_size() -> None:
    """The width is put where Thumbor's grammar has the size, and the height follows."""
    assert images.srcset(KEY, [320, 640]) == (
        f"{CDN}/t/320x0/u/{KEY} 320w, {CDN}/t/640x0/u/{KEY} 640w"
    )
    found = images.srcset(
        KEY, [320], options="trim:top-left:5/1x2:30x40/fit-in/smart", format="webp"
    )
    assert found == (
        f"{CDN}/t/trim:top-left:5/1x2:30x40/fit-in/320x0/smart/filters:format(webp)/u/{KEY} 320w"
    )


@pytest.mark.parametrize(
    ("size", "scaled"),
    [
        ("300x200", "320x213"),
        ("300x200/smart", "320x213/smart"),
        ("-300x-200", "-320x-213"),
        ("fit-in/100x1000", "fit-in/320x3200"),
        ("1000x1", "320x1"),
        ("300x", "320x0"),
        ("300x0", "320x0"),
        ("0x0", "320x0"),
    ],
)
def test_widths_scale_a_size(size: str, scaled: str) -> None:
    """The proportions of a size stay; 1 pixel is the least."""
    assert images.srcset(KEY, [320], options=size) == f"{CDN}/t/{scaled}/u/{KEY} 320w"


@pytest.mark.parametrize(
    ("densities", "srcset"),
    [
        ((1, 2), "300x200/smart 1x, 600x400/smart 2x"),
        ((1.5,), "450x300/smart 1.5x"),
    ],
)
def test_densities_multiply_a_size(densities: tuple[float, ...], srcset: str) -> None:
    """Each side is multiplied and rounded."""
    expected = [part.split(" ") for part in srcset.split(", ")]
    assert images.srcset(KEY, densities=densities, options="300x200/smart") == ", ".join(
        f"{CDN}/t/{options}/u/{KEY} {mark}" for options, mark in expected
    )


def test_a_side_that_follows_stays_so() -> None:
    """A height of 0 is not multiplied into something."""
    assert "/t/-600x0/u/" in images.srcset(KEY, densities=[2], options="-300x0")
    assert "/t/0x600/u/" in images.srcset(KEY, densities=[2], options="x300")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "either widths or densities"),
        ({"widths": [1], "densities": [1]}, "either widths or densities"),
        ({"widths": []}, "at least one width"),
        ({"densities": [], "options": "3x4"}, "at least one density"),
        ({"widths": [320, 320]}, "each once"),
        ({"widths": [0]}, "width 0"),
        ({"widths": [-1]}, "width -1"),
        ({"widths": [True]}, "width True"),
        ({"widths": [1.5]}, "width 1.5"),
        ({"widths": ["320"]}, "width '320'"),
        ({"widths": [65536]}, "up to 65535"),
        ({"densities": [0], "options": "3x4"}, "density 0"),
        ({"densities": [float("nan")], "options": "3x4"}, "density nan"),
        ({"densities": [11], "options": "3x4"}, "up to 10"),
        ({"densities": [2]}, "the options have none"),
        ({"densities": [2], "options": "smart"}, "the options have none"),
        ({"densities": [2], "options": "0x0"}, "the options have none"),
        ({"densities": [2], "options": "origx9"}, "not in pixels"),
        ({"widths": [2], "options": "9xorig"}, "not in pixels"),
        ({"widths": [2], "options": "x9"}, "no width"),
        ({"widths": [2], "options": "p:card"}, "a preset has its own size"),
        ({"densities": [2], "options": "p:card"}, "a preset has its own size"),
    ],
)
def test_a_srcset_that_means_nothing_is_refused(arguments: dict[str, object], words: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(ValueError, match=words):
        images.srcset(KEY, **arguments)


@given(option_lists(), keys)
def test_the_service_reads_what_was_meant(options: tuple[str, dict[str, str]], key: str) -> None:
    """Options and key come back from a URL, each decoded once, and mean what they meant."""
    text, meant = options
    path = parsed(ImageUrls("cdn.example.com").url(key, text))
    assert path.options == text
    assert given_parameters(path) == meant
    assert str(path.key) == key


@given(keys)
def test_an_original_s_path_is_its_key(key: str) -> None:
    """Decoded once, the path is the key; the URL has neither query nor fragment."""
    parts = urlsplit(ImageUrls("cdn.example.com").original(key))
    assert unquote(parts.path, errors="strict") == f"/{key}"
    assert (parts.query, parts.fragment) == ("", "")


@given(
    st.text()
    | st.text("/utmx0123456789:()%-,.o\x00\n", max_size=40)
    | st.lists(
        st.sampled_from(["u", "smart", "9x9", "fit-in", "filters:a()", "..", "", "%75"])
    ).map("/".join)
)
def test_no_options_change_the_key(options: str) -> None:
    """Whatever options are taken, the key behind them is the one that was given."""
    try:
        url = images.url(KEY, options)
    except ValueError:
        return
    before, mark, after = urlsplit(url).path.removeprefix("/t").partition("/u/")
    assert mark
    assert after == KEY
    assert unquote(before).removeprefix("/") == options


@given(option_lists(), keys, st.sampled_from([None, "jpeg", "webp"]))
def test_nothing_in_a_url_needs_escaping(
    options: tuple[str, dict[str, str]], key: str, image_format: str | None
) -> None:
    """No URL holds what HTML, a srcset or CSS would read as its own."""
    url = images.url(key, options[0], format=image_format)
    assert not set(url) & set("&<>\"' \t\n\\")
    assert url.isascii()
    assert not url.endswith(",")


@given(st.lists(st.integers(1, 65535), min_size=1, max_size=5, unique=True), keys)
def test_a_srcset_is_a_list_of_candidates(widths: list[int], key: str) -> None:
    """Split as a browser does it, each candidate is a URL of that width and its descriptor."""
    found = [part.split(" ") for part in images.srcset(key, widths, options="3x2").split(", ")]
    assert [mark for _, mark in found] == [f"{width}w" for width in widths]
    assert [parsed(url).parameters["width"] for url, _ in found] == [str(w) for w in widths]
    assert {str(parsed(url).key) for url, _ in found} == {key}
