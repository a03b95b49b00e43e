"""GET /o/<key>: an original, streamed from the bucket and never whole in memory."""

import re
import time
from collections.abc import AsyncIterator
from email.utils import format_datetime

from thumbor_renuo.apps import App
from thumbor_renuo.delivery import cache_policy, conditional_request, path_signature
from thumbor_renuo.delivery.media_type import image_headers, protective_headers, served_type
from thumbor_renuo.delivery.stripped_original import StrippedOriginals, stripped_etag
from thumbor_renuo.errors import NotFound, PreconditionFailed, RangeNotSatisfiable, StorageError
from thumbor_renuo.handlers.image_preflight import ImagePreflight
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.imaging.metadata.patches import Patches
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

STRIPPED = StrippedOriginals()
FIRST_BYTE = re.compile(r"bytes (\d+)-")


class OriginalHandler(ImagePreflight):
    """Streams with Range, ETag and dates; any known app's object."""

    route = "original"
    keeps_errors = True

    key: ObjectKey
    rules: ImageRules
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
        return bool(self._rules(self._app(_key(path))).cors)

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
        app = self._app(self.key)
        self.app_name = app.full_name
        self.rules = self._rules(app)
        self.standing_headers = image_headers(cors=bool(self.rules.cors))
        self.lifetime = self._admit(app, token)

    def _app(self, key: ObjectKey) -> App:
        app = self.services.apps.by_name(key.app)
        if app is None:
            raise NotFound(f"there is no app {key.app[:100]!r}")
        return app

    def _rules(self, app: App) -> ImageRules:
        return app.rules.image.effective(self.services.settings)

    def _admit(self, app: App, token: str) -> str:
        """The Cache-Control for who asks; raises where they may not see it."""
        settings = self.services.settings
        if not token and not app.rules.private:
            is_immutable = cache_policy.is_immutable(self.key)
            return cache_policy.for_image(settings, is_immutable=is_immutable)
        self.is_private = True
        left = path_signature.verify(app, token, self.key, wants="original", now=time.time())
        return cache_policy.for_private(min(left, settings.max_age))

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
