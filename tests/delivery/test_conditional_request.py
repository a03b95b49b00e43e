"""thumbor_renuo.delivery.conditional_request: RFC 9110, sections 13 and 14."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.conditional_request import (
    is_conditional,
    is_not_modified,
    single_range,
    wanted_range,
)

ETAG = '"abc"'
# S3 tells milliseconds, HTTP's dates do not.
MODIFIED = datetime(1994, 11, 6, 8, 49, 37, 250_000, tzinfo=UTC)
SAME = "Sun, 06 Nov 1994 08:49:37 GMT"
OLDER = "Sun, 06 Nov 1994 08:49:36 GMT"
NEWER = "Sun, 06 Nov 1994 08:49:38 GMT"
NO_DATES = [
    "",
    " ",
    "garbage",
    "0",
    "-1",
    "784111777",
    "Sun, 06 Nov 1994",
    "Sun, 32 Nov 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 99999999999 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 +99999999",
    "x" * 10_000,
]


# -- which requests -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["If-None-Match", "If-Modified-Since", "If-Range"])
def test_three_headers_make_a_request_conditional(name: str) -> None:
    """Each alone, whatever its value, needs the object's ETag or date."""
    assert is_conditional({name: ""})


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"Cache-Control": "no-cache"}])
def test_other_headers_do_not(headers: dict[str, str]) -> None:
    """A Range alone can be answered without a look at the object."""
    assert not is_conditional(headers)


# -- If-None-Match (13.1.2) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "not_modified"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("*", True),
        (" * ", True),
        ('"x", "abc"', True),
        ('"x","abc","y"', True),
        ('W/"x", W/"abc"', True),
        ('"x,y", "abc"', True),
        ('"x"', False),
        ('"ABC"', False),
        ('"abcd"', False),
        ('"ab"', False),
        ("abc", False),
        ('"x,abc"', False),
        ('"*"', False),
        ('"a*c"', False),
        ('"abc', False),
        ('"x", "y"', False),
        ("", False),
    ],
)
def test_if_none_match_compares_weakly(value: str, not_modified: bool) -> None:
    """304 if any tag of the list, weak or not, is the object's, or for `*`."""
    assert is_not_modified({"If-None-Match": value}, ETAG, MODIFIED) is not_modified
    assert is_not_modified({"If-None-Match": value}, f"W/{ETAG}", MODIFIED) is not_modified


@pytest.mark.parametrize(
    ("tags", "since", "not_modified"),
    [('"x"', NEWER, False), ('"abc"', OLDER, True), ("", NEWER, False), ("*", "garbage", True)],
)
def test_if_none_match_outranks_the_date(tags: str, since: str, not_modified: bool) -> None:
    """With If-None-Match, If-Modified-Since is ignored (13.2.2)."""
    headers = {"If-None-Match": tags, "If-Modified-Since": since}
    assert is_not_modified(headers, ETAG, MODIFIED) is not_modified


# -- If-Modified-Since (13.1.3) -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "not_modified"),
    [
        (SAME, True),
        (NEWER, True),
        (OLDER, False),
        ("Sunday, 06-Nov-94 08:49:37 GMT", True),
        ("Sunday, 06-Nov-94 08:49:36 GMT", False),
        ("Sun, 06 Nov 1994 09:49:37 +0100", True),
        ("Sun, 06 Nov 1994 09:49:36 +0100", False),
    ],
)
def test_if_modified_since_compares_whole_seconds(since: str, not_modified: bool) -> None:
    """304 if the object is not newer; the fraction of its second does not count."""
    assert is_not_modified({"If-Modified-Since": since}, ETAG, MODIFIED) is not_modified


@pytest.mark.parametrize("since", NO_DATES)
def test_what_is_no_date_is_ignored(since: str) -> None:
    """A faulty If-Modified-Since gives the whole answer."""
    assert is_not_modified({"If-Modified-Since": since}, ETAG, MODIFIED) is False


def test_without_a_condition_the_object_is_sent() -> None:
    """No header, no 304."""
    assert is_not_modified({}, ETAG, MODIFIED) is False


def test_the_objects_date_may_be_in_any_zone() -> None:
    """Moments are compared, not clocks."""
    local = MODIFIED.astimezone(timezone(timedelta(hours=5)))
    assert is_not_modified({"If-Modified-Since": SAME}, ETAG, local)
    assert not is_not_modified({"If-Modified-Since": OLDER}, ETAG, local)


