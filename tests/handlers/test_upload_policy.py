"""POST /generate_policy."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import API_KEY
from tests.handlers.conftest import Fetch, error_of

PATH = "/generate_policy"
NINE = [
    "key", "acl", "policy", "x_amz_algorithm", "x_amz_credential", "x_amz_expires",
    "x_amz_signature", "x_amz_date", "utf8",
]  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def check(response: Any) -> None:
    assert response.code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.headers["Cache-Control"] == "no-store"
    body = json.loads(response.body)
    assert list(body) == ["url", "data", "file_prefix", "file_url_path"]
    assert list(body["data"]) == NINE
    assert body["data"]["utf8"] == "✓"
    assert body["file_url_path"] == f"//cdn.example.com/o/foobar-develop/{body['file_prefix']}"
    assert body["data"]["key"] == f"o/foobar-develop/{body['file_prefix']}${{filename}}"


async def test_a_form_body_is_answered(fetch: Fetch) -> None:
    """JQuery and Ruby send the key in a form."""
    check(await fetch(PATH, "POST", body=urlencode({"api_key": API_KEY}), headers=FORM))


async def test_a_multipart_body_is_answered(fetch: Fetch) -> None:
    """FormData of a browser is read as well."""
    body = f'--x\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{API_KEY}\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    check(await fetch(PATH, "POST", body=body, headers=headers))


async def test_the_query_string_is_answered(fetch: Fetch) -> None:
    """Angular sends the key in the query, with an empty text/plain body."""
    headers = {"Content-Type": "text/plain"}
    check(await fetch(f"{PATH}?api_key={API_KEY}", "POST", body="", headers=headers))


@pytest.mark.parametrize(("origin", "allowed"), [
    ("https://shop.example", "https://shop.example"), ("null", "null"), (None, "*"),
    ("https://a.example\u00fc", "*"),
])  # fmt: skip
async def test_every_origin_may_read_the_answer(
    fetch: Fetch, origin: str | None, allowed: str
) -> None:
    """The origin is answered, or * without one; what is no origin is not echoed."""
    headers = {"Origin": origin} if origin else {}
    response = await fetch(f"{PATH}?api_key={API_KEY}", "POST", body="", headers=headers)
    assert response.headers["Access-Control-Allow-Origin"] == allowed


@pytest.mark.parametrize(
    "query", ["", "?api_key=", "?api_key=unknown", "?api_key=%ff%fe", "?api_key[]=12345678"]
)
async def test_an_unknown_key_is_refused_in_the_old_words(fetch: Fetch, query: str) -> None:
    """403, "Invalid request." with the type of JSON and readable by the page."""
    response = await fetch(PATH + query, "POST", body="", headers={"Origin": "https://a.example"})
    assert (response.code, response.body) == (403, b"Invalid request.")
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"


@pytest.mark.parametrize(("content_type", "body"), [
    ("multipart/form-data; boundary=x", b"garbage"),
    ("multipart/form-data", b"--x--"),
    ("application/x-www-form-urlencoded", b"\xff=\xfe&%%%"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(3000))),
])  # fmt: skip
async def test_a_broken_form_holds_no_key(fetch: Fetch, content_type: str, body: bytes) -> None:
    """Whatever cannot be parsed is a request without a key."""
    response = await fetch(PATH, "POST", body=body, headers={"Content-Type": content_type})
    assert response.code == 403


async def test_a_large_body_is_refused(fetch: Fetch) -> None:
    """Over 16 KiB is 413 and names the limit, with a length announced or without."""
    large = b"api_key=" + b"x" * 20_000
    announced = await fetch(PATH, "POST", body=large, headers=FORM)
    assert announced.code == 413
    assert error_of(announced)["limit"] == 16384

    async def chunks(write: Any) -> None:
        await write(large)

    chunked = await fetch(PATH, "POST", body_producer=chunks, headers=FORM)
    assert chunked.code == 413
    assert error_of(chunked)["limit"] == 16384


async def test_a_preflight_is_answered(fetch: Fetch) -> None:
    """OPTIONS allows the method and the headers that were asked for."""
    response = await fetch(PATH, "OPTIONS", headers={
        "Origin": "https://a.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "cache-control,x-requested-with",
    })  # fmt: skip
    assert response.code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "cache-control,x-requested-with"
    assert int(response.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "FOO"])
async def test_other_methods_are_refused(fetch: Fetch, method: str) -> None:
    """405 says what is allowed, in words a page may read."""
    response = await fetch(PATH, method, body=None)
    assert response.code == 405
    assert response.headers["Allow"] == "POST, OPTIONS"
    assert error_of(response)["error"] == "method_not_allowed"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_spellings_of_the_form(fetch: Fetch) -> None:
    """A type in capitals is a form too, and an empty key in it does not hide the query's."""
    headers = {"Content-Type": "Application/X-WWW-Form-Urlencoded"}
    check(await fetch(PATH, "POST", body=urlencode({"api_key": API_KEY}), headers=headers))
    check(await fetch(f"{PATH}?api_key={API_KEY}", "POST", body="api_key=", headers=FORM))
    boundary = {"Content-Type": "Multipart/Form-Data; boundary=CaSe"}
    body = f'--CaSe\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{API_KEY}\r\n--CaSe--'
    check(await fetch(PATH, "POST", body=body + "\r\n", headers=boundary))
