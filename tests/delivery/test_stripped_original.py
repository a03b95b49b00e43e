"""thumbor_renuo.delivery.stripped_original: what to blank, looked for once for each original."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.imaging.located import WITH_PLACE, found_in
from thumbor_renuo.delivery.stripped_original import (
    LOOKS_AT_ONCE,
    StrippedOriginals,
    stripped_etag,
)
from thumbor_renuo.errors import StorageError, StorageTimeout, UnreadableImage
from thumbor_renuo.imaging.metadata.patches import Patches
from thumbor_renuo.s3.client import StoredObject

DATA = WITH_PLACE["jpeg"]
STORED = StoredObject(len(DATA), "image/jpeg", '"abc"', datetime(2026, 1, 1, tzinfo=UTC))


class Bucket:
    """One object, whose reads are noted and held up while `gate` is closed."""

    def __init__(self, data: bytes = DATA, *, cut: int = 0) -> None:
        self.data, self.cut = data, cut
        self.reads: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: str, etag: str
    ) -> AsyncIterator[tuple[StoredObject, AsyncIterator[bytes]]]:
        self.reads.append((byte_range, etag))
        await self.gate.wait()
        first, last = map(int, byte_range.removeprefix("bytes=").split("-"))
        part = self.data[first : last + 1 - self.cut]
        yield replace(STORED, size=len(part)), self._chunks(part)

    async def _chunks(self, part: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(part), 1000):
            yield part[at : at + 1000]


async def look(
    originals: StrippedOriginals,
    bucket: Bucket,
    stored: StoredObject = STORED,
    *,
    seconds: float = 5,
    key: str = "o/app/a/b.jpg",
) -> Patches:
    found: Any = bucket
    return await originals.patches(found, key, stored, media_type="image/jpeg", seconds=seconds)


async def test_one_look_for_one_original() -> None:
    """The same ETag is looked at once, by ranges of that ETag; another one anew."""
    originals, bucket = StrippedOriginals(), Bucket()
    wanted, _reads = await found_in(DATA)
    for _ in range(3):
        assert await look(originals, bucket) == wanted
    assert bucket.reads == [(f"bytes=0-{len(DATA) - 1}", '"abc"')]
    await look(originals, bucket, replace(STORED, etag='"def"'))
    assert len(bucket.reads) == 2


async def test_a_refusal_is_remembered() -> None:
    """Whoever asks again for what cannot be looked through costs no more reads."""
    originals, bucket = StrippedOriginals(), Bucket(b"x" * len(DATA))
    for _ in range(3):
        with pytest.raises(UnreadableImage):
            await look(originals, bucket)
    assert len(bucket.reads) == 1


async def test_faults_of_the_storage_are_not_remembered() -> None:
    """A body cut short and silence are errors of the storage, and over with their cause."""
    originals, bucket = StrippedOriginals(), Bucket(cut=1)
    with pytest.raises(StorageError):
        await look(originals, bucket)
    bucket.cut = 0
    bucket.gate.clear()
    with pytest.raises(StorageTimeout):
        await look(originals, bucket, seconds=0.01)
    bucket.gate.set()
    assert (await look(originals, bucket)).size > 0


async def test_few_look_at_once() -> None:
    """The others wait, and nobody is forgotten."""
    originals, bucket = StrippedOriginals(), Bucket()
    bucket.gate.clear()
    asked = [
        asyncio.create_task(look(originals, bucket, key=f"o/app/a/{turn}")) for turn in range(20)
    ]
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(bucket.reads) == LOOKS_AT_ONCE
    bucket.gate.set()
    assert len(await asyncio.gather(*asked)) == len(bucket.reads) == 20


def test_the_etag_is_another_one() -> None:
    """Strong, the same each time, and different for different originals."""
    assert stripped_etag('"abc"') == stripped_etag('"abc"') != stripped_etag('"abd"')
    assert stripped_etag('"abc"').strip('"').isalnum()
    assert stripped_etag('"abc"')[::33] == '""'
    assert stripped_etag("") == ""
