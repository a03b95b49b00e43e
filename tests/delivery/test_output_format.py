"""thumbor_renuo.delivery.output_format: the format by demand, Accept and original."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thumbor.filters import FiltersFactory
from thumbor.filters.format import Filter as FormatFilter

from thumbor_renuo.delivery.output_format import (
    DEMANDS,
    MARKERS,
    MAX_ACCEPT,
    choose,
    demanded,
    is_negotiated,
    negotiate,
    taken,
)

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
CHROME_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
SAFARI = (
    "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,"
    "image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"
)


@pytest.mark.parametrize(
    ("accept", "marker"),
    [
        pytest.param(CHROME, "auto-avif", id="chrome"),
        pytest.param(CHROME_PAGE, "auto-avif", id="chrome's address bar"),
        pytest.param(FIREFOX, "auto-avif", id="firefox"),
        pytest.param(SAFARI, "auto-avif", id="safari"),
        pytest.param("image/webp,*/*", "auto-webp", id="firefox 65"),
        pytest.param("image/webp,image/apng,image/*,*/*;q=0.8", "auto-webp", id="chrome 70"),
        pytest.param("image/png,image/*;q=0.8,*/*;q=0.5", "auto", id="firefox 60"),
        pytest.param("image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "auto", id="safari 13"),
        pytest.param("*/*", "auto", id="curl"),
        pytest.param("image/*", "auto", id="wildcard"),
        pytest.param("image/avif", "auto-avif", id="nothing else"),
        pytest.param("IMAGE/AVIF ,\tImage/WebP ; Q=1", "auto-avif", id="case and blanks"),
        pytest.param("", "auto", id="empty"),
        pytest.param(None, "auto", id="missing"),
    ],
)
def test_what_clients_send(accept: str | None, marker: str) -> None:
    """Only who names AVIF or WebP takes it: everybody sends `*/*`."""
    assert negotiate(accept) == marker


@pytest.mark.parametrize(
    ("accept", "marker"),
    [
        ("image/avif;q=0,image/webp,*/*", "auto-webp"),
        ("image/avif;q=0.000,image/*", "auto"),
        ("image/avif,image/webp;q=0", "auto"),
        ("image/avif;q=0.001", "auto-avif"),
        ("image/avif;q=0.5,image/webp", "auto-webp"),
        ("image/avif;q=0.5,image/webp;q=0.5,*/*;q=0.5", "auto-avif"),
        ("image/avif;q=0.8,image/webp;q=0.9,image/jpeg", "auto"),
        ("image/avif;q=0.8,image/png", "auto"),
        ("image/avif;q=0.8,image/webp,image/png;q=0.9", "auto-webp"),
        ("image/webp;q=0.8,image/*", "auto"),
        ("image/webp;q=0.8,*/*", "auto"),
        ("image/webp;q=0.8,image/*;q=0.8,*/*", "auto-webp"),
        ("image/webp;q=0.8,image/jpeg;q=0.7,image/png;q=0.1,image/*,*/*", "auto-webp"),
        ("image/webp,image/webp;q=0", "auto"),
    ],
)
def test_weights(accept: str, marker: str) -> None:
    """The larger weight wins, 0 excludes, and the closest range counts (RFC 9110, 12.5.1)."""
    assert negotiate(accept) == marker
    items = accept.split(",")
    random.Random(accept).shuffle(items)
    assert negotiate(",".join(items)) == marker, "the order says nothing"


@pytest.mark.parametrize(
    "item",
    [
        "image/avif;q=2", "image/avif;q=-1", "image/avif;q=", "image/avif;q", "image/avif;q=1.001",
        "image/avif;q=.5", "image/avif;q=0.0001", "image/avif;q=1e0", "image/avif;q=nan",
        "image/avif;q=\N{ARABIC-INDIC DIGIT ONE}", "image/avif;v=2", "image/avif;v=2;q=1", "avif",
        "image/avif2", "ximage/avif", "image/avif/", "image /avif", "image/avif\x00", ";", ";q=1",
        '"image/avif"', "image/avif;;q=1", "image/avif; ;q=1", "image/avif\nimage/avif",
    ],
)  # fmt: skip
def test_a_malformed_range_counts_as_not_there(item: str) -> None:
    """It neither adds AVIF nor harms its neighbours."""
    assert negotiate(item) == "auto"
    assert negotiate(f"image/webp,{item},*/*;q=0.1") == "auto-webp"


def test_only_so_much_is_read() -> None:
    """A header of any length costs little: past the bound it counts as none."""
    blanks = " " * (MAX_ACCEPT - len("image/avif"))
    assert negotiate("image/avif" + blanks) == "auto-avif"
    assert negotiate("image/avif" + blanks + " ") == "auto"


@pytest.mark.parametrize(
    ("formats", "marker"),
    [
        (("avif", "webp"), "auto-avif"),
        (("webp",), "auto-webp"),
        (("avif",), "auto-avif"),
        ((), "auto"),
    ],
)
def test_what_is_not_offered_is_not_negotiated(formats: tuple[str, ...], marker: str) -> None:
    """The operator's formats bound what a client may take."""
    assert negotiate(CHROME, formats) == marker


