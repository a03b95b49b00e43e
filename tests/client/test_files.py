"""thumbor_renuo.client.files: an app's stored files."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any
from urllib.parse import unquote

import pytest

from tests.client.conftest import API_KEY, APP, FILE_PATH, INFO, KEY, PREFIX, make_client
from tests.client.stub_server import Reply, StubServer
from thumbor_renuo.client import (
    BadAnswer,
    Client,
    Deleted,
    DeleteIncomplete,
    FailedDelete,
    FileDetails,
    NotFound,
    StoredFile,
)

NOW = "2026-11-25T12:00:00Z"
NONE_LEFT = {"deleted": 0, "failed": [], "more": False}
DETAILS = {
    "key": KEY,
    "file_path": FILE_PATH,
    "size": 22931,
    "content_type": "image/jpeg",
    "etag": '"abc"',
    "created_at": NOW,
    "public_url": f"//cdn.example.com/{KEY}",
    "thumbnail_url_template": f"//cdn.example.com/t/{{options}}/u/{KEY}",
    "metadata": {"app": APP},
}


def entry(number: int, **changes: Any) -> dict[str, Any]:
    """A file of a listing."""
    key = f"o/{APP}/{PREFIX}/{number}.jpg"
    made = {"name": str(number), "filetype": "jpg", "url": key, "created_at": NOW, "size": number}
    return made | changes


def page(numbers: range, cursor: str = "") -> Reply:
    """A page of a listing, with the cursor of the next."""
    headers = {"X-Next-Cursor": cursor} if cursor else {}
    return Reply(json=[entry(number) for number in numbers], headers=headers)


# -- list -----------------------------------------------------------------------------------------


def test_a_listing_follows_its_cursors(server: StubServer, client: Client) -> None:
    """Page after page, with what the service gave as cursor, until it gives none."""
    server.reply(page(range(2), "c+/=1"), page(range(2, 4), "c2"), page(range(4, 5)))
    assert [file.size for file in client.list("qstu/ä", page_size=2)] == [0, 1, 2, 3, 4]
    assert {r.path for r in server.requests} == {"/list_files"}
    common = {"prefix": "qstu/ä", "limit": "2", "api_key": API_KEY}
    assert [r.query for r in server.requests] == [
        common,
        {**common, "cursor": "c+/=1"},
        {**common, "cursor": "c2"},
    ]


def test_a_page_is_asked_for_when_it_is_reached(server: StubServer, client: Client) -> None:
    """Who stops reading causes no more requests."""
    server.reply(page(range(2), "c1"), page(range(2, 4)))
    files = client.list()
    assert server.requests == []
    assert [next(files).size, next(files).size] == [0, 1]
    assert len(server.requests) == 1
    assert next(files).size == 2
    assert len(server.requests) == 2


def test_a_page_in_between_may_be_empty(server: StubServer, client: Client) -> None:
    """Only a missing cursor ends a listing."""
    server.reply(page(range(1), "c1"), page(range(0), "c2"), page(range(1, 2)))
    assert [file.size for file in client.list()] == [0, 1]


def test_a_cursor_that_comes_twice_ends_it(server: StubServer, client: Client) -> None:
    """A listing that turns in a circle is not read for ever."""
    server.reply(page(range(1), "a"), page(range(1), "b"), page(range(1), "a"))
    with pytest.raises(BadAnswer, match="no end"):
        list(islice(client.list(), 10))
    assert len(server.requests) == 3


def test_a_file_is_what_was_told(server: StubServer, client: Client) -> None:
    """All fields, and the path that apps keep."""
    server.reply(Reply(json=[entry(7, name="Ümlaut ß", created_at="2026-11-25T13:00:00+01:00")]))
    (file,) = client.list()
    key = f"o/{APP}/{PREFIX}/7.jpg"
    at = datetime(2026, 11, 25, 13, tzinfo=timezone(timedelta(hours=1)))
    assert file == StoredFile(key, "Ümlaut ß", "jpg", 7, at)
    assert file.file_path == f"{PREFIX}/7.jpg"


def test_a_time_without_a_zone_is_utc(server: StubServer, client: Client) -> None:
    """A time that is read always has a zone."""
    server.reply(Reply(json=[entry(7, created_at="2026-11-25T12:00:00")]))
    assert next(client.list()).created_at == datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"url": None}, "url"),
        ({"size": "7"}, "size"),
        ({"size": False}, "size"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": 7}, "created_at"),
    ],
)
def test_a_file_that_lacks_something_is_a_bad_answer(
    server: StubServer, client: Client, changes: dict[str, Any], name: str
) -> None:
    """The field is named."""
    server.reply(Reply(json=[entry(7, **changes)]))
    with pytest.raises(BadAnswer, match=f"'{name}'"):
        list(client.list())


def test_a_prefix_is_a_text(client: Client) -> None:
    """No prefix is an empty one."""
    with pytest.raises(ValueError, match="the prefix"):
        client.list(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1001, -1, 1.5, "7"])
def test_a_page_size_has_bounds(client: Client, size: int) -> None:
    """It is refused at once, not when the first file is read."""
    with pytest.raises(ValueError, match="from 1 to 1000"):
        client.list(page_size=size)


# -- look -----------------------------------------------------------------------------------------


def test_details(server: StubServer, client: Client) -> None:
    """All that the service tells of a file."""
    server.reply(Reply(json=DETAILS))
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert client.file(KEY) == FileDetails(**{**DETAILS, "created_at": at})
    assert server.requests[0].path == f"/files/{KEY}"


def test_a_key_is_quoted_once(server: StubServer, client: Client) -> None:
    """Whatever a name holds, the path decodes to the key."""
    server.reply(Reply(json=DETAILS))
    key = f"o/{APP}/a b/ä?#%41+&=.jpg"
    client.file(key)
    assert unquote(server.requests[0].path) == f"/files/{key}"
    assert server.requests[0].query == {"api_key": API_KEY}


def test_a_file_path_is_looked_up_in_the_app(server: StubServer, client: Client) -> None:
    """The app's name is asked for where it is needed."""
    server.reply(Reply(json=INFO), Reply(json=DETAILS))
    client.file(FILE_PATH)
    client.file(FILE_PATH)
    assert [r.path for r in server.requests] == [f"/apps/{API_KEY}", *[f"/files/{KEY}"] * 2]


