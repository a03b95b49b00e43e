"""Originals without the place where they were taken: what to blank, looked for once for each."""

import asyncio
import hashlib
from weakref import WeakKeyDictionary

from thumbor_renuo.delivery.memory_cache import MemoryCache
from thumbor_renuo.errors import StorageError, StorageTimeout
from thumbor_renuo.imaging import location
from thumbor_renuo.imaging.metadata.blob import Unwalkable
from thumbor_renuo.imaging.metadata.patches import Patches
from thumbor_renuo.s3.client import S3Bucket, StoredObject

# Part of the ETags: whoever has the bytes of another version gets those of this one.
VERSION = "1"
KEPT_BYTES, KEPT_SECONDS = 8 * 1024**2, 86_400
# A look may take some megabytes of memory; more than this wait for their turn.
LOOKS_AT_ONCE = 4


def stripped_etag(etag: str) -> str:
    """The strong ETag of a stripped original, with its quotes; "" where S3 tells none."""
    text = f"{etag} without its place {VERSION}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"' if etag else ""


class StrippedOriginals:
    """Finds what has to be put into originals, and remembers it; refusals as well."""

    def __init__(self) -> None:
        self._found = MemoryCache[Patches | Unwalkable](KEPT_BYTES, KEPT_SECONDS)
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def patches(
        self, bucket: S3Bucket, key: str, stored: StoredObject, *, media_type: str, seconds: float
    ) -> Patches:
        """What has to be put into an original.

        Args:
            stored: what S3 says of it; what is read is the object of this ETag and no other.
            media_type: as served.
            seconds: for the look, without the wait for a turn.

        Raises:
            Unwalkable: the place cannot be looked for.
            PreconditionFailed, NotFound, StorageError: it is another object meanwhile, or gone;
                or S3 did not answer in time or in full.
        """
        name = f"{stored.etag} {media_type} {key}"
        if stored.etag and (known := self._found.get(name)) is not None:
            return _given(known)
        async with self._turn():
            try:
                async with asyncio.timeout(seconds):
                    found = await self._look(bucket, key, stored, media_type)
            except TimeoutError as error:
                raise StorageTimeout("the storage did not answer in time") from error
        if stored.etag:
            self._found.put(name, found, found.size if isinstance(found, Patches) else 0)
        return _given(found)

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        return self._turns.setdefault(loop, asyncio.Semaphore(LOOKS_AT_ONCE))

    async def _look(
        self, bucket: S3Bucket, key: str, stored: StoredObject, media_type: str
    ) -> Patches | Unwalkable:
        async def read(at: int, count: int) -> bytes:
            wanted = f"bytes={at}-{at + count - 1}"
            async with bucket.open(key, byte_range=wanted, etag=stored.etag) as (part, chunks):
                if part.size != count:
                    raise StorageError("the storage did not answer with the bytes asked for")
                return b"".join([chunk async for chunk in chunks])

        try:
            return await location.find(read, stored.size, media_type)
        except Unwalkable as error:
            return Unwalkable(error.message, limit=error.limit)  # without its traceback


def _given(found: Patches | Unwalkable) -> Patches:
    if isinstance(found, Unwalkable):
        raise Unwalkable(found.message, limit=found.limit)
    return found
