"""Derivatives, deleted: all of an original, or all below a folder."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from thumbor_renuo.errors import InvalidPath, NotFound, StorageError
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.deletion import delete_all

MOST_PURGED = 10_000  # below one prefix in one call; what is left takes another
AT_ONCE = 8  # of many prefixes
ROOT = "r/o/"


@dataclass
class Purged:
    """What came of it: the deleted keys, S3's error code for others, and whether some are left."""

    keys: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    more: bool = False

    @property
    def count(self) -> int:
        """How many were deleted."""
        return len(self.keys)

    @property
    def is_full(self) -> bool:
        """Whether one call has done enough."""
        return self.count + len(self.failed) >= MOST_PURGED

    def add(self, other: "Purged") -> None:
        """Take in what came of another."""
        self.keys += other.keys
        self.failed |= other.failed
        self.more = self.more or other.more


async def purge(bucket: S3Bucket, prefix: str) -> Purged:
    """Delete what lies below a prefix, up to MOST_PURGED and the rest of a page.

    Args:
        prefix: ends with a slash, as delivery.derivative makes it.

    Raises:
        InvalidPath: it is no folder of derivatives.
        StorageError: not all could be listed or deleted; to ask again does no harm.
    """
    if not prefix.startswith(ROOT) or not prefix.endswith("/"):
        raise InvalidPath("there are no thumbnails under this prefix")
    result = Purged()
    try:
        async for page in objects.list_pages(bucket, prefix):
            if result.is_full:
                result.more = True
                break
            keys = [found.key for found in page]
            failed = await delete_all(bucket, keys)
            result.add(Purged([key for key in keys if key not in failed], failed))
    except NotFound:  # S3_FORBIDDEN_IS_MISSING: there is no telling what there is
        raise StorageError("the storage does not list the stored thumbnails") from None
    return result


async def purge_wholly(bucket: S3Bucket, prefix: str) -> None:
    """Delete all that lies below a prefix.

    Raises:
        InvalidPath, StorageError: as `purge`, and StorageError where anything is left.
    """
    result = await purge(bucket, prefix)
    if result.failed or result.more:
        raise StorageError("the stored thumbnails are not all deleted, try again")


async def purge_each(bucket: S3Bucket, prefixes: Iterable[str]) -> Purged:
    """Delete what lies below any of many prefixes, a few of them at once; bounded as `purge`.

    Raises:
        InvalidPath, StorageError: as soon as one fails.
    """
    result, waiting = Purged(), iter(dict.fromkeys(prefixes))
    workers = [asyncio.create_task(_work(bucket, waiting, result)) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return result


async def _work(bucket: S3Bucket, waiting: Iterator[str], result: Purged) -> None:
    for prefix in waiting:
        if result.is_full:
            result.more = True
            return
        result.add(await purge(bucket, prefix))
