"""thumbor_renuo.uploads.completion: each upload is judged once, and outages judge nothing."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from tests.conftest import make_settings
from thumbor_renuo.app_rules import VERIFIED, Rules
from thumbor_renuo.apps import App
from thumbor_renuo.errors import (
    Conflict,
    ContentBroken,
    ContentInfected,
    ContentMismatch,
    ContentNotAllowed,
    ContentUnchecked,
    NotFound,
    PreconditionFailed,
    StorageError,
    StorageTimeout,
    Unavailable,
)
from thumbor_renuo.once import OnceStore
from thumbor_renuo.s3.client import StoredObject
from thumbor_renuo.uploads.completion import Completion
from thumbor_renuo.uploads.content_check import ContentCheck
from thumbor_renuo.uploads.issued_key import IssuedKey
from thumbor_renuo.uploads.token import Declared

ENDS = 2**33
PREFIX = "qstu/" + "0b1c/" * 8


def photo() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(file, "JPEG")
    return file.getvalue()


class FakeBucket:
    """Objects in memory; `fault` is raised by the named call, once or always."""

    name = "bucket"

    @property
    def patient(self) -> "FakeBucket":
        return self

    def __init__(self, **objects: bytes) -> None:
        self.objects: dict[str, bytes] = dict(objects)
        self.types: dict[str, str] = {}
        self.faults: dict[str, Exception] = {}
        self.calls: list[tuple[str, str]] = []
        self.gate: asyncio.Event | None = None

    async def _begin(self, call: str, key: str) -> None:
        self.calls.append((call, key))
        if self.gate:
            await self.gate.wait()
        if call in self.faults:
            raise self.faults[call]

    def _stored(self, key: str) -> StoredObject:
        if key not in self.objects:
            raise NotFound("nothing")
        data = self.objects[key]
        kind = self.types.get(key, "image/jpeg")
        when = datetime(2026, 11, 25, tzinfo=UTC)
        return StoredObject(
            len(data), kind, f'"{hash(data) % 2**64:016x}"', when, None, {"app": "shop-live"}
        )

    async def head(self, key: str, *, with_checksum: bool = False) -> StoredObject:
        await self._begin("head", key)
        return self._stored(key)

    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: str | None = None, etag: str | None = None
    ) -> AsyncIterator[Any]:
        await self._begin("open", key)
        stored = self._stored(key)
        if etag != stored.etag:
            raise PreconditionFailed("another object")
        data = self.objects[key]
        if byte_range:
            data = data[: int(byte_range.rpartition("-")[2]) + 1]

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        yield stored, chunks()

    async def call(self, method: str, key: str, **arguments: Any) -> dict[str, Any]:
        await self._begin(method, key)
        if method == "copy_object":
            source = arguments["CopySource"]["Key"]
            if arguments["CopySourceIfMatch"] != self._stored(source).etag:
                raise PreconditionFailed("another object")
            self.objects[key] = self.objects[source]
            self.types[key] = arguments["ContentType"]
            etag = self._stored(key).etag.strip('"')  # as SeaweedFS tells it
            return {"CopyObjectResult": {"ETag": etag}}
        assert method == "delete_object"
        self.objects.pop(key, None)
        return {}


class Scanner:
    """A clamd that answers what a test wants."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.scanned = error, b""

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> None:
        self.scanned = b"".join([chunk async for chunk in chunks])
        assert size == len(self.scanned)
        if self.error:
            raise self.error


class Set:
    """One app, one upload, and everything around them."""

    def __init__(
        self,
        data: bytes | None = None,
        *,
        rules: Rules | None = None,
        scanner: Any = None,
        **options: str,
    ) -> None:
        self.app = App("shop", "live", "key", "private", rules=rules or Rules())
        root = "q" if self.app.rules.is_verified else "o"
        self.key = IssuedKey(root, "shop-live", PREFIX, "a.jpg")
        self.published = str(self.key.published)
        self.bucket: Any = FakeBucket(**({} if data is None else {str(self.key): data}))
        self.announced: list[tuple[str, dict[str, Any]]] = []
        self.declared = Declared(str(self.key), "image/jpeg", len(data or b""))
        settings = make_settings(**options)

        async def announce(_app: App, kind: str, about: dict[str, Any]) -> None:
            self.announced.append((kind, about))

        check = ContentCheck(settings, scanner)
        self.completion = Completion(settings, check, OnceStore(), announce)

    async def complete(self) -> dict[str, Any]:
        return await self.completion.complete(self.bucket, self.app, self.key, self.declared, ENDS)


VERIFIED_RULES = Rules(publish=VERIFIED)


