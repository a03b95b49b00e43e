"""An app's files, for its own server: list, look, delete."""

import base64
import binascii
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.errors import BadRequest, InvalidPath
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.deletion import delete_all
from thumbor_renuo.s3.object_key import ObjectKey
from thumbor_renuo.s3.objects import PAGE, ListedObject

MOST_DELETED = 10_000  # in one request; what is left takes another


@dataclass
class Deleted:
    """What came of a deletion: how many, which not and why, and whether some are left."""

    count: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    more: bool = False


def key_of(app: App, file_path: str) -> str:
    """The object key of a file of this app.

    Raises:
        InvalidPath: the path would leave the app's folder, or is no path.
    """
    key = ObjectKey.parse(f"{app.folder}{file_path}")
    if key.app != app.full_name:
        raise InvalidPath("file_path leaves the app's folder")
    return str(key)


def prefix_of(app: App, prefix: str) -> str:
    """The beginning of keys of this app.

    Raises:
        InvalidPath: it would leave the folder, or is none.
    """
    if prefix:
        # One letter more makes a whole path of it.
        ObjectKey.parse(f"{app.folder}{prefix}x")
    return app.folder + prefix


def cursor_of(app: App, found: ListedObject) -> str:
    """Where the next page begins, opaque to clients."""
    path = found.key.removeprefix(app.folder)
    return base64.urlsafe_b64encode(path.encode()).decode().rstrip("=")


def start_after(app: App, cursor: str) -> str:
    """The key that a cursor stands for.

    Raises:
        BadRequest: it is none of ours.
    """
    if not cursor:
        return ""
    try:
        path = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        return key_of(app, path)
    except (binascii.Error, ValueError, InvalidPath):
        raise BadRequest("the parameter cursor is none that a listing gave") from None


def as_entry(found: ListedObject) -> dict[str, Any]:
    """One file as /list_files has always told it."""
    name, dot, kind = found.key.rpartition("/")[2].rpartition(".")
    return {
        "name": name if dot else kind,
        "filetype": kind if dot else "",
        "url": found.key,
        "created_at": as_time(found.last_modified),
        "size": found.size,
    }


def as_time(moment: datetime) -> str:
    """ISO 8601 in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


async def entries(
    bucket: S3Bucket, app: App, prefix: str = ""
) -> AsyncIterator[list[dict[str, Any]]]:
    """All files, a page at a time."""
    async for page in objects.list_pages(bucket, prefix_of(app, prefix)):
        yield [as_entry(found) for found in page]


async def delete_paths(bucket: S3Bucket, app: App, file_paths: Sequence[str]) -> Deleted:
    """Delete the named files, up to 1,000; one that does not exist counts as deleted."""
    result = Deleted()
    if file_paths:
        await _delete(bucket, app, [key_of(app, path) for path in file_paths], result)
    return result


async def delete_prefix(bucket: S3Bucket, app: App, prefix: str) -> Deleted:
    """Delete all files below a prefix, up to MOST_DELETED.

    Raises:
        BadRequest: the prefix is empty, or does not end with a slash.
    """
    if not prefix.endswith("/"):
        raise BadRequest("prefix is empty or does not end with '/': it names a folder")
    result = Deleted()
    async for page in objects.list_pages(bucket, prefix_of(app, prefix)):
        if result.count + len(result.failed) >= MOST_DELETED:
            result.more = True
            break
        await _delete(bucket, app, [found.key for found in page], result)
    return result


async def _delete(bucket: S3Bucket, app: App, keys: Iterable[str], result: Deleted) -> None:
    wanted = list(dict.fromkeys(keys))[:PAGE]
    failed = await delete_all(bucket, wanted)
    result.count += len(wanted) - len(failed)
    result.failed += [
        {"file_path": key.removeprefix(app.folder), "message": f"the storage refused ({code})"}
        for key, code in failed.items()
    ]
