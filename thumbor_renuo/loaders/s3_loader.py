"""Thumbor's LOADER: an image of the bucket, or one that a filter names, as a LoaderResult."""

from collections.abc import Sequence
from typing import Any

from thumbor.loaders import LoaderResult

from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.remote_address import is_remote
from thumbor_renuo.delivery.remote_images import RemoteImages
from thumbor_renuo.errors import (
    InvalidOptions,
    InvalidPath,
    NotFound,
    RenuoError,
    StorageError,
    StorageTimeout,
    TooLarge,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.object_key import ObjectKey

# Thumbor's handler turns these into a status; an int is the status itself.
RESULTS: dict[type[RenuoError], str | int] = {
    InvalidPath: InvalidPath.status,
    NotFound: LoaderResult.ERROR_NOT_FOUND,
    TooLarge: TooLarge.status,
    StorageTimeout: LoaderResult.ERROR_TIMEOUT,
    StorageError: LoaderResult.ERROR_UPSTREAM,
    InvalidOptions: InvalidOptions.status,
    UpstreamTimeout: LoaderResult.ERROR_TIMEOUT,
    UpstreamError: LoaderResult.ERROR_UPSTREAM,
    Unavailable: Unavailable.status,
}


def validate(context: Any, url: str) -> bool:
    """Whether it is a key at all, or an address where one may stand; asks nobody.

    Of the main image it runs before the signature is checked.
    """
    try:
        ObjectKey.from_image(url)
    except InvalidPath:
        return _remote_images(context, url) is not None
    return True


async def load(context: Any, url: str) -> LoaderResult:
    """Read an image; nothing raises.

    Args:
        context: Thumbor's, with `remote_images` and `remote_hosts` where filters may name
            addresses on other servers, and `source_max_bytes` where that is not the option's.
        url: Thumbor's percent-encoded image, `o/<app>/…` or `u/o/<app>/…`, or such an address.

    Returns:
        its bytes, and of an image of the bucket S3's ETag, date and the user's metadata; or the
        error that RESULTS names.
    """
    try:
        return await _read(context, url)
    except tuple(RESULTS) as error:
        return LoaderResult(successful=False, error=_result(error))


async def _read(context: Any, url: str) -> LoaderResult:
    remote = _remote_images(context, url)
    if remote is not None:
        hosts: Sequence[str] = context.remote_hosts
        image = await remote.read(url, hosts)
        return LoaderResult(buffer=image.data, metadata={"size": len(image.data)})
    key, settings = ObjectKey.from_image(url), Settings.of(context.config)
    limit = getattr(context, "source_max_bytes", settings.source_max_bytes)
    stored, data = await S3Bucket.of(settings, "thumbnails").read(str(key), limit)
    facts = {
        "size": stored.size,
        "etag": stored.etag,
        "last_modified": stored.last_modified,
        "metadata": stored.metadata,
    }
    return LoaderResult(buffer=data, metadata=facts)


def _remote_images(context: Any, url: str) -> RemoteImages | None:
    """What reads an address that a filter names; None for the main image, and for keys."""
    # Thumbor sets `request` once the main image is found valid, which an address never is.
    request = getattr(context, "request", None)
    if not is_remote(url) or request is None or request.image_url == url:
        return None
    remote: RemoteImages | None = getattr(context, "remote_images", None)
    return remote


def _result(error: RenuoError) -> str | int:
    return next(RESULTS[kind] for kind in type(error).__mro__ if kind in RESULTS)
