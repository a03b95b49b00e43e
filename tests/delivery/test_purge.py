"""thumbor_renuo.delivery.purge: stored thumbnails, deleted together."""

from typing import Any

import pytest

from tests.conftest import make_settings
from thumbor_renuo.delivery import purge
from thumbor_renuo.delivery.purge import Purged, purge_each, purge_wholly
from thumbor_renuo.errors import InvalidPath, NotFound, StorageError
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket, close_buckets

HAT, CAP = "r/o/shop/ab/hat.jpg/~/", "r/o/shop/ab/cap.jpg/~/"
VARIANTS = ("300x300/smart@webp", "300x300@auto", "@jpeg", "fit-in/9x9@webp")
list_page = objects.list_page


@pytest.fixture
def reader(moto_endpoint: str) -> Any:
    """How a test of this loop gets the bucket."""
    return lambda: S3Bucket.of(make_settings(S3_ENDPOINT=moto_endpoint), "uploads")


def filled(bucket: Any, *prefixes: str) -> list[str]:
    """Objects below these prefixes; their keys in S3's order."""
    keys = [prefix + variant for prefix in prefixes for variant in VARIANTS]
    for key in keys:
        bucket.put_object(Key=key, Body=b"x")
    return sorted(keys)


def lie(bucket: Any) -> list[str]:
    """All keys in the bucket."""
    return [one.key for one in bucket.objects.all()]


def small_pages(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let S3 list so few at a time."""

    async def page(*arguments: Any, **more: Any) -> Any:
        return await list_page(*arguments, **more, limit=size)

    monkeypatch.setattr(objects, "list_page", page)


def refuse(monkeypatch: pytest.MonkeyPatch, *refused: str) -> None:
    """Let S3 refuse to delete keys with these endings."""
    delete_many = objects.delete_many

    async def refusing(bucket: Any, keys: list[str]) -> dict[str, str]:
        await delete_many(bucket, [key for key in keys if not key.endswith(refused)])
        return {key: "AccessDenied" for key in keys if key.endswith(refused)}

    monkeypatch.setattr(objects, "delete_many", refusing)


@pytest.mark.parametrize("size", [1, 2, 1000])
async def test_all_below_a_prefix_and_nothing_else(
    reader: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Page by page; the original and its neighbours stay."""
    near = [
        "o/shop/ab/hat.jpg",
        "r/o/shop/ab/hat.jpg/~x",
        "r/o/shop/ab/hat.jpg2/~/@auto",
        CAP + "a",
    ]
    mine = filled(bucket, HAT)
    for key in near:
        bucket.put_object(Key=key, Body=b"x")
    small_pages(monkeypatch, size)
    purged = await purge.purge(reader(), HAT)
    assert (sorted(purged.keys), purged.failed, purged.more) == (mine, {}, False)
    assert sorted(lie(bucket)) == sorted(near)
    await close_buckets()


async def test_to_purge_again_does_no_harm(reader: Any, bucket: Any) -> None:
    """Where nothing is, nothing is deleted."""
    assert bucket.name
    assert await purge.purge(reader(), HAT) == Purged()
    await close_buckets()


@pytest.mark.parametrize("prefix", [
    "", "/", "r", "r/", "r/o", "r/o/shop", "r/o/shop/ab/hat.jpg/~", "o/shop/", "o/", "x/r/o/shop/",
])  # fmt: skip
async def test_nothing_but_derivatives_is_purged(reader: Any, bucket: Any, prefix: str) -> None:
    """What is no folder of derivatives is refused before S3 is asked."""
    keys = [*filled(bucket, HAT), "o/shop/ab/hat.jpg"]
    bucket.put_object(Key="o/shop/ab/hat.jpg", Body=b"x")
    with pytest.raises(InvalidPath, match="no thumbnails"):
        await purge.purge(reader(), prefix)
    assert sorted(lie(bucket)) == sorted(keys)
    await close_buckets()


async def test_one_call_is_bounded(
    reader: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that some are left, and as many calls as it takes delete all."""
    filled(bucket, HAT)
    small_pages(monkeypatch, 1)
    monkeypatch.setattr(purge, "MOST_PURGED", 3)
    first = await purge.purge(reader(), HAT)
    assert (first.count, first.more, len(lie(bucket))) == (3, True, 1)
    second = await purge.purge(reader(), HAT)
    assert (second.count, second.more, lie(bucket)) == (1, False, [])
    await close_buckets()


async def test_what_s3_refuses_is_told(
    reader: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With S3's own code; the others are gone."""
    filled(bucket, HAT)
    refuse(monkeypatch, "@auto")
    purged = await purge.purge(reader(), HAT)
    assert (purged.count, purged.failed) == (3, {HAT + "300x300@auto": "AccessDenied"})
    assert lie(bucket) == [HAT + "300x300@auto"]
    await close_buckets()


@pytest.mark.parametrize("is_bounded", [False, True])
async def test_wholly_or_an_error(
    reader: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch, is_bounded: bool
) -> None:
    """Whatever is left is a StorageError, so that the client asks again."""
    filled(bucket, HAT)
    with monkeypatch.context() as patch:
        if is_bounded:
            small_pages(patch, 1)
            patch.setattr(purge, "MOST_PURGED", 1)
        else:
            refuse(patch, "@auto")
        with pytest.raises(StorageError, match="not all deleted, try again"):
            await purge_wholly(reader(), HAT)
    await purge_wholly(reader(), HAT)
    assert lie(bucket) == []
    await close_buckets()


async def test_a_bucket_that_does_not_list_is_an_error(
    reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where S3_FORBIDDEN_IS_MISSING takes a refusal for a miss: nobody knows what is left."""

    async def refused(*_arguments: Any, **_more: Any) -> Any:
        raise NotFound("there is no object ")

    monkeypatch.setattr(objects, "list_page", refused)
    with pytest.raises(StorageError, match="does not list"):
        await purge.purge(reader(), HAT)
    await close_buckets()


async def test_many_prefixes(reader: Any, bucket: Any) -> None:
    """Each once, however often it is named."""
    mine = filled(bucket, HAT, CAP)
    kept = filled(bucket, "r/o/other/hat.jpg/~/")
    empty = [f"r/o/shop/{number}.jpg/~/" for number in range(30)]
    purged = await purge_each(reader(), [HAT, *empty, CAP, HAT])
    assert (sorted(purged.keys), purged.more) == (mine, False)
    assert lie(bucket) == kept
    assert await purge_each(reader(), []) == Purged()
    await close_buckets()


async def test_many_prefixes_are_bounded_together(
    reader: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one call leaves, the next deletes."""
    filled(bucket, HAT, CAP)
    monkeypatch.setattr(purge, "MOST_PURGED", 1)
    monkeypatch.setattr(purge, "AT_ONCE", 1)
    first = await purge_each(reader(), [HAT, CAP])
    assert (first.count, first.more) == (4, True)
    second = await purge_each(reader(), [HAT, CAP])
    assert (second.count, lie(bucket)) == (4, [])
    await close_buckets()


async def test_a_fault_ends_it_all(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An S3 that is down is not asked for each of a thousand prefixes."""
    asked: list[str] = []

    async def down(_bucket: Any, prefix: str, **_more: Any) -> Any:
        asked.append(prefix)
        raise StorageError("down")

    monkeypatch.setattr(objects, "list_page", down)
    with pytest.raises(StorageError, match="down"):
        await purge_each(reader(), [f"r/o/shop/{number}/~/" for number in range(1000)])
    assert len(asked) == purge.AT_ONCE
    await close_buckets()
