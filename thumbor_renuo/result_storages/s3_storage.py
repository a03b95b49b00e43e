"""Thumbor's RESULT_STORAGE: thumbnails under the derivative's key that our handler names."""

from typing import Any

from thumbor.result_storages import BaseStorage, ResultStorageResult

from thumbor_renuo.delivery.derivative_store import Derivative


class Storage(BaseStorage):
    """Stores and finds what `context.derivative` names; without it, nothing.

    `context.derivative` has `store` (a DerivativeStore), `key` (None where there is no safe one),
    `original`, `etag`, and before `put` its `result` (a Derivative).
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self._found: Derivative | None = None

    @property
    def _wanted(self) -> Any:
        wanted = getattr(self.context, "derivative", None)
        return wanted if wanted is not None and wanted.key else None

    async def get(self) -> ResultStorageResult | None:
        """The stored thumbnail, as metadata `derivative` too; None if there is none."""
        self._found = None
        if wanted := self._wanted:
            self._found = await wanted.store.get(wanted.key, etag=wanted.etag)
        if self._found is None:
            return None
        found = self._found
        metadata = {
            "derivative": found,
            "LastModified": found.last_modified,
            "ContentType": found.media_type,
            "ContentLength": len(found.data),
        }
        return ResultStorageResult(buffer=found.data, metadata=metadata)

    async def put(self, image_bytes: bytes) -> None:  # noqa: ARG002
        """Store `context.derivative.result`, which holds these bytes; raises nothing."""
        wanted = self._wanted
        if wanted is not None and wanted.result is not None:
            await wanted.store.put(
                wanted.key,
                wanted.result,
                original=str(wanted.original),
                source_etag=getattr(wanted, "source_etag", ""),
                acl=getattr(wanted, "acl", ""),
            )

    async def last_updated(self) -> Any:
        """When the original of the thumbnail that `get` found was modified; None without one."""
        return self._found.last_modified if self._found else None
