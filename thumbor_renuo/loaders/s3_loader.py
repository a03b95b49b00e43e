"""Thumbor's LOADER: an object key of the bucket becomes a LoaderResult; nothing raises."""

from typing import Any

from thumbor.loaders import LoaderResult

from thumbor_renuo.config import Settings
from thumbor_renuo.errors import (
    InvalidPath,
    NotFound,
    RenuoError,
    StorageError,
    StorageTimeout,
    TooLarge,
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
}


def validate(_context: Any, url: str) -> bool:
    """Whether it is a key at all; runs before the signature is checked, so it only looks."""
    try:
        ObjectKey.from_image(url)
    except InvalidPath:
        return False
    return True


async def load(context: Any, url: str) -> LoaderResult:
    """Read an original.

    Args:
        url: Thumbor's percent-encoded image, `o/<app>/…` or `u/o/<app>/…`.

    Returns:
        its bytes, or the error that RESULTS names.
    """
    bucket = S3Bucket.of(Settings.of(context.config), "thumbnails")
    try:
        buffer = await bucket.read(str(ObjectKey.from_image(url)))
    except tuple(RESULTS) as error:
        return LoaderResult(successful=False, error=_result(error))
    return LoaderResult(buffer=buffer, metadata={"size": len(buffer)})


def _result(error: RenuoError) -> str | int:
    return next(RESULTS[kind] for kind in type(error).__mro__ if kind in RESULTS)