RANGES = st.sampled_from(
    ["image/avif", "image/webp", "image/jpeg", "image/png", "image/*", "*/*", "text/html", "", "é"]
)
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", "; q=1.0", ";q=7", ";v=1", ";"])
ACCEPTS = st.lists(st.tuples(RANGES, WEIGHTS).map("".join), max_size=8).map(",".join)


@given(ACCEPTS | st.text(max_size=300) | st.text("imageavifwp/*;q=01., ", max_size=60))
def test_any_header_is_answered(accept: str) -> None:
    """There is no header without a marker, and none without its name gets a format."""
    marker = negotiate(accept)
    assert marker in MARKERS
    for name in ("avif", "webp"):
        if marker == f"auto-{name}":
            assert f"image/{name}" in accept.lower()


@given(ACCEPTS)
def test_a_refusal_is_kept(accept: str) -> None:
    """Who says q=0 to a format is given no marker that may mean it."""
    assert "avif" not in taken(negotiate(accept + ",image/avif;q=0"))
    assert "webp" not in taken(negotiate(accept + ",image/webp;q=0"))


@pytest.mark.parametrize(
    ("marker", "takes"),
    [
        ("auto-avif", ("avif", "webp", "jpeg", "png", "gif")),
        ("auto-webp", ("webp", "jpeg", "png", "gif")),
        ("auto", ("jpeg", "png", "gif")),
    ],
)
def test_what_a_marker_takes(marker: str, takes: tuple[str, ...]) -> None:
    """Who takes AVIF takes WebP, and everybody takes the old ones."""
    assert taken(marker) == takes


SOURCES = ("jpeg", "png", "gif", "webp", "avif", "tiff", "svg")


