"""thumbor_renuo.handlers.parameters: what stands in a query, a form or a JSON body."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from thumbor_renuo.errors import BadRequest
from thumbor_renuo.handlers.parameters import is_text, read_json, read_parameters, text_of

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "----WebKitFormBoundaryÄ7"
MULTIPART = "multipart/form-data; boundary=xYzZY"


def read(query: str = "", body: bytes = b"", content_type: str | None = None) -> dict[str, Any]:
    """The parameters of a request."""
    headers = HTTPHeaders({"Host": "localhost"})
    if content_type is not None:
        headers["Content-Type"] = content_type
    line = RequestStartLine("POST", f"/x?{query}", "HTTP/1.1")
    return read_parameters(HTTPServerRequest(start_line=line, headers=headers), body)


def multipart(*parts: tuple[str, bytes], boundary: str = "xYzZY") -> bytes:
    """A form of named values."""
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in parts
    ]
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("api_key=1", {"api_key": "1"}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a=", {"a": "1"}),
        ("a=&b", {}),
        ("a=b+c%20d%2B", {"a": "b c d+"}),
        ("a=%C3%A4%E6%97%A5", {"a": "ä日"}),
        ("a=%ff", {"a": "\ufffd"}),
        ("a=%00", {"a": "\0"}),
        ("a%5B%5D=1", {"a[]": "1"}),
        ("=1", {"": "1"}),
    ],
)
@pytest.mark.parametrize("content_type", [None, "", "text/plain", FORM])
def test_a_query_is_read(content_type: str | None, query: str, expected: dict[str, str]) -> None:
    """Without a body: the Angular client sends an empty text. The last of a name counts."""
    assert read(query, b"", content_type) == expected


@pytest.mark.parametrize(
    "content_type", [FORM, FORM.upper(), f"{FORM}; charset=UTF-8", f" {FORM} ;charset=x"]
)
def test_a_form_is_read(content_type: str) -> None:
    """However its type is written."""
    assert read("", b"a=1&b=%C3%A4+b&c=", content_type) == {"a": "1", "b": "ä b"}


@pytest.mark.parametrize("boundary", ["xYzZY", "----WebKitFormBoundaryAbC7"])
@pytest.mark.parametrize("write", ["{}", '"{}"'], ids=["bare", "quoted"])
def test_a_form_of_parts_is_read(boundary: str, write: str) -> None:
    """As browsers write it with FormData; the boundary keeps its capitals."""
    body = multipart(("a", b"1"), ("b", "ä\r\nb".encode()), ("c", b""), boundary=boundary)
    content_type = f"Multipart/Form-Data; boundary={write.format(boundary)}"
    assert read("", body, content_type) == {"a": "1", "b": "ä\r\nb"}


def test_a_file_in_a_form_is_no_parameter() -> None:
    """Its bytes are not read as a text."""
    body = (
        b"--xYzZY\r\nContent-Disposition: form-data; "
        b'name="filename"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n'
        b'--xYzZY\r\nContent-Disposition: form-data; name="size"\r\n\r\n5\r\n--xYzZY--\r\n'
    )
    assert read("", body, MULTIPART) == {"size": "5"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, b""),
        (MULTIPART, b"no form"),
        (MULTIPART, b"--xYzZY\r\n\r\n"),
        (MULTIPART, multipart(("a", b"1"), boundary="another")),
        ("multipart/form-data", multipart(("a", b"1"))),
        ("multipart/form-data; boundary=", multipart(("a", b"1"))),
        (f"multipart/form-data; boundary={BOUNDARY}", multipart(("a", b"1"))),
        (FORM, b""),
        (FORM, b"\xff\xfe\0"),
        (FORM, b"&&&==&"),
    ],
)
def test_a_broken_form_holds_no_parameters(content_type: str, body: bytes) -> None:
    """The query still counts: an answer can say what is missing."""
    found = read("api_key=1", body, content_type)
    assert found["api_key"] == "1"
    assert "a" not in found


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON", f"{JSON}; charset=utf-8"])
def test_a_json_object_is_read(content_type: str) -> None:
    """Its values keep their types; the empty ones do not count."""
    given_values = {
        "filename": "ä.png", "size": 5, "zero": 0, "no": False, "yes": True, "list": [], "map": {},
        "float": 1.5, "nothing": None, "empty": "", "blank": " ",
    }  # fmt: skip
    expected = {
        name: value for name, value in given_values.items() if name not in {"nothing", "empty"}
    }
    found = read("", json.dumps(given_values).encode(), content_type)
    assert found == expected
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in expected.items()
    }


@pytest.mark.parametrize("content_type", [FORM, JSON, MULTIPART])
def test_the_body_wins_over_the_query(content_type: str) -> None:
    """By name; an empty value in the body leaves the query's."""
    bodies = {
        FORM: b"a=body&b=",
        JSON: b'{"a": "body", "b": ""}',
        MULTIPART: multipart(("a", b"body"), ("b", b"")),
    }
    found = read("a=query&b=query&c=query", bodies[content_type], content_type)
    assert found == {"a": "body", "b": "query", "c": "query"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/jsonx",
        "text/json",
        "application/octet-stream",
        ";",
        "\0",
    ],
)
def test_bodies_of_other_types_hold_no_parameters(content_type: str | None) -> None:
    """They are not guessed at."""
    assert read("a=1", b'{"b": "2"}', content_type) == {"a": "1"}
    assert read("a=1", b"b=2", content_type) == {"a": "1"}


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true", b"NaN", b'[{"a": 1}]'])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    """400 in words."""
    with pytest.raises(BadRequest, match=r"^the body is no JSON object$"):
        read("a=1", body, JSON)


BROKEN: list[bytes] = [
    b"",
    b" ",
    b"{",
    b'{"a": 1',
    b'{"a": 1} x',
    b"{'a': 1}",
    b'{"a": \xff}',
    b'{"a": "\n"}',
    b"\0",
    b"a=1",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a": ' + b"1" * 5000 + b"}",
]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: ascii(body[:20]))
@pytest.mark.parametrize("reader", [read_json, lambda body: read("a=1", body, JSON)])
def test_what_is_no_json_is_refused(reader: Callable[[bytes], Any], body: bytes) -> None:
    """Broken syntax and UTF-8, nesting without end, numbers that Python does not take."""
    with pytest.raises(BadRequest, match=r"^the body is no JSON$") as caught:
        reader(body)
    assert caught.value.status == 400


@given(st.binary() | st.text().map(str.encode), st.sampled_from([FORM, JSON, MULTIPART, "x/y"]))
def test_any_body_is_read_or_refused(body: bytes, content_type: str) -> None:
    """Never another error."""
    try:
        found = read("api_key=1", body, content_type)
    except BadRequest:
        assert content_type == JSON
    else:
        assert "api_key" in found
        assert all(value not in ("", None) for value in found.values())


@given(st.dictionaries(st.text(), st.text(st.characters(codec="utf-8"), min_size=1)))
def test_any_object_of_texts_is_read(values: dict[str, str]) -> None:
    """Letters of all scripts come as they were sent."""
    assert read("", json.dumps(values).encode(), JSON) == values
    assert read("", json.dumps(values, ensure_ascii=False).encode(), JSON) == values


def test_a_parameter_as_text() -> None:
    """A missing one is empty."""
    assert text_of({"a": "ä"}, "a") == "ä"
    assert text_of({"a": "ä"}, "b") == ""


@pytest.mark.parametrize(
    "value",
    [0, 1, 1.5, True, None, [], ["a"], {}, b"a", "\ud800", "a\udfffb"],
    ids=ascii,
)
def test_a_parameter_that_is_no_text_is_refused(value: Any) -> None:
    """By name: other values of JSON, and halves of pairs that UTF-8 cannot hold."""
    assert not is_text(value)
    with pytest.raises(BadRequest, match=r"^the parameter file_path is no text$"):
        text_of({"file_path": value}, "file_path")


@pytest.mark.parametrize("body", [rb'{"a": "\ud83d"}', b'{"a": "\xed\xa0\x80"}'], ids=ascii)
def test_halves_of_pairs_in_json_are_no_texts(body: bytes) -> None:
    """Whether escaped or as bytes; a whole pair is one letter."""
    with pytest.raises(BadRequest, match=r"^the parameter a is no text$"):
        text_of(read("", body, JSON), "a")
    assert text_of(read("", rb'{"a": "\ud83d\udc68"}', JSON), "a") == "\U0001f468"


@given(st.text(st.characters(max_codepoint=0x10FFFF)))
def test_a_text_is_what_utf8_can_hold(value: str) -> None:
    """No more and no less."""
    try:
        value.encode()
    except UnicodeEncodeError:
        assert not is_text(value)
    else:
        assert is_text(value)
