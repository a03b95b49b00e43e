"""GET /o/<key>: an original, streamed from the bucket and never whole in memory."""

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime

from thumbor_renuo.delivery import cache_policy, conditional_request, path_signature
from thumbor_renuo.delivery.media_type import protective_headers, served_type
from thumbor_renuo.delivery.stripped_original import StrippedOriginals, stripped_etag
from thumbor_renuo.errors import PreconditionFailed, RangeNotSatisfiable, StorageError
from thumbor_renuo.handlers.app_image import AppImageHandler
from thumbor_renuo.imaging.metadata.patches import Patches
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

STRIPPED = StrippedOriginals()
FIRST_BYTE = re.compile(r"bytes (\d+)-")


class OriginalHandler(AppImageHandler):
    """Streams with Range, ETag and dates; any known app's object."""

    route = "original"

    key: ObjectKey
    lifetime: str

    async def get(self) -> None:
        """Decide, then stream: what can be answered without the bytes never asks for them."""
        self._find()
        with self.services.streams.place(self.key.app):
            headers = self.request.headers
            byte_range = conditional_request.single_range(headers)
            etag, patches = None, Patches()
            if self.rules.strip_location or conditional_request.is_conditional(headers):
                stored = await self._bucket.head(str(self.key))
                if self._is_decided(stored):
                    return
                byte_range = conditional_request.wanted_range(
                    headers, self._etag(stored), stored.last_modified
                )
                etag, patches = stored.etag, await self._patches(stored)
            await self._answer(byte_range, etag, patches)

    async def head(self) -> None:
        """The same headers without the bytes; Range counts for GET only (RFC 9110, 14.2)."""
        self._find()
        stored = await self._bucket.head(str(self.key))
        if self._is_decided(stored):
            return
        if self.rules.strip_location:
            with self.services.streams.place(self.key.app):
                await self._patches(stored)  # it may be none that is served
        self._describe(stored)

    def allows_scripts(self) -> bool:
        """Whether the app has the rule `cors`."""
        _token, path = path_signature.split(self.request.path)
        self.find_app(_key(path).app)
        return bool(self.rules.cors)

    async def _answer(self, byte_range: str | None, etag: str | None, patches: Patches) -> None:
        key = str(self.key)
        try:
            async with self._bucket.open(key, byte_range=byte_range, etag=etag) as (stored, chunks):
                self._describe(stored)
                if stored.content_range:
                    self.set_status(206)
                    self.set_header("Content-Range", stored.content_range)
                await self._stream(stored, chunks, patches)
        except RangeNotSatisfiable:
            await self._refuse_range(key)

    def _is_decided(self, stored: StoredObject) -> bool:
        """Answer 304 where the client has it already; raise where it is another object."""
        headers, etag = self.request.headers, self._etag(stored)
        if conditional_request.is_failed(headers, etag, stored.last_modified):
            raise PreconditionFailed("the object is another one than the request is about")
        if conditional_request.is_not_modified(headers, etag, stored.last_modified):
            self._not_modified(stored)
            return True
        return False

    @property
    def _bucket(self) -> S3Bucket:
        return S3Bucket.of(self.services.settings, "originals")

    # -- whose it is ----------------------------------------------------------------------------

    def _find(self) -> None:
        """Set what the path and its app decide.

        Raises:
            InvalidPath, NotFound: it is no original of ours.
            Forbidden, Expired: the app is private, and the path not signed for this object.
        """
        token, path = path_signature.split(self.request.path)
        self.key = _key(path)
        self.find_app(self.key.app)
        # Before anything is asked of S3.
        self.lifetime = self.private_lifetime(token, self.key, wants="original") or (
            cache_policy.for_image(
                self.services.settings, is_immutable=cache_policy.is_immutable(self.key)
            )
        )

    # -- without its place ----------------------------------------------------------------------

    def _etag(self, stored: StoredObject) -> str:
        return stripped_etag(stored.etag) if self.rules.strip_location else stored.etag

    async def _patches(self, stored: StoredObject) -> Patches:
        """What is to be put into the original."""
        if not self.rules.strip_location:
            return Patches()
        return await STRIPPED.patches(
            self._bucket,
            str(self.key),
            stored,
            media_type=served_type(str(self.key), stored.content_type),
            seconds=self.services.settings.s3_total_seconds,
        )

    # -- the answer -----------------------------------------------------------------------------

    def _describe(self, stored: StoredObject) -> None:
        self._validators(stored)
        media_type = served_type(str(self.key), stored.content_type)
        self.set_header("Content-Type", media_type)
        self.set_header("Content-Length", str(stored.size))

    def _validators(self, stored: StoredObject) -> None:
        """Headers of 200, 206 and 304 alike (RFC 9110, 15.4.5)."""
        if etag := self._etag(stored):
            self.set_header("ETag", etag)
        self.set_header("Last-Modified", format_datetime(stored.last_modified, usegmt=True))
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Cache-Control", self.lifetime)
        key = str(self.key)
        protective = protective_headers(served_type(key, stored.content_type), key)
        for name, value in {**self.standing_headers, **protective}.items():
            self.set_header(name, value)

    def _not_modified(self, stored: StoredObject) -> None:
        self.set_status(304)
        self._validators(stored)
        self.finish()

    async def _stream(
        self, stored: StoredObject, chunks: AsyncIterator[bytes], patches: Patches
    ) -> None:
        match = FIRST_BYTE.match(stored.content_range or "")
        first = int(match[1]) if match else 0
        try:
            await self.send(_patched(chunks, patches, first), stored.size)
        except StorageError as error:
            self.break_off(error.code)

    async def _refuse_range(self, key: str) -> None:
        stored = await self._bucket.head(key)
        raise RangeNotSatisfiable(stored.size)


async def _patched(chunks: AsyncIterator[bytes], patches: Patches, at: int) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield patches.applied(chunk, at)
        at += len(chunk)


def _key(raw_path: str) -> ObjectKey:
    return ObjectKey.parse(decode_path(raw_path).removeprefix("/"))
