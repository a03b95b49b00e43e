"""Uploads while S3 is down: signing goes on, all else says so, and nothing is a 500."""

import json

import pytest

from tests.conftest import API_KEY, make_settings
from tests.handlers.conftest import Fetch, error_of
from tests.ports import free_port
from thumbor_renuo.uploads.seal import Seal

KEY = "o/foobar-develop/qstu/" + "0b1c/" * 8 + "a.jpg"
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer 98765"}
UPPY = f"/uppy/{API_KEY}/s3"


def upload_id() -> str:
    """A sealed id as the service gives it out."""
    value = {"u": "id", "k": KEY, "t": "image/jpeg", "s": None, "e": 2**33}
    return Seal(make_settings(), "upload id").seal(value)


@pytest.fixture
def environment() -> dict[str, str]:
    """An S3 that nobody answers for."""
    return {"S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}


@pytest.mark.parametrize(("method", "path", "headers", "body"), [
    ("GET", "/list_files", BEARER, None),
    ("GET", "/list_files?limit=5", BEARER, None),
    ("DELETE", "/delete_file?file_path=a/b.jpg", BEARER, None),
    ("POST", "/delete_files", BEARER | JSON, {"file_paths": ["a/b.jpg"]}),
    ("POST", "/delete_files", BEARER | JSON, {"prefix": "a/"}),
    ("GET", f"/files/{KEY}", BEARER, None),
    ("POST", "/uploads/complete", BEARER | JSON, {"key": KEY}),
    ("POST", f"{UPPY}/multipart", JSON, {"filename": "a", "type": "image/png"}),
    ("GET", f"{UPPY}/multipart/{upload_id()}?key={KEY}", {}, None),
    ("DELETE", f"{UPPY}/multipart/{upload_id()}?key={KEY}", {}, None),
    ("POST", f"{UPPY}/multipart/{upload_id()}/complete?key={KEY}", JSON,
     {"parts": [{"PartNumber": 1, "ETag": '"0"'}]}),
])  # fmt: skip
async def test_what_needs_the_bucket_says_that_it_is_down(
    fetch: Fetch, method: str, path: str, headers: dict[str, str], body: object
) -> None:
    """502 in words, at once and not to be kept; a completion can be asked for again."""
    for _ in range(2):
        response = await fetch(
            path, method, headers=headers, body=json.dumps(body) if body else None
        )
        assert response.code == 502, response.body
        assert error_of(response)["error"] == "storage_error"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "path"), [
    ("POST", f"/generate_policy?api_key={API_KEY}"),
    ("POST", f"/generate_policy?api_key={API_KEY}&filename=a&content_type=image/png&size=1"),
    ("GET", f"{UPPY}/params?filename=a&type=image/png"),
    ("GET", f"{UPPY}/multipart/{upload_id()}/1?key={KEY}"),
    ("GET", f"{UPPY}/multipart/{upload_id()}/batch?key={KEY}&partNumbers=1,2"),
    ("GET", f"/apps/{API_KEY}"),
])  # fmt: skip
async def test_signing_needs_no_bucket(fetch: Fetch, method: str, path: str) -> None:
    """Signatures are arithmetic."""
    response = await fetch(path, method, body="" if method == "POST" else None)
    assert response.code == 200, response.body
