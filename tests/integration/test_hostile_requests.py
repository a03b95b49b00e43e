"""Raw bytes that no honest client sends: each is answered with less than 500, or not at all."""

import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.conftest import PATIENCE
from tests.integration.seeded import Seeded, seeded
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration

EXAMPLES, LONG_EXAMPLES = 500, 10_000
BEARER = b"Authorization: Bearer private-of-open"
METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS"]
ODD_METHODS = [
    b"TRACE",
    b"QUERY",
    b"get",
    b"PROPFIND",
    b"CONNECT",
    b"X" * 300,
    b"G\0T",
    b"\xff",
    b"",
]
UPPY = "/uppy/key-of-open/s3"
# What each path reads: most parameters have these names.
ROUTES = [
    ("POST", "/generate_policy", "api_key filename content_type size checksum_sha256 method"),
    ("POST", "/uploads/complete", "api_key key token private_api_key"),
    ("POST", "/delete_files", "file_paths prefix"),
    ("POST", f"{UPPY}/multipart", "filename type size metadata"),
    ("POST", f"{UPPY}/multipart/{{id}}/complete", "parts key"),
    ("DELETE", "/delete_file", "file_path"),
    ("DELETE", f"{UPPY}/multipart/{{id}}", "key"),
    ("GET", f"{UPPY}/params", "filename type size method"),
    ("GET", f"{UPPY}/multipart/{{id}}", "key"),
    ("GET", f"{UPPY}/multipart/{{id}}/1", "key"),
    ("GET", f"{UPPY}/multipart/{{id}}/batch", "partNumbers"),
    ("GET", "/list_files", "prefix limit cursor"),
    ("GET", "/files/{key}", "expires_in"),
    ("GET", "/apps/key-of-open", ""),
    ("GET", "/{key}", ""),
    ("GET", "/t/9x9/u/{key}", "callback"),
    ("GET", "/t/fit-in/9x9/filters:quality(9):fill(red)/u/{key}", ""),
    ("GET", "/t/p:card/u/{key}", ""),
    ("GET", "/thumb/u/{key}", ""),
    ("GET", "/AAAAAAAAAAAAAAAAAAAAAAAAAAA=/9x9/{key}", ""),
    ("GET", "/unsafe/9x9/{key}", ""),
    ("GET", "/ping", ""),
    ("GET", "/ready", ""),
    ("GET", "/openapi.json", ""),
    ("GET", "/client/renuo-upload.js", ""),
]
READING = [route for route in ROUTES if route[2]]
NAMES = sorted(
    {name for _, _, names in ROUTES for name in names.split()} | {"", "PartNumber", "ETag"}
)
TYPES = [
    b"application/json", b"application/json; charset=utf-16", b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"text/plain", b"application/octet-stream", b"", b"/", b"\xff/\xfe", b"application/json" * 99,
]  # fmt: skip
TEXTS = [
    "", "\0", "\ud800", "\uffff", "\U0001f600", "..", "a/../../b/", "//", "a" * 1100, "ü" * 600,
    "../bank-live/x/", "%00", "%ff", "a\r\nX: y", "${filename}", "' OR 1=1", "key-of-open",
    "image/png", "image/*", "a.jpg", "1", "0", "-1", "1e9", "0000000019999999999999", "9" * 4400,
    "NaN", "POST", "PUT", "true", "null", "{}", "1,2,3", "1," * 1100, "=" * 44, "A" * 43 + "=",
]  # fmt: skip


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A service full of uploads."""
    with seeded(tmp_path_factory.mktemp("hostile"), local_s3) as running:
        yield running


# -- what is sent ---------------------------------------------------------------------------------

texts = st.sampled_from(TEXTS) | st.text(max_size=30)
numbers = st.integers() | st.floats() | st.sampled_from([10**15, 2**63, -(2**63), 10**4000])
values = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=4)
    ),
    max_leaves=8,
)
header_values = st.binary(max_size=40) | st.sampled_from([b"", b"0", b"*", b'"', b"a, b", b"\xc3"])
header_names = st.sampled_from([
    b"Origin", b"Authorization", b"If-None-Match", b"If-Modified-Since", b"If-Match", b"If-Range",
    b"Range", b"X-Request-Id", b"X-Forwarded-For", b"Accept", b"Cookie", b"Expect", b"Host",
    b"Content-Encoding", b"Transfer-Encoding", b"Content-Length", b"Access-Control-Request-Headers",
    b"Connection", b"Upgrade", b"Content-Disposition",
]) | st.binary(max_size=9)  # fmt: skip


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """A query string or a form."""
    return urlencode(pairs, errors="surrogatepass").encode()


def in_parts(pairs: list[tuple[str, str]]) -> bytes:
    """A form of several parts."""
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode("utf-8", "replace"), value.encode("utf-8", "replace"))
        for name, value in pairs
    ]
    return b"".join(parts) + b"--x--\r\n"


def names_of(route: tuple[str, str, str]) -> st.SearchStrategy[str]:
    """Mostly those that the route reads."""
    own = route[2].split()
    return st.sampled_from(own * 20 + NAMES)


def pairs_of(route: tuple[str, str, str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Parameters, some of them twice."""
    return st.lists(st.tuples(names_of(route), texts), max_size=4)


def queries_of(route: tuple[str, str, str]) -> st.SearchStrategy[bytes]:
    """Query strings, and what is none."""
    return pairs_of(route).map(encoded) | st.sampled_from(
        [b"", b"&" * 3000, b"%", b"a=%zz", b"=", b"\xff=\xff", b"?" * 9]
    )