@pytest.mark.parametrize("demand", DEMANDS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("is_animated", [False, True])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_a_demand_is_obeyed(demand: str, source: str, is_animated: bool, has_alpha: bool) -> None:
    """Whatever the original is, and whatever is offered."""
    asked = {"source": source, "is_animated": is_animated, "has_alpha": has_alpha}
    assert choose(demand, **asked, formats=()) == demand


@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("source", SOURCES)
def test_a_still_picture_becomes_what_is_taken(source: str, has_alpha: bool) -> None:
    """AVIF where it is taken, else WebP: both hold transparency."""
    asked = {"source": source, "is_animated": False, "has_alpha": has_alpha}
    assert choose("auto-avif", **asked) == "avif"
    assert choose("auto-webp", **asked) == "webp"
    assert choose("auto-avif", **asked, formats=("webp",)) == "webp"


@pytest.mark.parametrize(
    ("source", "opaque", "transparent"),
    [
        ("jpeg", "jpeg", "png"),
        ("png", "png", "png"),
        ("gif", "gif", "gif"),
        ("webp", "jpeg", "png"),
        ("avif", "jpeg", "png"),
        ("tiff", "jpeg", "png"),
        ("svg", "jpeg", "png"),
    ],
)
@pytest.mark.parametrize("marker", ["auto", "auto-avif"])
def test_a_still_picture_for_everybody(
    marker: str, source: str, opaque: str, transparent: str
) -> None:
    """What every client knows, without losing transparency; none where nothing else is offered."""
    offered = () if marker != "auto" else ("avif", "webp")
    for has_alpha, wanted in ((False, opaque), (True, transparent)):
        asked = {"source": source, "is_animated": False, "has_alpha": has_alpha}
        assert choose(marker, **asked, formats=offered) == wanted


@pytest.mark.parametrize(
    ("source", "marker", "wanted"),
    [
        ("gif", "auto", "gif"),
        ("gif", "auto-webp", "gif"),
        ("gif", "auto-avif", "gif"),
        ("png", "auto-avif", "png"),
        ("webp", "auto-avif", "webp"),
        ("webp", "auto-webp", "webp"),
        ("webp", "auto", "png"),
        ("avif", "auto-avif", "avif"),
        ("avif", "auto-webp", "webp"),
        ("avif", "auto", "png"),
        ("jpeg", "auto-avif", "avif"),
        ("tiff", "auto-webp", "webp"),
    ],
)
def test_an_animation_stays_what_it_is(source: str, marker: str, wanted: str) -> None:
    """Where the client takes that; else it stands still."""
    assert choose(marker, source=source, is_animated=True, has_alpha=True) == wanted


@given(st.sampled_from(sorted(MARKERS)), st.sampled_from(SOURCES), st.booleans(), st.booleans())
def test_what_is_chosen_is_taken(marker: str, source: str, animated: bool, alpha: bool) -> None:
    """Nobody gets a format that the marker does not cover, and no transparency becomes JPEG."""
    chosen = choose(marker, source=source, is_animated=animated, has_alpha=alpha)
    assert chosen in taken(marker)
    assert not (alpha and chosen == "jpeg")


def test_there_is_no_other_marker() -> None:
    """A word that is neither marker nor demand is a mistake of ours."""
    with pytest.raises(KeyError):
        choose("auto-heic", source="jpeg", is_animated=False, has_alpha=False)


@pytest.mark.parametrize(
    ("variant", "filters", "demand"),
    [
        ("", None, ""),
        ("", "quality(10)", ""),
        ("auto-webp", "quality(10)", ""),
        ("", "format(webp)", "webp"),
        ("", "quality(10):format(JPG)", "jpeg"),
        ("", "format( 'png' ):quality(3)", "png"),
        ("", "format(webp):format(gif)", "gif"),
        ("", "format(webp):grayscale():format(gif)", "gif"),
        ("auto-webp", "format(png)", "png"),
        ("avif", "format(png)", "avif"),
        ("", "watermark(format(png),1,1,1)", ""),
        ("", "informat(png)", ""),
    ],
)
def test_what_is_demanded(variant: str, filters: str | None, demand: str) -> None:
    """`@<format>`, else the last filter `format`; a marker demands nothing."""
    assert demanded(variant, filters) == demand


@pytest.mark.parametrize(
    ("variant", "filters", "is_so"),
    [
        ("", None, True),
        ("", "", True),
        ("", "quality(10):blur(3)", True),
        ("", "quality(10):format(webp)", False),
        ("auto", None, False),
        ("auto-avif", "quality(10)", False),
        ("png", None, False),
    ],
)
def test_when_it_is_negotiated(variant: str, filters: str | None, is_so: bool) -> None:
    """Only where the path leaves the format open."""
    assert is_negotiated(variant, filters) is is_so


CALLS = st.sampled_from(
    ["format(webp)", "format(png)", "quality(3)", "watermark(format(gif,1,1,1)", "grayscale()", "x"]
)


@given(st.lists(CALLS, max_size=5).map(":".join))
def test_the_filter_is_found_where_thumbor_finds_it(filters: str) -> None:
    """Thumbor's own reading of the filters names as many demands."""
    runner = FiltersFactory([FormatFilter]).create_instances(None, filters)
    found = [filter_.params[0] for phase in runner.filter_instances.values() for filter_ in phase]
    assert demanded("", filters) == (found[-1] if found else "")
