"""Made thumbnails in the bucket: an outage of S3 is a miss, never an error nor a long wait."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakKeyDictionary

from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.circuit_breaker import CircuitBreaker
from thumbor_renuo.delivery.stored_derivative import Derivative
from thumbor_renuo.errors import RenuoError, StorageError
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket

logger = logging.getLogger(__name__)

LATE_SECONDS = 0.25

Answer = TypeVar("Answer")

__all__ = ["Derivative", "DerivativeStore"]


class DerivativeStore:
    """Looks up and stores derivatives; nothing raises.

    Args:
        clock: seconds that never go back.

    Attributes:
        counters: `hit` and `miss` of look-ups, `stored` and `not_stored`, and `failed`: faults of
            S3 in either, each of which is a miss or not stored, too.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.counters = Counter[str]()
        self._settings = settings
        self._clock = clock
        self._looking = CircuitBreaker("looking for stored thumbnails", clock=clock)
        self._storing = CircuitBreaker("storing thumbnails", clock=clock)
        self._queued_bytes = 0
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    # -- look up ----------------------------------------------------------------------------------

    async def get(self, key: str, *, etag: str = "") -> Derivative | None:
        """The derivative under this key, within DERIVATIVE_SECONDS.

        Args:
            key: as ThumbnailPath.derivative makes it.
            etag: with quotes; one that was stored with another is not taken.
        """
        found = None
        if self._settings.store_derivatives:
            seconds = self._settings.derivative_seconds
            found = await self._guarded(self._looking, seconds, lambda: self._read(key, etag))
        self.counters["hit" if found else "miss"] += 1
        return found

    async def _read(self, key: str, etag: str) -> Derivative | None:
        bucket = S3Bucket.of(self._settings, "derivatives")
        # Not GET at once: most look-ups miss, and S3 tells so in either way; but where the ETag
        # differs, the bytes would come for nothing.
        stored = await bucket.head(key)
        if not Derivative.is_stored_with(stored, etag):
            return None
        async with bucket.open(key, etag=stored.etag) as (stored, chunks):
            data = b"".join([chunk async for chunk in chunks])
        return Derivative.of(stored, data)

    # -- store ------------------------------------------------------------------------------------

    async def put(
        self,
        key: str,
        derivative: Derivative,
        *,
        original: str,
        source_etag: str = "",
        acl: str = "",
    ) -> bool:
        """Store a derivative within S3_TOTAL_SECONDS, if its original still stands.

        Args:
            key: as ThumbnailPath.derivative makes it.
            original: the original's key.
            source_etag: the ETag of what it was made of; where another object lies there now, or
                none, it is not stored. Nothing: whatever lies there will do.
            acl: S3's name of an access control list; nothing where the bucket's own rules suffice.

        Returns:
            whether it is stored.
        """
        is_stored, size = False, len(derivative.data)
        has_room = self._queued_bytes + size <= self._settings.store_queue_bytes
        if self._settings.store_derivatives and has_room:
            arguments = derivative.arguments() | ({"ACL": acl} if acl else {})
            self._queued_bytes += size
            try:
                is_stored = await self._put_in_turn(key, arguments, original, source_etag)
            finally:
                self._queued_bytes -= size
        self.counters["stored" if is_stored else "not_stored"] += 1
        return is_stored

    async def _put_in_turn(
        self, key: str, arguments: dict[str, object], original: str, source_etag: str
    ) -> bool:
        async def in_turn() -> bool:
            # The patient pool, since nobody waits; but never more of it than what loading spares.
            async with self._place():
                return await self._put(key, arguments, original, source_etag)

        seconds = self._settings.s3_total_seconds
        return await self._guarded(self._storing, seconds, in_turn) or False

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        places = max(1, self._settings.s3_connections // 4)
        loop = asyncio.get_running_loop()
        async with self._places.setdefault(loop, asyncio.Semaphore(places)):
            yield

    async def _put(
        self, key: str, arguments: dict[str, object], original: str, source_etag: str
    ) -> bool:
        bucket = S3Bucket.of(self._settings, "thumbnails")
        before = await bucket.head(original)
        if source_etag and before.etag != source_etag:
            return False
        stands = False
        try:
            await bucket.call("put_object", key, **arguments)
            # Who deletes an original deletes its derivatives after it, and may have looked for
            # them just before this one was stored: then nobody else would delete it.
            stands = (await bucket.head(original)).etag == before.etag
        finally:
            if not stands:
                await self._take_back(key)
        return stands

    async def _take_back(self, key: str) -> None:
        try:
            await objects.delete(S3Bucket.of(self._settings, "derivatives"), key)
        except RenuoError:
            self.counters["failed"] += 1
            logger.warning("a stored thumbnail could not be taken back; its original may be gone")

    # -- faults -----------------------------------------------------------------------------------

    async def _guarded(
        self, breaker: CircuitBreaker, seconds: float, call: Callable[[], Awaitable[Answer]]
    ) -> Answer | None:
        """What the call returns; None where it fails, or where S3 is not to be asked now."""
        if not breaker.lets_through():
            return None
        begun = self._clock()
        try:
            async with asyncio.timeout(seconds):
                answer = await call()
        except (StorageError, TimeoutError) as error:
            # A time-out that comes late tells of an event loop that was blocked, not of S3.
            if self._clock() - begun < seconds + LATE_SECONDS:
                breaker.failed(str(error) or "no answer in time")
        except RenuoError:  # missing, become another one, no key for S3: answers, too
            breaker.succeeded(begun)
            return None
        except Exception:
            # An answer that is none of S3's must not cost a thumbnail either.
            logger.exception("an unexpected answer of the storage")
            breaker.failed("an unexpected answer")
        else:
            breaker.succeeded(begun)
            return answer
        self.counters["failed"] += 1
        return None
