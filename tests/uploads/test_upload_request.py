"""thumbor_renuo.uploads.upload_request: what clients say of their files, and what apps allow."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.app_rules import MAX_OBJECT_BYTES, Rules
from thumbor_renuo.apps import App
from thumbor_renuo.config import MAX_POST_BYTES
from thumbor_renuo.errors import BadRequest, RenuoError, TooLarge, UnsupportedType
from thumbor_renuo.uploads.upload_request import Bounds, UploadRequest, check_type

CHECKSUM = base64.b64encode(bytes(range(32))).decode()
GOOD: dict[str, Any] = {"filename": "Ümläut ß.png", "content_type": "image/png", "size": "12345"}
SIZE = "the parameter size is missing or no whole number of bytes"
SHA256 = "checksum_sha256 is no base64 of the 32 bytes of a SHA-256"
TYPE = "content_type is no media type, such as image/png"
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(max_codepoint=0x10FFFF))
    | st.sampled_from(["image/png", "12", CHECKSUM, "1e3", "0x10", "٣", "a.png"]),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)


def app(**rules: Any) -> App:
    """An app with rules."""
    return App("foo", "live", "12345678", "98765", rules=Rules(**rules))


def read(needs_size: bool = True, **changes: Any) -> UploadRequest:
    """A good request with some of its parameters changed."""
    return UploadRequest.from_parameters({**GOOD, **changes}, needs_size=needs_size)


def refusal(**changes: Any) -> BadRequest:
    """The error of a bad request."""
    with pytest.raises(BadRequest) as caught:
        read(**changes)
    assert type(caught.value) is BadRequest
    return caught.value


def test_a_good_request_is_read() -> None:
    """Texts of a form and values of JSON give the same; the name stays as the user has it."""
    expected = UploadRequest("Ümläut ß.png", "image/png", 12345, "")
    assert read() == read(size=12345) == expected
    assert read(checksum_sha256=CHECKSUM).checksum_sha256 == CHECKSUM
    assert read(checksum_sha256="").checksum_sha256 == ""


def test_unknown_parameters_are_left_alone() -> None:
    """api_key, method and others are for somebody else to read."""
    assert read(api_key="x", method="PUT", metadata={"a": 1}) == read()


@pytest.mark.parametrize("name", ["filename", "content_type", "size"])
def test_each_needed_parameter_is_named_when_it_is_missing(name: str) -> None:
    """The message begins with what is at fault and says that it is missing."""
    given_values = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(BadRequest, match=rf"^the parameter {name} is missing or no ") as caught:
        UploadRequest.from_parameters(given_values, needs_size=True)
    assert caught.value.limit is None


@pytest.mark.parametrize("name", ["filename", "content_type"])
@pytest.mark.parametrize(
    "value", ["", None, 0, 1, True, False, 1.5, [], ["a.png"], {}, {"a": 1}, b"a.png"], ids=repr
)
def test_texts_are_texts(name: str, value: Any) -> None:
    """Numbers, lists and other values of JSON are none."""
    assert refusal(**{name: value}).message == f"the parameter {name} is missing or no text"


@pytest.mark.parametrize("name", ["filename", "content_type"])
def test_texts_have_a_limit(name: str) -> None:
    """1,024 characters; the limit is told."""
    error = refusal(**{name: "a" * 1025})
    assert error.message == f"{name} is over the limit of 1024 characters"
    assert error.limit == 1024
    assert read(filename="a" * 1024).filename == "a" * 1024
    assert read(filename="\U0001f468" * 1024)


@pytest.mark.parametrize("name", ["filename", "content_type"])
@pytest.mark.parametrize("value", ["\ud800.png", "a\udfff", "\udc00\ud800"], ids=ascii)
def test_halves_of_surrogate_pairs_are_refused(name: str, value: str) -> None:
    """JSON can hold them, UTF-8 cannot."""
    assert json.loads(json.dumps(value)) == value
    assert refusal(**{name: value}).message == f"{name} is no text that UTF-8 can hold"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        (" image/png\t", "image/png"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",) * 2,
        ("image/svg+xml", "image/svg+xml"),
    ],
)
def test_a_content_type_has_neither_capitals_nor_parameters(value: str, expected: str) -> None:
    """As it is compared and signed."""
    assert read(content_type=value).content_type == expected


@pytest.mark.parametrize(
    "value",
    [
        "png", "image/", "/png", "image/*", "*/*", "image/png/x", "image /png", "image/png\n",
        "image/png\r\nx: y", "image/日", "image/png\0", ";", "image/p,ng", "image/${filename}",
        "\u017fvg/xml", "image\u2215png", "\x0bimage/png",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_media_type_is_refused(value: str) -> None:
    """Patterns, line ends and look-alikes never come into a signature."""
    assert refusal(content_type=value).message == TYPE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        (0, 0),
        ("1", 1),
        ("007", 7),
        ("999999999999999", 999_999_999_999_999),
        (999_999_999_999_999, 999_999_999_999_999),
    ],
)
def test_a_size_is_a_whole_number(value: Any, expected: int) -> None:
    """As a text or a number, of 15 digits at most."""
    size = read(size=value).size
    assert size == expected
    assert type(size) is int


@pytest.mark.parametrize(
    "value",
    [
        "", None, True, False, -1, "-1", "+1", "-0", 1.0, 1.5, "1.0", "1e3", 1e3, float("inf"),
        float("nan"), 10**15, "1" + "0" * 15, 10**4000, "0x10", "1_000", " 1", "1 ", "1\n", "٣",
        "²", "\uff11", "abc", [], [1], ["1"], {}, {"size": 1}, b"1", "\ud800",
    ],
    ids=lambda value: ascii(value)[:20],
)  # fmt: skip
def test_what_is_no_size_is_refused(value: Any) -> None:
    """Booleans, fractions, signs, exponents, other digits, huge numbers, lists."""
    assert refusal(size=value).message == SIZE


def test_a_size_may_be_left_out_where_it_is_not_needed() -> None:
    """None then; a bad one is refused all the same."""
    assert read(needs_size=False, size=None).size is None
    assert read(needs_size=False).size == 12345
    assert refusal(needs_size=False, size="x").message == SIZE
    assert refusal(needs_size=False, size="").message == SIZE


@pytest.mark.parametrize("depth", [1, 900, 100_000])
def test_a_nested_size_is_refused(depth: int) -> None:
    """However deep: Python is never asked to write it down."""
    nested: Any = []
    for _ in range(depth):
        nested = [nested]
    assert refusal(size=nested).message == SIZE


@pytest.mark.parametrize(
    "value",
    [
        CHECKSUM[:-1],
        CHECKSUM[:-4],
        CHECKSUM + "=",
        CHECKSUM + "AAAA",
        CHECKSUM + "\n",
        " " + CHECKSUM,
        CHECKSUM[:20] + "\n" + CHECKSUM[20:],
        CHECKSUM[:-2] + "9=",  # the same 32 bytes to a lenient decoder; S3 writes another text
        "-_" + CHECKSUM[2:],
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        bytes(range(32)).hex(),
        "é" * 44,
        "\ud800" * 44,
        0,
        True,
        False,
        None,
        1.5,
        [],
        [CHECKSUM],
        {},
        CHECKSUM.encode(),
    ],
    ids=lambda value: ascii(value)[-30:],
)
def test_what_is_no_checksum_is_refused(value: Any) -> None:
    """Base64 of 32 bytes in the one form that S3 compares, and nothing else."""
    assert refusal(checksum_sha256=value).message == SHA256


@given(st.binary(min_size=32, max_size=32))
def test_any_sha256_is_a_checksum(digest: bytes) -> None:
    """As base64 writes it."""
    text = base64.b64encode(digest).decode()
    assert read(checksum_sha256=text).checksum_sha256 == text


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD, "checksum_sha256"], anything)))
def test_whatever_json_holds_is_read_or_refused(changes: dict[str, Any]) -> None:
    """Never another error; a refusal names a parameter that is at fault."""
    try:
        request = read(**changes)
    except BadRequest as error:
        named = re.search(r"filename|content_type|size|checksum_sha256", error.message)
        assert named
        assert named[0] in changes
    else:
        assert request.filename.encode()
        assert type(request.size) is int
        assert request.content_type.isascii()


# -- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "default", "multipart", "expected"),
    [
        ({}, 1000, False, (0, 1000)),
        ({}, 1000, True, (0, 1000)),
        ({"min_bytes": 5}, 1000, False, (5, 1000)),
        ({"max_bytes": 10}, 1000, False, (0, 10)),
        ({"max_bytes": 2000}, 1000, False, (0, 2000)),
        ({"max_bytes": MAX_OBJECT_BYTES}, 1000, False, (0, MAX_POST_BYTES)),
        ({"max_bytes": MAX_OBJECT_BYTES}, 1000, True, (0, MAX_OBJECT_BYTES)),
        ({"max_bytes": MAX_POST_BYTES + 1}, 1000, True, (0, MAX_POST_BYTES + 1)),
        ({"publish": "verified"}, MAX_POST_BYTES, True, (0, MAX_POST_BYTES)),
        ({"publish": "verified", "max_bytes": MAX_OBJECT_BYTES}, 1000, True, (0, MAX_POST_BYTES)),
        ({"publish": "verified", "max_bytes": 7}, 1000, True, (0, 7)),
    ],
)
def test_bounds_are_the_apps_within_those_of_s3(
    rules: dict[str, Any], default: int, multipart: bool, expected: tuple[int, int]
) -> None:
    """A form takes 5 GiB, an upload in parts 5 TiB unless it has to be copied afterwards."""
    bounds = Bounds.of(app(**rules), default, multipart=multipart)
    assert (bounds.low, bounds.high) == expected


def test_a_size_is_held_against_its_bounds() -> None:
    """413 over, 400 under, each with its limit; the bounds themselves are in."""
    bounds = Bounds(10, 20)
    for size in (10, 15, 20):
        bounds.check(size)
    with pytest.raises(TooLarge) as large:
        bounds.check(21)
    assert (large.value.status, large.value.code, large.value.limit) == (413, "too_large", 20)
    assert large.value.message == "size 21 is over the limit of 20 bytes"
    with pytest.raises(BadRequest) as small:
        bounds.check(9)
    assert (small.value.status, small.value.code, small.value.limit) == (400, "bad_request", 10)
    assert small.value.message == "size 9 is under the 10 bytes wanted"


# -- types ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "media_type", "is_good"),
    [
        ((), "application/x-anything", True),
        (("image/png",), "image/png", True),
        (("image/png",), "image/jpeg", False),
        (("image/*", "application/pdf"), "image/jpeg", True),
        (("image/*", "application/pdf"), "application/pdf", True),
        (("image/*", "application/pdf"), "application/pdfx", False),
        (("image/*",), "imagex/png", False),
        (("image/*",), "text/html", False),
        (("*/*",), "text/html", True),
    ],
)
def test_a_type_is_held_against_the_apps(
    allowed: tuple[str, ...], media_type: str, is_good: bool
) -> None:
    """415 with the types that the app takes; any without such a list."""
    tenant = app(content_types=allowed)
    if is_good:
        check_type(media_type, tenant)
        return
    with pytest.raises(UnsupportedType) as caught:
        check_type(media_type, tenant)
    error: RenuoError = caught.value
    listed = ", ".join(allowed)
    assert (error.status, error.code, error.limit) == (415, "unsupported_type", listed)
    assert error.message == f"content_type {media_type} is none that foo-live takes: {listed}"