def test_a_given_app_is_not_asked_for(server: StubServer, pauses: list[float]) -> None:
    """Who names the app saves the question, and needs no API key."""
    server.reply(Reply(json=DETAILS))
    make_client(server, pauses, app=APP, api_key=None).file(FILE_PATH)
    assert [r.target for r in server.requests] == [f"/files/{KEY}"]


def test_a_missing_file(server: StubServer, client: Client) -> None:
    """It is a NotFound."""
    server.reply(Reply(404, json={"error": "not_found", "message": "there is no such file"}))
    with pytest.raises(NotFound, match="there is no such file"):
        client.file(KEY)


def test_a_signed_url(server: StubServer, client: Client) -> None:
    """It is asked for with its lifetime, and given back as it is."""
    server.reply(Reply(json={**DETAILS, "signed_url": "https://bucket/x?X-Amz-Signature=1"}))
    assert client.signed_url(KEY, seconds=60) == "https://bucket/x?X-Amz-Signature=1"
    assert server.requests[0].query == {"expires_in": "60", "api_key": API_KEY}


def test_a_signed_url_that_is_missing(server: StubServer, client: Client) -> None:
    """An answer without it is a bad one."""
    server.reply(Reply(json=DETAILS))
    with pytest.raises(BadAnswer, match="'signed_url'"):
        client.signed_url(KEY)


@pytest.mark.parametrize("seconds", [0, -1, 604_801, 1.5])
def test_the_lifetime_of_a_signed_url_has_bounds(client: Client, seconds: int) -> None:
    """They are S3's."""
    with pytest.raises(ValueError, match="from 1 to 604800"):
        client.signed_url(KEY, seconds=seconds)


@pytest.mark.parametrize("key", ["o/app", "o/app/../x", "q/app/ab12/x", "", None])
def test_what_is_no_key_is_not_asked_for(server: StubServer, pauses: list[float], key: str) -> None:
    """Nothing is sent."""
    with pytest.raises(ValueError):
        make_client(server, pauses, app=APP).file(key)
    assert server.requests == []


# -- delete ---------------------------------------------------------------------------------------


def test_delete(server: StubServer, client: Client) -> None:
    """204 is what was promised; a file path needs no question."""
    server.reply(Reply(204))
    client.delete("ab12/a b+ä.jpg")
    request = server.requests[0]
    assert (request.method, request.path) == ("DELETE", "/delete_file")
    assert request.query == {"file_path": "ab12/a b+ä.jpg", "api_key": API_KEY}


def test_delete_by_object_key(server: StubServer, pauses: list[float]) -> None:
    """An object key of the app is its path in the app's folder."""
    server.reply(Reply(204))
    make_client(server, pauses, app=APP).delete(KEY)
    assert server.requests[0].query["file_path"] == FILE_PATH


@pytest.mark.parametrize("key", ["o/shop/ab12/x", "o/shop-live-2/ab12/x", "q/shop-live/ab12/x"])
def test_another_app_s_file_is_not_deleted(
    server: StubServer, pauses: list[float], key: str
) -> None:
    """The same path in one's own folder is another file."""
    client = make_client(server, pauses, app=APP)
    with pytest.raises(ValueError):
        client.delete(key)
    with pytest.raises(ValueError):
        client.delete_many([key])
    with pytest.raises(ValueError):
        client.delete_prefix(f"{key}/")
    assert server.requests == []


