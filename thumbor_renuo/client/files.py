"""An app's stored files: list them, look at one, delete."""

from collections.abc import Iterable, Iterator
from typing import Any

from thumbor_renuo.client.answer_fields import Fields
from thumbor_renuo.client.connection import Connection
from thumbor_renuo.client.errors import BadAnswer, DeleteIncomplete
from thumbor_renuo.client.object_key import CONTROL, quoted
from thumbor_renuo.client.stored_file import Deleted, FileDetails, StoredFile

PAGE = 1000  # the service lists and deletes no more at once
MAX_BODY_BYTES = 500_000  # half of what the service takes, for the sake of escapes
MAX_URL_SECONDS = 604_800  # "Sharing objects with presigned URLs", Amazon S3 user guide


class Files:
    """The stored files of the app that a private key belongs to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, prefix: str, page_size: int) -> Iterator[StoredFile]:
        """Each file below a prefix; a page is asked for when it is reached."""
        if not isinstance(prefix, str):
            raise ValueError(f"the prefix is no text but {type(prefix).__name__}")
        if not isinstance(page_size, int) or not 1 <= page_size <= PAGE:
            raise ValueError(f"page_size takes a whole number from 1 to {PAGE}")
        return self._pages({"prefix": prefix, "limit": page_size})

    def _pages(self, query: dict[str, Any]) -> Iterator[StoredFile]:
        cursor: str | None = ""
        seen = set[str]()
        while cursor is not None:
            seen.add(cursor)
            given = query | {"cursor": cursor}
            answer = self._connection.get(
                "/list_files", {name: v for name, v in given.items() if v != ""}, private=True
            )
            entries = answer.json()
            if not isinstance(entries, list):
                raise BadAnswer("the answer is no JSON array")
            yield from map(StoredFile.of, entries)
            cursor = answer.headers.get("X-Next-Cursor")
            if cursor in seen:
                raise BadAnswer("the listing has no end: a cursor came twice")

    def details(self, key: str) -> FileDetails:
        """What is known of a file."""
        return FileDetails.of(self._look(key, {}))

    def signed_url(self, key: str, seconds: int) -> str:
        """A URL of the original in the bucket."""
        if not isinstance(seconds, int) or not 1 <= seconds <= MAX_URL_SECONDS:
            raise ValueError(f"seconds takes a whole number from 1 to {MAX_URL_SECONDS}")
        return Fields(self._look(key, {"expires_in": seconds})).take("signed_url", str)

    def _look(self, key: str, query: dict[str, Any]) -> Any:
        path = f"/files/{quoted(self._connection.object_key(key))}"
        return self._connection.get(path, query, private=True).json()

    def delete(self, key: str) -> None:
        """Delete a file, whether or not it is there."""
        self._connection.delete("/delete_file", {"file_path": self._connection.file_path(key)})

    def delete_many(self, keys: Iterable[str]) -> Deleted:
        """Delete files, as many at a time as the service takes."""
        if isinstance(keys, str):
            raise ValueError("delete_many takes a list of paths, not one")
        result = Deleted(0)
        for paths in _batches(map(self._connection.file_path, keys)):
            answer = self._connection.post("/delete_files", {"file_paths": paths}, private=True)
            result += Deleted.of(answer)
        return result

    def delete_prefix(self, prefix: str) -> int:
        """Delete a folder, asking again while the service says that there is more."""
        if not isinstance(prefix, str) or prefix[-1:] != "/" or CONTROL.search(prefix):
            raise ValueError(f"the prefix {prefix!r} is no folder: it does not end with '/'")
        folder = self._connection.file_path(prefix[:-1]) + "/"
        count, more = 0, True
        while more:
            answer = self._connection.post("/delete_files", {"prefix": folder}, private=True)
            step, more = Deleted.of(answer), Fields(answer).take("more", bool)
            count += step.deleted
            if step.failed:
                raise DeleteIncomplete(
                    f"{len(step.failed)} files could not be deleted: {step.failed[0].message}",
                    deleted=count,
                    failed=step.failed,
                )
            if more and not step.deleted:
                raise DeleteIncomplete("nothing more is deleted, and more is left", deleted=count)
        return count


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for path in paths:
        length = len(path.encode())
        if batch and (len(batch) == PAGE or size + length > MAX_BODY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += length
    if batch:
        yield batch
