"""GET /o/<key>: an original, streamed from the bucket and never whole in memory."""

import asyncio
from collections.abc import AsyncIterator
from email.utils import format_datetime

from thumbor_renuo.delivery import cache_policy, conditional_request
from thumbor_renuo.delivery.media_type import protective_headers, served_type
from thumbor_renuo.errors import NotFound, PreconditionFailed, RangeNotSatisfiable, StorageError
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.s3.object_key import ObjectKey, decode_path


class OriginalHandler(PublicHandler):
    """Streams with Range, ETag and dates; any known app's object."""

    route = "original"
    keeps_errors = True

    async def get(self) -> None:
        """Decide, then stream: what can be answered without the bytes never asks for them."""
        key = self._known_key()
        with self.services.streams.place():
            headers = self.request.headers
            byte_range = conditional_request.single_range(headers)
            etag = None
            if conditional_request.is_conditional(headers):
                stored = await self._bucket.head(key)
                if self._is_decided(stored):
                    return
                byte_range = conditional_request.wanted_range(
                    headers, stored.etag, stored.last_modified
                )
                etag = stored.etag
            await self._answer(key, byte_range, etag)

    async def head(self) -> None:
        """The same headers without the bytes; Range counts for GET only (RFC 9110, 14.2)."""
        key = self._known_key()
        stored = await self._bucket.head(key)
        if not self._is_decided(stored):
            self._describe(key, stored)

    async def _answer(self, key: str, byte_range: str | None, etag: str | None) -> None:
        try:
            async with self._bucket.open(key, byte_range=byte_range, etag=etag) as (stored, chunks):
                self._describe(key, stored)
                if stored.content_range:
                    self.set_status(206)
                    self.set_header("Content-Range", stored.content_range)
                await self._stream(stored.size, chunks)
        except RangeNotSatisfiable:
            await self._refuse_range(key)

    def _is_decided(self, stored: StoredObject) -> bool:
        """Answer 304 where the client has it already; raise where it is another object."""
        headers = self.request.headers
        if conditional_request.is_failed(headers, stored.etag, stored.last_modified):
            raise PreconditionFailed("the object is another one than the request is about")
        if conditional_request.is_not_modified(headers, stored.etag, stored.last_modified):
            self._not_modified(stored)
            return True
        return False

    @property
    def _bucket(self) -> S3Bucket:
        return S3Bucket.of(self.services.settings, "originals")

    def _known_key(self) -> str:
        key = ObjectKey.parse(decode_path(self.request.path).removeprefix("/"))
        if not self.services.apps.has_folder(key.app):
            raise NotFound(f"there is no app {key.app[:100]!r}")
        self.app_name = key.app
        return str(key)

    def _describe(self, key: str, stored: StoredObject) -> None:
        media_type = served_type(key, stored.content_type)
        self._validators(stored)
        self.set_header("Content-Type", media_type)
        self.set_header("Content-Length", str(stored.size))
        for name, value in protective_headers(media_type).items():
            self.set_header(name, value)

    def _validators(self, stored: StoredObject) -> None:
        if stored.etag:
            self.set_header("ETag", stored.etag)
        self.set_header("Last-Modified", format_datetime(stored.last_modified, usegmt=True))
        self.set_header("Accept-Ranges", "bytes")
        lifetime = cache_policy.for_success(self.services.settings.max_age)
        self.set_header("Cache-Control", lifetime)

    def _not_modified(self, stored: StoredObject) -> None:
        self.set_status(304)
        self._validators(stored)
        self.finish()

    async def _stream(self, size: int, chunks: AsyncIterator[bytes]) -> None:
        settings = self.services.settings
        patience = settings.client_write_seconds
        try:
            async with asyncio.timeout(patience + size / settings.client_bytes_per_second):
                async for chunk in chunks:
                    self.write(chunk)
                    async with asyncio.timeout(patience):
                        await self.flush()
        except StorageError as error:
            self.break_off(error.code)
        except TimeoutError:
            self.break_off("client_too_slow")

    async def _refuse_range(self, key: str) -> None:
        stored = await self._bucket.head(key)
        raise RangeNotSatisfiable(stored.size)