def test_a_wrong_status_is_no_deletion(server: StubServer, client: Client) -> None:
    """A page that a proxy answers with 200 deletes nothing."""
    server.reply(Reply(200, body=b"<html>"))
    with pytest.raises(BadAnswer, match="is not 204"):
        client.delete(FILE_PATH)


def test_delete_many(server: StubServer, client: Client) -> None:
    """A thousand at a time, from any iterable; the results are added up."""
    failed = {"file_path": "ab12/7", "message": "the storage refused (SlowDown)"}
    server.reply(
        Reply(json={"deleted": 1000, "failed": [], "more": False}),
        Reply(json={"deleted": 999, "failed": [failed], "more": False}),
        Reply(json={"deleted": 1, "failed": [], "more": False}),
    )
    paths = [f"ab12/{number}" for number in range(2001)]
    assert client.delete_many(iter(paths)) == Deleted(2000, (FailedDelete(**failed),))
    assert [len(r.json["file_paths"]) for r in server.requests] == [1000, 1000, 1]
    assert [path for r in server.requests for path in r.json["file_paths"]] == paths
    assert {r.json["api_key"] for r in server.requests} == {API_KEY}
    assert {r.headers["Content-Type"] for r in server.requests} == {"application/json"}


def test_delete_many_long_paths(server: StubServer, client: Client) -> None:
    """No body is larger than the service takes."""
    server.reply(Reply(json={"deleted": 1, "failed": [], "more": False}))
    client.delete_many(f"ab12/{number}/" + "\\" * 1000 for number in range(600))
    assert len(server.requests) == 2
    assert all(r.size < 1_050_000 for r in server.requests)
    assert max(r.size for r in server.requests) > 900_000


def test_delete_many_of_none(server: StubServer, client: Client) -> None:
    """No path, no request."""
    assert client.delete_many([]) == Deleted(0)
    assert server.requests == []


def test_delete_many_is_not_given_one(client: Client) -> None:
    """A text is no list of its letters."""
    with pytest.raises(ValueError, match="not one"):
        client.delete_many(FILE_PATH)


def test_delete_prefix_asks_until_nothing_is_left(server: StubServer, client: Client) -> None:
    """It counts what each answer says."""
    server.reply(
        Reply(json={"deleted": 10_000, "failed": [], "more": True}),
        Reply(json={"deleted": 7, "failed": [], "more": False}),
    )
    assert client.delete_prefix("ab12/ä/") == 10_007
    assert [r.json for r in server.requests] == [{"prefix": "ab12/ä/", "api_key": API_KEY}] * 2


def test_delete_prefix_that_was_empty(server: StubServer, client: Client) -> None:
    """Nothing to delete is no fault."""
    server.reply(Reply(json=NONE_LEFT))
    assert client.delete_prefix("ab12/") == 0


def test_delete_prefix_tells_what_is_left(server: StubServer, client: Client) -> None:
    """Files that could not be deleted end it: asked again, they would come again."""
    failed = {"file_path": "ab12/7", "message": "the storage refused (AccessDenied)"}
    server.reply(
        Reply(json={"deleted": 10_000, "failed": [], "more": True}),
        Reply(json={"deleted": 9_999, "failed": [failed], "more": True}),
    )
    with pytest.raises(DeleteIncomplete, match="AccessDenied") as caught:
        client.delete_prefix("ab12/")
    assert caught.value.deleted == 19_999
    assert caught.value.failed == (FailedDelete(**failed),)
    assert len(server.requests) == 2


def test_delete_prefix_without_progress_ends(server: StubServer, client: Client) -> None:
    """More is left, and nothing was deleted: there is no use in asking for ever."""
    server.reply(Reply(json={"deleted": 0, "failed": [], "more": True}))
    with pytest.raises(DeleteIncomplete, match="nothing more is deleted"):
        client.delete_prefix("ab12/")
    assert len(server.requests) == 1


@pytest.mark.parametrize("prefix", ["", "/", "ab12", "o/shop-live/", "../", "ab12//", "a\n/", None])
def test_what_is_no_folder_is_not_deleted(
    server: StubServer, pauses: list[float], prefix: str
) -> None:
    """A part of a name would delete others, and nothing would delete all."""
    with pytest.raises(ValueError):
        make_client(server, pauses, app=APP).delete_prefix(prefix)
    assert server.requests == []


@pytest.mark.parametrize(
    "answer", [{}, {**NONE_LEFT, "failed": None}, {**NONE_LEFT, "deleted": "7"}, [], "x"]
)
def test_a_deletion_that_tells_nothing_is_a_bad_answer(
    server: StubServer, client: Client, answer: Any
) -> None:
    """It is not taken for a success."""
    server.reply(Reply(json=answer))
    with pytest.raises(BadAnswer):
        client.delete_many([FILE_PATH])
    with pytest.raises(BadAnswer):
        client.delete_prefix("ab12/")