@given(st.text() | st.text('"W/*, abc', max_size=30), st.text(max_size=40))
def test_any_condition_is_decided(tags: str, since: str) -> None:
    """No value of any header raises, and a range is well-formed or none."""
    headers = {"If-None-Match": tags}
    assert is_not_modified(headers, ETAG, MODIFIED) in {True, False}
    assert is_not_modified({"If-Modified-Since": since}, ETAG, MODIFIED) in {True, False}
    headers = {"If-Range": tags, "Range": "bytes=0-1"}
    assert wanted_range(headers, ETAG, MODIFIED) in {None, "bytes=0-1"}


# -- Range (14.1.2, 14.2) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("bytes=0-0", "bytes=0-0"),
        ("bytes=0-499", "bytes=0-499"),
        ("bytes=500-", "bytes=500-"),
        ("bytes=-500", "bytes=-500"),
        ("bytes=-0", "bytes=-0"),
        ("bytes=7-7", "bytes=7-7"),
        ("Bytes=0-1", "bytes=0-1"),
        ("BYTES=0-1", "bytes=0-1"),
        (" bytes=0-1 ", "bytes=0-1"),
        ("bytes=00-01", "bytes=00-01"),
        ("bytes=9-10", "bytes=9-10"),
        ("bytes=0-" + "9" * 19, "bytes=0-" + "9" * 19),
    ],
)
def test_one_range_of_bytes_is_taken(value: str, wanted: str) -> None:
    """First and last, open at either end; the unit's case does not count (14.1)."""
    assert single_range({"Range": value}) == wanted


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=10-9",
        "bytes=0-1,3-4",
        "bytes=0-1, 3-4",
        "bytes=0-1,",
        "bytes=a-b",
        "bytes=0x0-1",
        "bytes=--1",
        "bytes=-1-",
        "bytes=1",
        "bytes=+1-2",
        "bytes=1.0-2",
        "items=0-1",
        "bytes:0-1",
        "xbytes=0-1",
        "bytes=0-1\n",
        "bytes=0-1\r\nX: y",
        "bytes=0-" + "9" * 20,
        "bytes=" + "9" * 20 + "-",
        "bytes=-" + "9" * 20,
        "bytes=" + "9" * 5000 + "-" + "9" * 5000,
    ],
)
def test_any_other_range_is_ignored(value: str) -> None:
    """Faulty, reversed, several or absurdly long: the whole object is the answer (14.2)."""
    assert single_range({"Range": value}) is None
    assert wanted_range({"Range": value}, ETAG, MODIFIED) is None


def test_without_a_range_there_is_none() -> None:
    """No header, the whole object."""
    assert single_range({}) is None


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_a_range_is_taken_unless_reversed(first: int, last: int) -> None:
    """Any two numbers in order are a range, as they stand."""
    value = f"bytes={first}-{last}"
    assert single_range({"Range": value}) == (value if first <= last else None)


# -- If-Range (13.1.5) --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "etag", "holds"),
    [
        ('"abc"', '"abc"', True),
        ('"x"', '"abc"', False),
        ('W/"abc"', '"abc"', False),
        ('W/"abc"', 'W/"abc"', False),
        ('"abc"', 'W/"abc"', False),
        ('"abc", "x"', '"abc"', False),
        ("*", '"abc"', False),
        ("abc", '"abc"', False),
        ("", '"abc"', False),
        (SAME, '"abc"', True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", '"abc"', True),
        (OLDER, '"abc"', False),
        (NEWER, '"abc"', False),
        ("garbage", '"abc"', False),
    ],
)
def test_if_range_needs_the_strong_tag_or_the_exact_date(
    condition: str, etag: str, holds: bool
) -> None:
    """Only then the range counts; otherwise the whole object is sent."""
    headers = {"If-Range": condition, "Range": "bytes=5-"}
    assert wanted_range(headers, etag, MODIFIED) == ("bytes=5-" if holds else None)


def test_a_range_needs_no_condition() -> None:
    """Without If-Range the range counts."""
    assert wanted_range({"Range": "bytes=5-"}, ETAG, MODIFIED) == "bytes=5-"


def test_a_condition_makes_no_range() -> None:
    """An If-Range that holds changes nothing without a Range."""
    assert wanted_range({"If-Range": ETAG}, ETAG, MODIFIED) is None


def test_the_oldest_form_of_a_date_counts() -> None:
    """Recipients must accept asctime's (RFC 9110, 5.6.7)."""
    headers = {"If-Modified-Since": "Sun Nov  6 08:49:37 1994"}
    assert is_not_modified(headers, ETAG, datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC))


def test_a_star_among_other_things_is_no_star() -> None:
    """Only `*` alone stands for any object."""
    assert not is_not_modified({"If-None-Match": "foo*bar"}, ETAG, MODIFIED)


def test_blanks_within_a_range_spoil_it() -> None:
    """It is ignored, not read as another one."""
    assert single_range({"Range": "bytes=1 - 2 3"}) is None
