"""thumbor_renuo.s3.deletion: objects with any keys, deleted together."""

from collections.abc import Sequence
from typing import Any

import pytest

from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.deletion import delete_all


async def test_what_xml_cannot_hold_is_deleted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """U+FFFE and U+FFFF may stand in a key and not in XML (XML 1.0, 2.2); the rest takes a call."""
    together: list[Sequence[str]] = []
    alone: list[str] = []

    async def delete_many(_bucket: Any, keys: Sequence[str]) -> dict[str, str]:
        together.append(keys)
        return {"b": "AccessDenied"}

    async def delete(_bucket: Any, key: str) -> None:
        alone.append(key)

    monkeypatch.setattr(objects, "delete_many", delete_many)
    monkeypatch.setattr(objects, "delete", delete)
    bucket: Any = object()
    failed = await delete_all(bucket, ["a", "x\ufffe", "b", "\uffffy", "日"])
    assert (together, alone) == ([["a", "b", "日"]], ["x\ufffe", "\uffffy"])
    assert failed == {"b": "AccessDenied"}
    assert await delete_all(bucket, ["\uffff"]) == {}
    assert len(together) == 1  # an empty list is malformed to S3