def bodies_of(route: tuple[str, str, str]) -> st.SearchStrategy[tuple[bytes, bytes]]:
    """Bodies with their types, and what is of no type."""
    objects = st.dictionaries(names_of(route), texts | values, min_size=1, max_size=3)
    odd = st.binary(max_size=200) | st.sampled_from(
        [b"x" * 16_385, b'{"a":1' + b"0" * 15_000 + b"}", b'{"size":1e999}', b'{"a":' * 3000]
    )
    as_json = st.tuples(st.just(TYPES[0]), objects.map(json.dumps).map(str.encode))
    return st.one_of(
        as_json,
        as_json,
        as_json,
        st.tuples(st.just(TYPES[0]), values.map(json.dumps).map(str.encode)),
        st.tuples(st.just(TYPES[2]), pairs_of(route).map(encoded)),
        st.tuples(st.just(TYPES[3]), pairs_of(route).map(in_parts)),
        st.tuples(st.sampled_from(TYPES), odd),
    )


@st.composite
def spoiled(draw: st.DrawFn, path: bytes) -> bytes:
    """A path, with something of it replaced by what does not belong there."""
    odd = draw(
        st.sampled_from(TEXTS).map(lambda text: quote(text, errors="surrogatepass").encode())
        | st.binary(max_size=9)
        | st.sampled_from([b"%2F", b"%2e%2e", b"%", b"%ZZ", b"%ED%A0%80", b"#", b"//", b"+"])
    )
    begin = draw(st.integers(0, len(path)))
    end = draw(st.integers(begin, len(path)))
    return path[:begin] + odd + path[end:]


@st.composite
def requests_of(draw: st.DrawFn, world: dict[str, str]) -> bytes:
    """A whole request of which one thing or everything is odd.

    What is well but for one thing comes further than what is odd throughout.
    """
    route = draw(st.sampled_from([*ROUTES, *READING, *READING]))
    odd = draw(st.sampled_from(["body", "query", "body", "path", "headers", "line", "body", "all"]))
    method, target = route[0].encode(), route[1].format(**world).encode()
    version, kind, body, more = b"HTTP/1.1", b"", b"", []
    if odd in {"path", "all"}:
        target = draw(spoiled(target))
    query = [world["query"].encode()] if "{id}" in route[1] else []
    if odd in {"query", "all"}:
        query.append(draw(queries_of(route)))
    if odd in {"body", "all"}:
        kind, body = draw(bodies_of(route))
    if odd in {"headers", "all"}:
        headers = st.tuples(header_names, header_values)
        more = [name + b": " + value for name, value in draw(st.lists(headers, max_size=3))]
    length = len(body)
    if odd in {"line", "all"}:
        method = draw(st.sampled_from([*METHODS, *ODD_METHODS]))
        version = draw(st.sampled_from([b"HTTP/1.1"] * 9 + [b"HTTP/1.0", b"HTTP/2.0", b"", b"X"]))
        length += draw(st.sampled_from([0, 0, 0, 1, -1, 10**6, -(10**9)]))
    line = b" ".join([method, target + b"?" + b"&".join(filter(None, query)), version])
    headers = [b"Host: a", b"Connection: close", BEARER, b"Content-Type: " + kind]
    return b"\r\n".join([line, *headers, b"Content-Length: %d" % length, *more, b"", body])


# -- what is answered -----------------------------------------------------------------------------


def answer_to(request: bytes, port: int) -> bytes:
    """Send and read to the end; a connection that stays open and silent is a fault."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        try:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
        except OSError:  # it was refused before it was read
            pass
        received = b""
        try:
            while chunk := client.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
        return received


def check(request: bytes, answer: bytes) -> None:
    """Nothing, or a whole answer below 500 whose error is worded."""
    if not answer:
        return
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(re.fullmatch(rb"HTTP/1\.1 ([0-9]{3}) [^\r\n]*", head.split(b"\r\n")[0])[1])
    assert status < 500, answer[:1000]
    assert b"Traceback" not in answer
    is_json = b"content-type: application/json" in head.lower()
    if status >= 400 and is_json and body and body != b"Invalid request.":
        told = json.loads(body)
        assert {"error", "message"} <= set(told) <= {"error", "message", "limit"}


def attack(service: Seeded, examples: int) -> None:
    """Send so many requests; none of them leaves a stack trace in the log."""
    upload = service.begun()
    world = {
        "key": quote(service.key),
        "id": upload["uploadId"],
        "query": urlencode({"key": upload["key"]}),
    }
    began = len(service.service.text())

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests_of(world))
    def run(request: bytes) -> None:
        check(request, answer_to(request, service.service.port))

    run()
    written = service.service.text()[began:]
    assert [line for line in written.splitlines() if "Traceback" in line] == []
    assert requests.get(f"{service.url}/ready", timeout=PATIENCE).status_code == 200


def test_no_bytes_are_a_server_error(service: Seeded) -> None:
    """Paths, headers, bodies, methods and types as nobody sends them."""
    attack(service, EXAMPLES)


@pytest.mark.long
def test_ten_thousand_of_them(service: Seeded) -> None:
    """The same with 10,000 requests."""
    attack(service, LONG_EXAMPLES)


def test_names_that_xml_cannot_hold_are_deleted(service: Seeded) -> None:
    """S3's list of keys to delete is XML; a key may have what that has not."""
    headers = {"Authorization": "Bearer private-of-open"}
    for asked in ({"file_paths": ["a/\uffff", "a/\ufffe/b", "a/c"]}, {"prefix": "a/\uffff/"}):
        url = f"{service.url}/delete_files"
        answer = requests.post(url, json=asked, headers=headers, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        assert answer.json()["deleted"] == len(asked.get("file_paths", ()))
