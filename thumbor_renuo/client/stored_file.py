"""What the server tells of stored files, and of deleted ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from thumbor_renuo.client.answer_fields import Fields, path_in_app


@dataclass(frozen=True)
class StoredFile:
    """A file in the app's folder.

    Attributes:
        key: the object key, `o/<app>/<prefix>/<name>`.
        name, filetype: the file's name, split at its dot.
        size: in bytes.
        created_at: when it was stored, with a time zone.
    """

    key: str
    name: str
    filetype: str
    size: int
    created_at: datetime

    @property
    def file_path(self) -> str:
        """What apps keep in their database: the key without `o/<app>/`."""
        return path_in_app(self.key)

    @classmethod
    def of(cls, value: Any) -> Self:
        """From an element of `GET /list_files`."""
        fields = Fields(value)
        return cls(
            key=fields.take("url", str),
            name=fields.take("name", str),
            filetype=fields.take("filetype", str),
            size=fields.take("size", int),
            created_at=fields.time("created_at"),
        )


@dataclass(frozen=True)
class FileDetails:
    """All that is known of a stored file.

    Attributes:
        size: in bytes.
        etag: as S3 has it.
        created_at: when it was stored, with a time zone.
        public_url: without a scheme, `//<CDN>/o/…`.
        thumbnail_url_template: the same with `{options}` to be replaced.
        metadata: S3's user metadata.
    """

    key: str
    file_path: str
    size: int
    content_type: str
    etag: str
    created_at: datetime
    public_url: str
    thumbnail_url_template: str
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `GET /files/<key>`."""
        fields = Fields(value)
        return cls(
            **fields.take_texts("key", "file_path", "content_type", "etag"),
            **fields.take_texts("public_url", "thumbnail_url_template"),
            size=fields.take("size", int),
            created_at=fields.time("created_at"),
            metadata=fields.texts("metadata"),
        )


@dataclass(frozen=True)
class FailedDelete:
    """A file that could not be deleted, and why."""

    file_path: str
    message: str

    @classmethod
    def of(cls, value: Any) -> Self:
        """From an element of `failed`."""
        return cls(**Fields(value).take_texts("file_path", "message"))


@dataclass(frozen=True)
class Deleted:
    """How many files are gone, and those that are not."""

    deleted: int
    failed: tuple[FailedDelete, ...] = ()

    def __add__(self, other: "Deleted") -> "Deleted":
        return Deleted(self.deleted + other.deleted, self.failed + other.failed)

    @classmethod
    def of(cls, value: Any) -> Self:
        """From `POST /delete_files`."""
        fields = Fields(value)
        failed: list[Any] = fields.take("failed", list)
        return cls(fields.take("deleted", int), tuple(map(FailedDelete.of, failed)))
