"""A made thumbnail, and how its facts are kept beside its bytes in S3."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Self

from thumbor_renuo.errors import StorageError
from thumbor_renuo.s3.client import StoredObject

ETAG, SOURCE_MODIFIED = "etag", "source-modified"


@dataclass(frozen=True)
class Derivative:
    """A thumbnail with the headers that it was first served with.

    Attributes:
        data: the image.
        media_type: `image/webp`.
        etag: with quotes.
        last_modified: the original's; S3 keeps whole seconds.
        cache_control: the header's value.
    """

    data: bytes
    media_type: str
    etag: str
    last_modified: datetime
    cache_control: str

    def arguments(self) -> dict[str, object]:
        """What botocore's put_object takes beside bucket and key."""
        modified = format_datetime(self.last_modified.astimezone(UTC), usegmt=True)
        return {
            "Body": self.data,
            "ContentType": self.media_type,
            "CacheControl": self.cache_control,
            "Metadata": {ETAG: self.etag, SOURCE_MODIFIED: modified},
        }

    @classmethod
    def of(cls, stored: StoredObject, data: bytes) -> Self | None:
        """Read it back; None if the object is none of ours.

        Raises:
            StorageError: the body is not whole.
        """
        if len(data) != stored.size:
            raise StorageError(f"the storage sent {len(data)} bytes of {stored.size}")
        facts = _metadata(stored)
        try:
            modified = parsedate_to_datetime(facts[SOURCE_MODIFIED]).astimezone(UTC)
            etag = facts[ETAG]
        except (KeyError, ValueError, OverflowError):
            return None
        return cls(data, stored.content_type, etag, modified, stored.cache_control)

    @staticmethod
    def is_stored_with(stored: StoredObject, etag: str) -> bool:
        """Whether an object was stored with this ETag; an empty one means any."""
        return not etag or _metadata(stored).get(ETAG) == etag


def _metadata(stored: StoredObject) -> dict[str, str]:
    # S3 has them in lower case, look-alikes as they were sent or in Title-Case.
    return {name.lower(): value for name, value in stored.metadata.items()}
