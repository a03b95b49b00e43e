"""Parameters that no client of good will sends: a 4xx that names them, never a 500."""

import json
from typing import Any

import pytest

from tests.handlers.conftest import Fetch, error_of

BEARER = {"Authorization": "Bearer 98765"}
JSON = {"Content-Type": "application/json"}
HALF = "a/\ud800/"  # half of a surrogate pair: JSON can hold it, UTF-8 cannot
KEY = "o/foobar-develop/a/b.txt"
pytestmark = pytest.mark.usefixtures("bucket")


@pytest.mark.parametrize("digits", [
    "0000000019999999999999", "000000001" + "0" * 4400, "9" * 5000, "604801", "0", "-1", "1.0",
    "1e3", " 1", "\u0661",
])  # fmt: skip
@pytest.mark.parametrize(
    ("path", "name"), [(f"/files/{KEY}", "expires_in"), ("/list_files", "limit")]
)
async def test_numbers_have_as_many_digits_as_their_bound(
    fetch: Fetch, bucket: Any, path: str, name: str, digits: str
) -> None:
    """Neither leading zeros nor thousands of digits come through."""
    bucket.put_object(Key=KEY, Body=b"x")
    body = json.dumps({name: digits})
    response = await fetch(path, headers=BEARER | JSON, body=body)
    assert response.code == 400, response.body
    assert name in error_of(response)["message"]


@pytest.mark.parametrize(("method", "path", "given"), [
    ("DELETE", "/delete_file", {"file_path": HALF + "b"}),
    ("POST", "/delete_files", {"file_paths": ["a/b", HALF + "b"]}),
    ("POST", "/delete_files", {"prefix": HALF}),
    ("GET", "/list_files", {"prefix": HALF}),
    ("GET", "/list_files", {"prefix": HALF, "limit": 5}),
    ("GET", "/list_files", {"cursor": HALF}),
])  # fmt: skip
async def test_what_utf8_cannot_hold_is_no_text(
    fetch: Fetch, method: str, path: str, given: dict[str, Any]
) -> None:
    """No key has it, and S3 is not asked."""
    response = await fetch(path, method, headers=BEARER | JSON, body=json.dumps(given))
    assert response.code == 400, response.body
    assert next(iter(given)) in error_of(response)["message"]
