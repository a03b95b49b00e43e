"""The configured LOADER, asked once for each image; what it finds is checked before it is used."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from thumbor.loaders import LoaderResult

from thumbor_renuo.delivery.focal_point import FocalShare, focal_share
from thumbor_renuo.delivery.remote_address import is_remote
from thumbor_renuo.errors import (
    InvalidOptions,
    NotFound,
    OriginalTooLarge,
    RenuoError,
    StorageError,
    StorageTimeout,
    Unavailable,
    UnreadableImage,
)
from thumbor_renuo.handlers.driving import drive_on, is_in_thread
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.handlers.wanted import Validators, Wanted
from thumbor_renuo.imaging.header import Header, read_header
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.object_key import ObjectKey


class SourceLoader:
    """Loads what one render needs, and stands in the loader's place for its filters.

    Args:
        loader: Thumbor's.
        context: Thumbor's, of this render.
        known: the image's state, where somebody has asked for it already.

    Attributes:
        etag: of the image to be made, known once the original is loaded.
        source_etag: of the original.
        last_modified: of the original (UTC).
        focal: what of it matters, where whoever has uploaded it said so.
    """

    def __init__(
        self, loader: Any, context: Any, services: Services, wanted: Wanted,
        known: Validators | None,
    ) -> None:  # fmt: skip
        self._loader, self._context = loader, context
        self._services, self._wanted, self._known = services, wanted, known
        self._loop = asyncio.get_running_loop()
        self._images: dict[str, LoaderResult] = {}
        self._headers: dict[str, Header] = {}
        self.etag = self.source_etag = ""
        self.focal: FocalShare | None = None
        self.last_modified = datetime.fromtimestamp(0, UTC)

    def validate(self, context: Any, url: str) -> bool:
        """Whether the loader takes such an image at all."""
        return bool(self._loader.validate(context, url))

    # -- before the render, on the loop ---------------------------------------------------------

    async def load_original(self, url: str) -> bytes:
        """The original's bytes; they are not looked at yet.

        Raises:
            RenuoError: it cannot be had.
        """
        if unquote(url).removeprefix("u/") != str(self._wanted.key):
            raise InvalidOptions("a filter names another original than the path")
        images = self._known.images if self._known else None
        if images is None:
            images = await image_etags(self._services, self._wanted)
        result = await self._services.sources.read(
            str(self._wanted.key),
            lambda: self._loader.load(self._context, url),
            bound=self._wanted.rules.source_max_bytes or 0,
            is_wanted=lambda found: self._is_known(found, images),
        )
        if not result.successful:
            raise self._original_failure(result.error)
        self.source_etag = result.metadata["etag"]
        metadata = result.metadata.get("metadata", {})
        self.etag = self._wanted.etag(self.source_etag, images, metadata)
        self.focal = focal_share(metadata)
        self.last_modified = result.metadata["last_modified"]
        return bytes(result.buffer)

    def _is_known(self, found: LoaderResult, images: Sequence[str]) -> bool:
        """Whether it is in the state that the client was told of."""
        if self._known is None or not found.successful:
            return True
        metadata = found.metadata.get("metadata", {})
        return self._wanted.etag(found.metadata["etag"], images, metadata) == self._known.etag

    async def load_images(self) -> None:
        """Load the further images that filters name; they are not looked at yet.

        Raises:
            RenuoError: one cannot be had.
        """
        for url in self._wanted.images:
            await self._fetch(url)

    async def _fetch(self, url: str) -> LoaderResult:
        if url not in self._images:
            result = await self._loader.load(self._context, url)
            if not result.successful:
                raise _failure(url, result.error)
            self._images[url] = result
        return self._images[url]

    # -- in the render's thread -----------------------------------------------------------------

    def check_original(self, data: bytes) -> Header:
        """Read the header, and hold it to the limits.

        Raises:
            RenuoError: it is not what may be decoded.
        """
        header = read_header(data)
        self._wanted.check_source(header.width, header.height, header.frames)
        return header

    def check_images(self) -> list[Header]:
        """The same of the further images.

        Raises:
            RenuoError: one is not what may be decoded.
        """
        for url in self._images:
            self._check(url)
        return list(self._headers.values())

    async def load(self, _context: Any, url: str) -> LoaderResult:
        """What filters call: an image that lies ready already, however many want it.

        One that nobody has foreseen is loaded now, by the loop for a thread.

        Raises:
            RenuoError: it is not what may be decoded.
        """
        if url not in self._images:
            if is_in_thread():
                drive_on(self._loop, self._fetch(url))
            else:
                await self._fetch(url)
        if is_in_thread():
            self._check(url)
        else:
            await asyncio.to_thread(self._check, url)
        return self._images[url]

    def _check(self, url: str) -> None:
        if url in self._headers:
            return
        self._headers[url] = header = read_header(self._images[url].buffer)
        pixels, limit = header.width * header.height * header.frames, self._limit
        if pixels > limit:
            raise InvalidOptions(
                f"an image that a filter names has {pixels} pixels, over the limit of {limit}",
                limit=limit,
            )

    @property
    def _limit(self) -> int:
        return self._wanted.rules.source_max_pixels or 0

    def _original_failure(self, error: object) -> RenuoError:
        """What the loader's answer for the original means to the client."""
        limit = self._wanted.rules.source_max_bytes
        known: dict[object, RenuoError] = {
            LoaderResult.ERROR_NOT_FOUND: NotFound(
                f"there is no object {str(self._wanted.key)[:1024]}"
            ),
            LoaderResult.ERROR_TIMEOUT: StorageTimeout("the storage did not answer in time"),
            LoaderResult.ERROR_UPSTREAM: StorageError(
                "the storage refused, broke off or cannot be reached"
            ),
            UnreadableImage.status: UnreadableImage("the object is no image that can be read"),
            OriginalTooLarge.status: OriginalTooLarge(
                f"the original is over the limit of {limit} bytes", limit=limit
            ),
            Unavailable.status: Unavailable("the original cannot be loaded now, try again"),
        }
        return known.get(error, RenuoError("an unexpected error; it has been reported"))


async def image_etags(services: Services, wanted: Wanted) -> Sequence[str]:
    """The ETags of the images that filters name, in their order.

    Raises:
        InvalidOptions: one is not there, or from where it may not come.
        StorageError, UpstreamError: it cannot be asked for now.
    """
    found = {
        image: await _image_etag(services, wanted, image) for image in dict.fromkeys(wanted.images)
    }
    return [found[image] for image in wanted.images]


def _failure(image: str, error: object) -> RenuoError:
    """What the loader's answer for an image that a filter names means to the client."""
    if error == LoaderResult.ERROR_TIMEOUT:
        return StorageTimeout("an image that a filter names did not come in time")
    if error == LoaderResult.ERROR_UPSTREAM:
        return StorageError("an image that a filter names cannot be loaded now")
    if error == Unavailable.status:
        return Unavailable("an image that a filter names cannot be loaded now")
    return InvalidOptions(f"the image {image[:100]!r}, which a filter names, cannot be had")


async def _image_etag(services: Services, wanted: Wanted, image: str) -> str:
    if is_remote(image):
        return (await services.remote.read(image, wanted.rules.remote_hosts or ())).etag
    bucket = S3Bucket.of(services.settings, "thumbnails")
    try:
        return (await bucket.head(str(ObjectKey.from_image(image)))).etag
    except NotFound as error:
        raise InvalidOptions(f"there is no image {image[:100]!r}, which a filter names") from error