async def test_a_second_time_the_answer_is_the_first() -> None:
    """Nothing is read, copied or announced again."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    first = await upload.complete()
    calls = len(upload.bucket.calls)
    assert await upload.complete() == first
    assert {call for call, _ in upload.bucket.calls[calls:]} == {"head", "delete_object"}
    assert upload.announced == [("upload.completed", first)]
    assert list(upload.bucket.objects) == [upload.published]
    assert first["etag"] == upload.bucket._stored(upload.published).etag


async def test_two_at_once_are_not_checked_twice() -> None:
    """The second is told to try again."""
    upload = Set(photo())
    upload.bucket.gate = asyncio.Event()
    first = asyncio.create_task(upload.complete())
    await asyncio.sleep(0)
    with pytest.raises(Conflict):
        await upload.complete()
    upload.bucket.gate.set()
    assert (await first)["size"] == len(photo())
    assert len(upload.announced) == 1


async def test_a_refusal_is_remembered() -> None:
    """The object goes, once; the words stay."""
    upload = Set(photo()[:-20])
    for _ in range(2):
        with pytest.raises(ContentBroken) as refused:
            await upload.complete()
        assert "image/jpeg" in refused.value.message
    assert upload.bucket.objects == {}
    [(kind, about)] = upload.announced
    assert (kind, about["error"], about["key"]) == (
        "upload.refused", "content_broken", upload.published,
    )  # fmt: skip


@pytest.mark.parametrize("call", ["head", "open", "copy_object"])
@pytest.mark.parametrize("error", [StorageError("down"), StorageTimeout("slow")])
async def test_an_outage_judges_nothing(call: str, error: StorageError) -> None:
    """Nothing is deleted, remembered or announced; when S3 is back, all is well."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    upload.bucket.faults[call] = error
    with pytest.raises(type(error)):
        await upload.complete()
    assert upload.bucket.objects[str(upload.key)] == photo()
    assert upload.published not in upload.bucket.objects
    assert upload.announced == []
    upload.bucket.faults.clear()
    answer = await upload.complete()
    assert answer["key"] == upload.published
    assert upload.published in upload.bucket.objects
    assert str(upload.key) not in upload.bucket.objects


async def test_what_cannot_be_tidied_up_is_no_failure() -> None:
    """Published is published: what is left elsewhere expires, and goes with the next completion."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    upload.bucket.faults["delete_object"] = StorageError("down")
    first = await upload.complete()
    assert upload.bucket.objects[upload.published] == photo()
    upload.bucket.faults.clear()
    assert await upload.complete() == first
    assert str(upload.key) not in upload.bucket.objects


async def test_an_answer_is_about_the_object_that_is_there() -> None:
    """At once, a form may be sent again: other bytes are judged anew, and none are not there."""
    upload = Set(photo())
    await upload.complete()
    upload.bucket.objects[str(upload.key)] = b"<html>".ljust(len(photo()))
    with pytest.raises(ContentMismatch):
        await upload.complete()
    again = Set(photo())
    await again.complete()
    del again.bucket.objects[str(again.key)]
    with pytest.raises(NotFound):
        await again.complete()


async def test_only_what_was_refused_is_deleted() -> None:
    """What came in its place meanwhile stays."""
    upload = Set(photo()[:-20])
    begin = upload.bucket._begin

    async def replace_it(name: str, key: str) -> None:
        await begin(name, key)
        if name == "open" and len(upload.bucket.calls) > 2:
            upload.bucket.later = photo()

    upload.bucket._begin = replace_it
    real_head = upload.bucket.head

    async def head(key: str, **more: Any) -> StoredObject:
        if hasattr(upload.bucket, "later"):
            upload.bucket.objects[key] = upload.bucket.later
        return await real_head(key, **more)

    upload.bucket.head = head
    with pytest.raises(ContentBroken):
        await upload.complete()
    assert upload.bucket.objects == {str(upload.key): photo()}


async def test_a_picture_that_is_too_large_to_check_stays_where_it_is() -> None:
    """At once it is only not described; verified it is refused."""
    file = io.BytesIO()
    Image.new("L", (1100, 1000)).save(file, "JPEG")
    upload = Set(file.getvalue(), CHECK_MAX_PIXELS="1000000")
    assert (await upload.complete())["image"] is None
    upload = Set(file.getvalue(), rules=VERIFIED_RULES, CHECK_MAX_PIXELS="1000000")
    with pytest.raises(ContentUnchecked):
        await upload.complete()
    assert upload.bucket.objects == {}


async def test_what_was_published_without_our_knowing_is_described() -> None:
    """Another process published it and its answer was lost: the published object is looked at."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    first = await upload.complete()
    again = Set(None, rules=VERIFIED_RULES)
    again.bucket, again.declared = upload.bucket, upload.declared
    answer = await again.complete()
    assert {**answer, "etag": ""} == {**first, "etag": ""}
    assert [call for call, _ in upload.bucket.calls].count("copy_object") == 2


