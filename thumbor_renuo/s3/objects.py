"""Objects one by one and in pages: list, copy, delete."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from thumbor_renuo.s3.client import S3Bucket, StoredObject

PAGE = 1000  # S3 lists and deletes no more in one call


@dataclass(frozen=True)
class ListedObject:
    """What a listing tells: size in bytes, date in UTC."""

    key: str
    size: int
    last_modified: datetime


async def head_bytes(bucket: S3Bucket, key: str, size: int, etag: str) -> bytes:
    """The first `size` bytes of an object that is not empty, if it is still the same."""
    last = f"bytes=0-{size - 1}"
    async with bucket.open(key, byte_range=last, etag=etag) as (_stored, chunks):
        return b"".join([chunk async for chunk in chunks])


async def copy(
    bucket: S3Bucket, source: StoredObject, key: str, target: str, arguments: Mapping[str, Any]
) -> str:
    """Copy an object under another key, with other headers.

    Args:
        source: what is known of it; another object under its key is not copied.
        key: where it lies.
        target: where the copy will lie.
        arguments: botocore's, of object_headers.

    Returns:
        the copy's ETag, with quotes (SeaweedFS leaves them out).

    Raises:
        PreconditionFailed: the object has become another one.
    """
    answer = await bucket.patient.call(
        "copy_object",
        target,
        CopySource={"Bucket": bucket.name, "Key": key},
        CopySourceIfMatch=source.etag,
        MetadataDirective="REPLACE",
        **arguments,
    )
    return '"' + str(answer["CopyObjectResult"]["ETag"]).strip('"') + '"'


async def delete(bucket: S3Bucket, key: str) -> None:
    """Delete an object; one that is not there is deleted already."""
    await bucket.call("delete_object", key)


async def delete_many(bucket: S3Bucket, keys: Sequence[str]) -> dict[str, str]:
    """Delete up to PAGE objects in one call.

    Returns:
        S3's error code for each key that could not be deleted.
    """
    answer = await bucket.call(
        "delete_objects", "", Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
    )
    return {
        str(error.get("Key", "")): str(error.get("Code", "")) for error in answer.get("Errors", ())
    }


async def list_page(
    bucket: S3Bucket, prefix: str, *, start_after: str = "", limit: int = PAGE
) -> tuple[list[ListedObject], bool]:
    """One page of a listing in the order of keys.

    Returns:
        its objects, and whether there are more.
    """
    further: dict[str, Any] = {"StartAfter": start_after} if start_after else {}
    answer = await bucket.call(
        "list_objects_v2", "", Prefix=prefix, MaxKeys=min(limit, PAGE), **further
    )
    found = [
        ListedObject(entry["Key"], entry["Size"], entry["LastModified"].astimezone(UTC))
        for entry in answer.get("Contents", ())
    ]
    return found, bool(answer.get("IsTruncated"))


async def list_pages(
    bucket: S3Bucket, prefix: str, *, start_after: str = ""
) -> AsyncIterator[list[ListedObject]]:
    """All pages, one in memory at a time; there may be none."""
    more = True
    while more:
        page, more = await list_page(bucket, prefix, start_after=start_after)
        if not page:
            return
        start_after = page[-1].key
        yield page
