"""The configured LOADER, asked when it is the request's turn; what it finds is checked first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from thumbor.loaders import LoaderResult

from thumbor_renuo.delivery.remote_address import is_remote
from thumbor_renuo.errors import (
    InvalidOptions,
    NotFound,
    RenuoError,
    StorageError,
    StorageTimeout,
    Unavailable,
)
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.imaging.header import Header, read_header
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.object_key import ObjectKey


class SourceLoader:
    """Stands in Thumbor's place for the loader, for one render.

    Attributes:
        header: of the original, once it is loaded.
        etag: of the image to be made, known from then on.
        source_etag: of the original.
        last_modified: of the original (UTC).
    """

    def __init__(
        self, loader: Any, services: Services, wanted: Wanted, images: Sequence[str] | None
    ) -> None:
        self._loader, self._services, self._wanted = loader, services, wanted
        self._image_etags = images
        self._further: dict[str, LoaderResult] = {}
        self.header: Header | None = None
        self.etag = self.source_etag = ""
        self.last_modified = datetime.fromtimestamp(0, UTC)

    def validate(self, context: Any, url: str) -> bool:
        """Whether the loader takes such an image at all."""
        return bool(self._loader.validate(context, url))

    async def load(self, context: Any, url: str) -> LoaderResult:
        """The original first; what is loaded after it are images that filters name.

        Raises:
            RenuoError: it is not what may be decoded.
        """
        if self.header is not None:
            return await self._load_further(context, url)
        if ObjectKey.from_image(url) != self._wanted.key:
            raise InvalidOptions("a filter names another original than the path")
        result = await self._loader.load(context, url)
        if result.successful:
            await self._take(context, result)
        return result

    async def _take(self, context: Any, result: LoaderResult) -> None:
        images = self._image_etags
        if images is None:
            images = await image_etags(self._services, self._wanted)
        self.source_etag = result.metadata["etag"]
        self.etag = self._wanted.etag(self.source_etag, images)
        self.last_modified = result.metadata["last_modified"]
        header = await context.thread_pool.queue(read_header, result.buffer)
        self._wanted.check_source(header.width, header.height, header.frames)
        self.header = header

    async def _load_further(self, context: Any, url: str) -> LoaderResult:
        """Once, however many filters and frames of an animation want it."""
        if url not in self._further:
            self._further[url] = await self._load_one(context, url)
        return self._further[url]

    async def _load_one(self, context: Any, url: str) -> LoaderResult:
        result = await self._loader.load(context, url)
        if not result.successful:
            raise _failure(url, result.error)
        header = await context.thread_pool.queue(read_header, result.buffer)
        pixels, limit = header.width * header.height * header.frames, self._limit
        if pixels > limit:
            raise InvalidOptions(
                f"an image that a filter names has {pixels} pixels, over the limit of {limit}",
                limit=limit,
            )
        return result

    @property
    def _limit(self) -> int:
        return self._wanted.rules.source_max_pixels or 0


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
