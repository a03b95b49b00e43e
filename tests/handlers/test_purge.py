"""DELETE /r/<object key>, and what /delete_file and /delete_files do about stored thumbnails."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from tornado.web import Application

from tests.handlers.conftest import Fetch, error_of
from thumbor_renuo.delivery import purge
from thumbor_renuo.errors import StorageError
from thumbor_renuo.handlers.purge import MOST_TOLD, PurgeHandler
from thumbor_renuo.s3 import objects

BEARER = {"Authorization": "Bearer 98765"}
FOLDER = "o/foobar-develop/"
HAT, CAP = FOLDER + "ab/ä hat.jpg", FOLDER + "ab/cap.jpg"
VARIANTS = ["300x300/smart@auto-webp", "p:card@webp"]


def fill(bucket: Any, *keys: str) -> None:
    """Originals with two stored thumbnails each."""
    for key in keys:
        bucket.put_object(Key=key, Body=b"original")
        for variant in VARIANTS:
            bucket.put_object(Key=f"r/{key}/~/{variant}", Body=b"thumbnail")


def lie(bucket: Any, prefix: str = "") -> list[str]:
    """The keys below a prefix."""
    return [one.key for one in bucket.objects.filter(Prefix=prefix)]


def refuse(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """Let S3 refuse to delete what ends so."""
    delete_many = objects.delete_many

    async def refusing(bucket: Any, keys: list[str]) -> dict[str, str]:
        await delete_many(bucket, [key for key in keys if not key.endswith(ending)])
        return {key: "AccessDenied" for key in keys if key.endswith(ending)}

    monkeypatch.setattr(objects, "delete_many", refusing)


async def delete_files(fetch: Fetch, **asked: Any) -> dict[str, Any]:
    """The answer of /delete_files."""
    headers = {**BEARER, "Content-Type": "application/json"}
    response = await fetch("/delete_files", "POST", headers=headers, body=json.dumps(asked))
    assert response.code == 200, response.body
    answer: dict[str, Any] = json.loads(response.body)
    return answer


# -- DELETE /r/ -----------------------------------------------------------------------------------


async def test_all_variants_are_purged(fetch: Fetch, bucket: Any) -> None:
    """The answer names them; the original and other thumbnails stay; again does no harm."""
    fill(bucket, HAT, CAP)
    response = await fetch("/r/" + quote(HAT), "DELETE", headers=BEARER)
    assert response.code == 200
    assert json.loads(response.body) == {
        "deleted": 2, "variants": VARIANTS, "failed": [], "more": False,
    }  # fmt: skip
    assert response.headers["Cache-Control"] == "no-store"
    assert lie(bucket, "r/") == [f"r/{CAP}/~/{variant}" for variant in VARIANTS]
    assert set(lie(bucket, "o/")) == {HAT, CAP}
    again = await fetch("/r/" + quote(HAT), "DELETE", headers=BEARER)
    assert json.loads(again.body) == {"deleted": 0, "variants": [], "failed": [], "more": False}


async def test_the_old_way_to_prove_who_one_is(fetch: Fetch, bucket: Any) -> None:
    """Parameters instead of the header."""
    fill(bucket, CAP)
    query = "?api_key=12345678&private_api_key=98765"
    response = await fetch(f"/r/{CAP}{query}", "DELETE")
    assert json.loads(response.body)["deleted"] == 2


async def test_an_answer_is_bounded(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that some are left, and names no more than the first."""
    fill(bucket, CAP)
    monkeypatch.setattr(purge, "MOST_PURGED", 1)
    monkeypatch.setattr("thumbor_renuo.handlers.purge.MOST_TOLD", 1)
    assert MOST_TOLD == 1000
    bounded = objects.list_page

    async def page(*arguments: Any, **more: Any) -> Any:
        return await bounded(*arguments, **more, limit=1)

    monkeypatch.setattr(objects, "list_page", page)
    answers = [
        json.loads((await fetch(f"/r/{CAP}", "DELETE", headers=BEARER)).body) for _ in range(2)
    ]
    assert [answer["more"] for answer in answers] == [True, False]
    assert [answer["variants"] for answer in answers] == [[VARIANTS[0]], [VARIANTS[1]]]