async def test_a_taken_place_is_not_taken_again() -> None:
    """What is published already is described, and what came to `q/` later goes."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    before = photo() + b"published before"
    upload.bucket.objects[upload.published] = before
    assert (await upload.complete())["size"] == len(before)
    assert upload.bucket.objects == {upload.published: before}


@pytest.mark.parametrize("call", ["head", "open", "copy_object"])
async def test_what_changes_while_it_is_checked_is_not_published(call: str) -> None:
    """Bytes that were not checked never reach the public key."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    begin = upload.bucket._begin

    async def swap(name: str, key: str) -> None:
        await begin(name, key)
        if name == call and key != upload.published:
            upload.bucket.objects[str(upload.key)] = b"<html>".ljust(len(photo()))

    upload.bucket._begin = swap
    with suppress(Conflict, ContentMismatch):
        await upload.complete()
    assert upload.bucket.objects.get(upload.published, photo()) == photo()


async def test_an_equal_etag_does_not_help() -> None:
    """Of two files with one MD5, the one that was checked is published."""
    upload = Set(photo(), rules=VERIFIED_RULES)
    real = upload.bucket._stored
    upload.bucket._stored = lambda key: replace(real(key), etag='"one MD5"')
    begin = upload.bucket._begin

    async def swap(name: str, key: str) -> None:
        await begin(name, key)
        if name in {"open", "copy_object"}:
            aside = [stored for stored in upload.bucket.objects if stored.startswith("v/")]
            if aside:
                upload.bucket.objects[str(upload.key)] = b"<html>".ljust(len(photo()))

    upload.bucket._begin = swap
    await upload.complete()
    assert upload.bucket.objects == {upload.published: photo()}


async def test_a_check_ends() -> None:
    """After CHECK_SECONDS it is given up, and may be asked for again."""
    upload = Set(photo(), CHECK_SECONDS="1")
    upload.bucket.gate = asyncio.Event()
    with pytest.raises(StorageTimeout, match="longer than 1 seconds"):
        await upload.complete()
    upload.bucket.gate.set()
    assert (await upload.complete())["content_type"] == "image/jpeg"


@pytest.mark.parametrize(("size", "kind"), [(len(photo()) + 1, ContentMismatch), (None, None)])
async def test_the_declared_size_counts(size: int | None, kind: type[Exception] | None) -> None:
    """Another size is another file; where none was declared, the app's bounds count."""
    upload = Set(photo())
    upload.declared = replace(upload.declared, size=size)
    if kind:
        with pytest.raises(kind):
            await upload.complete()
        assert upload.bucket.objects == {}
    else:
        assert (await upload.complete())["size"] == len(photo())


@pytest.mark.parametrize("rules", [Rules(min_bytes=10_000), Rules(max_bytes=10)])
async def test_the_apps_bounds_count_for_what_was_not_declared(rules: Rules) -> None:
    """The error has the limit."""
    upload = Set(photo(), rules=rules)
    upload.declared = replace(upload.declared, size=None)
    with pytest.raises(ContentNotAllowed) as refused:
        await upload.complete()
    assert refused.value.limit in {10_000, 10}


async def test_the_checksum_is_held_against_the_bytes() -> None:
    """Where S3 knows none, the bytes are summed here."""
    upload = Set(photo())
    upload.declared = replace(upload.declared, checksum_sha256="A" * 43 + "=")
    with pytest.raises(ContentMismatch, match="checksum_sha256"):
        await upload.complete()


async def test_a_clean_scan_publishes() -> None:
    """The scanner sees the very bytes."""
    scanner = Scanner()
    upload = Set(photo(), rules=Rules(publish=VERIFIED, scan=True), scanner=scanner)
    await upload.complete()
    assert scanner.scanned == photo()


async def test_a_virus_is_deleted() -> None:
    """And never published."""
    scanner = Scanner(ContentInfected("Eicar"))
    upload = Set(photo(), rules=Rules(publish=VERIFIED, scan=True), scanner=scanner)
    with pytest.raises(ContentInfected):
        await upload.complete()
    assert upload.bucket.objects == {}


@pytest.mark.parametrize("scanner", [None, Scanner(Unavailable("down"))])
async def test_without_the_scanner_nothing_is_judged(scanner: Any) -> None:
    """Neither published nor deleted: it can be completed when the scanner is back."""
    upload = Set(photo(), rules=Rules(publish=VERIFIED, scan=True), scanner=scanner)
    with pytest.raises(Unavailable):
        await upload.complete()
    assert list(upload.bucket.objects) == [str(upload.key)]
