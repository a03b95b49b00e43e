"""The content of an upload: its true type, its checksum, its pixels, and what hides in it."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import TypeVar
from weakref import WeakKeyDictionary

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import (
    ContentActive,
    ContentBroken,
    ContentMismatch,
    ContentNotAllowed,
    ContentUnchecked,
    TooLarge,
    Unavailable,
    UnreadableImage,
)
from thumbor_renuo.imaging.probe import DECODABLE, ImageFacts, probe
from thumbor_renuo.imaging.svg import MAX_SVG_BYTES, active_parts
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.s3.objects import head_bytes
from thumbor_renuo.uploads import content_type
from thumbor_renuo.uploads.token import Declared
from thumbor_renuo.uploads.virus_scan import VirusScanner

SVG, AVIF = "image/svg+xml", "image/avif"
# libheif holds some 15 bytes for each pixel, the other decoders a fraction of that.
AVIF_SHARE = 2
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What the content is: its type, and what an image shows of itself."""

    content_type: str
    image: ImageFacts | None


class ContentCheck:
    """Reads an object as far as the app's rules need, and no object more than a few at once."""

    def __init__(self, settings: Settings, scanner: VirusScanner | None) -> None:
        self._settings, self._scanner = settings, scanner
        cores = cpu_count() or 1
        self._pool = ThreadPoolExecutor(cores, thread_name_prefix="check")
        self._cores = cores
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def run(
        self,
        bucket: S3Bucket,
        app: App,
        key: str,
        stored: StoredObject,
        declared: Declared,
    ) -> Finding:
        """Check an object.

        Args:
            key: where it lies.
            stored: what S3 says of it; an object that has changed since is not read.

        Raises:
            ContentRefused: in its kinds; the caller deletes it.
            PreconditionFailed: it became another object meanwhile.
        """
        read = _Reader(bucket, key, stored)
        found = await self._type(read, app, declared)
        async with self._place():
            data = await self._whole(read, app, found)
            await self._check_sum(read, declared, data)
            image = await self._image(app, found, data)
            await self._check_svg(app, found, data)
        if app.rules.scan:
            await self._scan(read)
        return Finding(found, image)

    def _place(self) -> asyncio.Semaphore:
        """What bounds the objects that are held in memory, for the running loop."""
        loop = asyncio.get_running_loop()
        return self._places.setdefault(loop, asyncio.Semaphore(self._cores))

    async def _type(self, read: "_Reader", app: App, declared: Declared) -> str:
        head = await read.head(content_type.HEAD_BYTES)
        found = content_type.true_type(head, read.size)
        if not content_type.agrees(declared.content_type, found):
            raise ContentMismatch(
                f"the content is {found or 'of no known type'}, declared was "
                f"{declared.content_type}"
            )
        true = content_type.settled(declared.content_type, found)
        allowed = app.rules.content_types
        if allowed and not content_type.is_allowed(true, allowed):
            listed = ", ".join(allowed)
            raise ContentNotAllowed(f"the content is {true}, the app takes {listed}", limit=listed)
        return true

    async def _whole(self, read: "_Reader", app: App, found: str) -> bytes | None:
        """All bytes of what is to be decoded; None for other types, and for what is too large."""
        limit = MAX_SVG_BYTES if found == SVG else self._settings.source_max_bytes
        if found != SVG and found not in DECODABLE:
            return None
        if read.size > limit:
            if app.rules.is_verified or (found == SVG and not app.rules.active_svg):
                raise ContentUnchecked(
                    f"the object has {read.size} bytes, {found} is checked up to {limit}",
                    limit=limit,
                )
            return None
        return b"".join([chunk async for chunk in read.chunks()])

    async def _check_sum(self, read: "_Reader", declared: Declared, data: bytes | None) -> None:
        if not declared.checksum_sha256:
            return
        found = read.stored.checksum_sha256
        if not found and data is not None:
            found = await self._in_pool(_sum_of, data)
        elif not found:
            found = await _streamed_sum(read.chunks())
        if found != declared.checksum_sha256:
            raise ContentMismatch("the content's SHA-256 is another than checksum_sha256")

    async def _image(self, app: App, found: str, data: bytes | None) -> ImageFacts | None:
        if data is None or found == SVG:
            return None
        limit = self._settings.check_max_pixels // (AVIF_SHARE if found == AVIF else 1)
        try:
            return await self._in_pool(lambda: probe(data, found, max_pixels=limit))
        except TooLarge as error:
            if not app.rules.is_verified:  # as with too many bytes: it is there, and not described
                return None
            raise ContentUnchecked(error.message, limit=error.limit) from error
        except UnreadableImage as error:
            raise ContentBroken(f"the content is {found} that cannot be decoded") from error

    async def _check_svg(self, app: App, found: str, data: bytes | None) -> None:
        if data is None or found != SVG:
            return
        try:
            parts = await self._in_pool(lambda: active_parts(data))
        except UnreadableImage as error:
            raise ContentBroken("the content is an SVG that cannot be read") from error
        if parts and not app.rules.active_svg:
            listed = ", ".join(parts[:5])
            raise ContentActive(
                f"the SVG has what can run scripts or fetch from elsewhere: {listed}"
            )

    async def _scan(self, read: "_Reader") -> None:
        if self._scanner is None:
            raise Unavailable("the app wants a virus scan and no scanner is set up")
        await self._scanner.scan(read.chunks(), read.size)

    async def _in_pool(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)


def _sum_of(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


async def _streamed_sum(chunks: AsyncIterator[bytes]) -> str:
    hashed = hashlib.sha256()
    async for chunk in chunks:
        hashed.update(chunk)
    return base64.b64encode(hashed.digest()).decode()


@dataclass(frozen=True)
class _Reader:
    """Reads one object; once it has become another, it raises PreconditionFailed."""

    bucket: S3Bucket
    key: str
    stored: StoredObject

    @property
    def size(self) -> int:
        return self.stored.size

    async def head(self, size: int) -> bytes:
        """The first bytes, up to `size`."""
        if not self.size:
            return b""
        wanted = min(self.size, size)
        return await head_bytes(self.bucket, self.key, wanted, self.stored.etag)

    async def chunks(self) -> AsyncIterator[bytes]:
        """All bytes."""
        async with self.bucket.open(self.key, etag=self.stored.etag) as (_stored, chunks):
            async for chunk in chunks:
                yield chunk
