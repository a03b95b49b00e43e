"""An app's files, where S3's answers are made up."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tornado.simple_httpclient import HTTPStreamClosedError

from tests.handlers.conftest import Fetch, error_of
from thumbor_renuo.errors import StorageError
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.objects import ListedObject

BEARER = {"Authorization": "Bearer 98765"}
FOLDER = "o/foobar-develop/"
WHEN = datetime(2026, 11, 25, 12, tzinfo=UTC)


def listing(monkeypatch: pytest.MonkeyPatch, *pages: list[str] | Exception) -> list[str]:
    """Let S3 list these names, or fail; returns where each page began."""
    asked: list[str] = []

    async def list_page(*_args: Any, start_after: str = "", limit: int = 0) -> Any:
        page = pages[len(asked)]
        asked.append(start_after)
        if isinstance(page, Exception):
            raise page
        found = [ListedObject(FOLDER + name, 5, WHEN) for name in page]
        return found, len(asked) < len(pages)

    monkeypatch.setattr(objects, "list_page", list_page)
    return asked


@pytest.mark.parametrize(("name", "parts"), [
    ("a/hat.jpg", ("hat", "jpg")), ("a/hat", ("hat", "")), ("a/.png", ("", "png")),
    ("a/b.c.tar.gz", ("b.c.tar", "gz")), ("a/日本.png", ("日本", "png")),
])  # fmt: skip
async def test_a_name_is_split_at_its_dot(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch, name: str, parts: tuple[str, str]
) -> None:
    """As the old service told it, letters of all languages as they are."""
    listing(monkeypatch, [name])
    response = await fetch("/list_files", headers=BEARER)
    assert response.body.decode() == (
        f'[{{"name": "{parts[0]}", "filetype": "{parts[1]}", "url": "{FOLDER}{name}", '
        '"created_at": "2026-11-25T12:00:00Z", "size": 5}]'
    )


async def test_pages_are_joined(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page begins after the last file of the one before; no files are an empty array."""
    asked = listing(monkeypatch, ["a/1", "a/2"], ["b/3"])
    response = await fetch("/list_files", headers=BEARER)
    assert response.body.count(b'"size": 5') == 3
    assert asked == ["", FOLDER + "a/2"]
    listing(monkeypatch, [])
    assert (await fetch("/list_files", headers=BEARER)).body == b"[]"


async def test_a_listing_that_breaks_off_is_no_whole_one(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the status is out, the connection ends without the end of the answer."""
    listing(monkeypatch, ["a/1"], StorageError("down"))
    with pytest.raises(HTTPStreamClosedError):
        await fetch("/list_files", headers=BEARER)


async def test_a_listing_that_does_not_begin_is_an_error(
    fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page decides on the status."""
    listing(monkeypatch, StorageError("down"))
    response = await fetch("/list_files", headers=BEARER)
    assert (response.code, error_of(response)["error"]) == (502, "storage_error")


@pytest.mark.parametrize("query", [
    "limit=0", "limit=1001", "limit=x", "limit=-1", "limit=%D9%A3", "limit=1.5", "cursor=%00",
    "cursor=!",
    "cursor=Li4", "prefix=../", "prefix=a//", "prefix=%00", "prefix=./", f"prefix={'x' * 1100}",
])  # fmt: skip
async def test_a_wrong_page_is_named(fetch: Fetch, query: str) -> None:
    """400 in words, before S3 is asked."""
    response = await fetch(f"/list_files?{query}", headers=BEARER)
    assert response.code == 400, response.body
    assert error_of(response)["error"] in {"bad_request", "invalid_path"}


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer"}, {"Authorization": "Basic 98765"},
    {"Authorization": "Bearer 12345678"}, {"Authorization": "98765"},
])  # fmt: skip
@pytest.mark.parametrize(("method", "path", "words"), [
    ("GET", "/list_files", True), ("DELETE", "/delete_file?file_path=a", True),
    ("POST", "/delete_files", False), ("GET", f"/files/{FOLDER}a", False),
])  # fmt: skip
@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="off")
async def test_without_the_private_key_nothing_is_told(
    fetch: Fetch, headers: dict[str, str], method: str, path: str, words: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """403; in the old words where old clients ask."""
    monkeypatch.setattr("thumbor_renuo.rate_limit.WrongKeys._delay", _at_once)
    body = "" if method == "POST" else None
    response = await fetch(path, method, headers=headers, body=body)
    assert response.code == 403
    if words:
        assert response.body == b"Invalid request."
    else:
        assert error_of(response)["error"] == "forbidden"
    assert "Access-Control-Allow-Origin" not in response.headers


async def _at_once(_self: object) -> None:
    pass