async def test_what_s3_refuses_is_told(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name and with S3's code; the others are gone."""
    fill(bucket, CAP)
    refuse(monkeypatch, "@webp")
    answer = json.loads((await fetch(f"/r/{CAP}", "DELETE", headers=BEARER)).body)
    assert answer["failed"] == [
        {"variant": "p:card@webp", "message": "the storage refused (AccessDenied)"}
    ]
    assert (answer["deleted"], answer["variants"]) == (1, [VARIANTS[0]])


@pytest.mark.parametrize(("key", "code"), [
    ("o/other-live/ab/cap.jpg", 404), ("o/foobar-develop2/ab/cap.jpg", 404),
    ("o/foobar-develop/../other-live/ab/cap.jpg", 400), ("o/foobar-develop/%2e%2e/x", 400),
    ("o/foobar-develop%2F..%2Fother-live/ab/cap.jpg", 400), ("o/foobar-develop/", 400),
    ("o/foobar-develop", 400), ("", 400), ("r/o/foobar-develop/ab/cap.jpg", 400),
    ("o/foobar-develop/ab//cap.jpg", 400), ("o/foobar-develop/ab/cap.jpg/", 400),
    ("o/foobar-develop/a%00b", 400), ("o/foobar-develop/%ff", 400), ("x" * 1100, 400),
])  # fmt: skip
async def test_nothing_of_others_is_purged(fetch: Fetch, bucket: Any, key: str, code: int) -> None:
    """Neither another app's thumbnails nor a whole folder: an error, and all is as it was."""
    fill(bucket, CAP, "o/other-live/ab/cap.jpg", "o/foobar-develop2/ab/cap.jpg")
    before = lie(bucket)
    response = await fetch("/r/" + key, "DELETE", headers=BEARER)
    assert response.code == code, response.body
    assert error_of(response)
    assert lie(bucket) == before


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer 12345678"}, {"Authorization": "Basic 98765"},
])  # fmt: skip
@pytest.mark.options(RATE_LIMIT_WRONG_KEYS="off")
async def test_without_the_private_key_nothing_is_purged(
    fetch: Fetch, bucket: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """403, and all is as it was."""

    async def at_once(_self: object) -> None:
        pass

    monkeypatch.setattr("thumbor_renuo.rate_limit.WrongKeys._delay", at_once)
    fill(bucket, CAP)
    before = lie(bucket)
    response = await fetch(f"/r/{CAP}", "DELETE", headers=headers)
    assert (response.code, error_of(response)["error"]) == (403, "forbidden")
    assert lie(bucket) == before


# -- with the original ----------------------------------------------------------------------------


async def test_a_deleted_file_takes_its_thumbnails_along(fetch: Fetch, bucket: Any) -> None:
    """Only its own; whoever asks again gets 204 again."""
    fill(bucket, HAT, CAP)
    path = quote("ab/ä hat.jpg")
    for _ in range(2):
        response = await fetch(f"/delete_file?file_path={path}", "DELETE", headers=BEARER)
        assert (response.code, response.body) == (204, b"")
        assert set(lie(bucket)) == {CAP, *(f"r/{CAP}/~/{variant}" for variant in VARIANTS)}


async def test_the_original_goes_first(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a thumbnail that is being made could be stored after the purge, and stay."""
    fill(bucket, CAP)
    stood: list[bool] = []
    list_page = objects.list_page

    async def page(*arguments: Any, **more: Any) -> Any:
        stood.append(CAP in lie(bucket))
        return await list_page(*arguments, **more)

    monkeypatch.setattr(objects, "list_page", page)
    await fetch("/delete_file?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
    await delete_files(fetch, file_paths=["ab/cap.jpg"])
    assert stood == [False, False]


async def test_thumbnails_that_stay_are_an_error(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client asks again, although the file is gone already, and then all is gone."""
    fill(bucket, CAP)
    with monkeypatch.context() as patch:
        refuse(patch, "@webp")
        response = await fetch("/delete_file?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
        assert (response.code, error_of(response)["error"]) == (502, "storage_error")
    response = await fetch("/delete_file?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
    assert (response.code, lie(bucket)) == (204, [])


@pytest.mark.parametrize("path", ["/delete_file", "/delete_files", "/r/"])
async def test_a_storage_that_fails_in_between_is_an_error(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """502, so that the client asks again."""
    fill(bucket, CAP)

    async def down(*_arguments: Any, **_more: Any) -> Any:
        raise StorageError("the storage cannot be reached")

    monkeypatch.setattr(objects, "list_page", down)
    headers = {**BEARER, "Content-Type": "application/json"}
    if path == "/delete_file":
        response = await fetch(f"{path}?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
    elif path == "/r/":
        response = await fetch(path + CAP, "DELETE", headers=BEARER)
    else:
        body = json.dumps({"file_paths": ["ab/cap.jpg"]})
        response = await fetch(path, "POST", headers=headers, body=body)
    assert (response.code, error_of(response)["error"]) == (502, "storage_error")


@pytest.mark.parametrize("asked", [
    {"file_paths": ["ab/ä hat.jpg", "ab/cap.jpg", "no/such.jpg"]}, {"prefix": "ab/"},
])  # fmt: skip
async def test_many_deleted_files_take_their_thumbnails_along(
    fetch: Fetch, bucket: Any, asked: dict[str, Any]
) -> None:
    """By name or by folder; neighbours keep theirs."""
    near = [FOLDER + "abc/cap.jpg", "o/other-live/ab/cap.jpg"]
    fill(bucket, HAT, CAP, *near)
    answer = await delete_files(fetch, **asked)
    assert (answer["failed"], answer["more"]) == ([], False)
    assert answer["deleted"] == len(asked.get("file_paths", [1, 2]))
    assert len(lie(bucket)) == 6
    assert all(any(key in lies for key in near) for lies in lie(bucket))


@pytest.mark.parametrize("asked", [{"file_paths": ["ab/cap.jpg"]}, {"prefix": "ab/"}])
async def test_many_say_whose_thumbnails_stay(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    """Under the file's own path, once."""
    fill(bucket, CAP)
    bucket.put_object(Key=f"r/{CAP}/~/9x9@webp", Body=b"thumbnail")
    refuse(monkeypatch, "@webp")
    answer = await delete_files(fetch, **asked)
    message = "the storage refused to delete its thumbnails (AccessDenied)"
    assert answer == {
        "deleted": 1,
        "failed": [{"file_path": "ab/cap.jpg", "message": message}],
        "more": False,
    }


async def test_more_thumbnails_than_one_request_takes(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`more`, although the files are gone; to ask again deletes the rest."""
    fill(bucket, HAT, CAP)
    monkeypatch.setattr(purge, "MOST_PURGED", 1)
    monkeypatch.setattr(purge, "AT_ONCE", 1)
    paths = {"file_paths": ["ab/ä hat.jpg", "ab/cap.jpg"]}
    assert (await delete_files(fetch, **paths))["more"] is True
    assert len(lie(bucket)) == 2
    assert (await delete_files(fetch, **paths))["more"] is False
    assert lie(bucket) == []


@pytest.mark.options(STORE_DERIVATIVES="false")
async def test_where_nothing_is_stored_nothing_is_looked_for(
    fetch: Fetch, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does an access key need to list the bucket in order to delete."""
    fill(bucket, CAP)

    async def refused(*_arguments: Any, **_more: Any) -> Any:
        pytest.fail("it listed the bucket")

    monkeypatch.setattr(objects, "list_page", refused)
    response = await fetch("/delete_file?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
    assert response.code == 204
    assert (await delete_files(fetch, file_paths=["ab/cap.jpg"]))["deleted"] == 1


@pytest.mark.options(MEMORY_CACHE_SECONDS="60")
@pytest.mark.parametrize("way", ["/delete_file", "/delete_files", "/r/"])
async def test_the_process_forgets_at_once(
    fetch: Fetch, bucket: Any, app: Application, way: str
) -> None:
    """What it has in memory of the original is not served any more; of others it is."""
    fill(bucket, CAP)
    (rule,) = [one for one in app.wildcard_router.rules if one.target is PurgeHandler]
    recent = rule.target_kwargs["services"].recent
    recent.put("cap", "a thumbnail", 1, group=CAP)
    recent.put("hat", "a thumbnail", 1, group=HAT)
    if way == "/delete_file":
        await fetch(f"{way}?file_path=ab/cap.jpg", "DELETE", headers=BEARER)
    elif way == "/delete_files":
        await delete_files(fetch, file_paths=["ab/cap.jpg"])
    else:
        await fetch(way + CAP, "DELETE", headers=BEARER)
    assert (recent.get("cap"), recent.get("hat")) == (None, "a thumbnail")
    recent.forget(HAT)
