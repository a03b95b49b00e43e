"""thumbor_renuo.result_storages.s3_storage: Thumbor's result storage."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from thumbor.context import Context
from thumbor.importer import Importer

from tests.conftest import make_config
from thumbor_renuo.delivery.derivative_store import Derivative
from thumbor_renuo.result_storages.s3_storage import Storage

KEY, ORIGINAL = "r/o/shop/hat.jpg/~/300x300@webp", "o/shop/hat.jpg"
WHEN = datetime(2026, 11, 25, 12, tzinfo=UTC)
HAT = Derivative(b"hat", "image/webp", '"abc"', WHEN, "public, max-age=9")


class Store:
    """Keeps what it is asked for and what it is given."""

    def __init__(self, found: Derivative | None = None) -> None:
        self.found = found
        self.asked: list[Any] = []
        self.stored: list[Any] = []

    async def get(self, key: str, *, etag: str = "") -> Derivative | None:
        self.asked.append((key, etag))
        return self.found

    async def put(self, key: str, derivative: Derivative, **more: str) -> bool:
        self.stored.append((key, derivative, *more.values()))
        return True


def context(store: Store, **facts: Any) -> Any:
    """A Thumbor context as our handler prepares it."""
    named = {"key": KEY, "original": ORIGINAL, "etag": '"abc"', "result": None, **facts}
    return SimpleNamespace(derivative=SimpleNamespace(store=store, **named))


async def test_what_is_stored_is_found() -> None:
    """As Thumbor wants it, with all that our handler needs beside it."""
    store = Store(HAT)
    storage = Storage(context(store))
    found = await storage.get()
    assert store.asked == [(KEY, '"abc"')]
    assert (found.buffer, found.successful, len(found)) == (b"hat", True, 3)
    assert (found.mime, found.last_modified) == ("image/webp", WHEN)
    assert found.metadata["derivative"] is HAT
    assert await storage.last_updated() == WHEN


async def test_a_miss_is_nothing() -> None:
    """Neither an image nor a date, also after a hit."""
    store = Store(HAT)
    storage = Storage(context(store))
    await storage.get()
    store.found = None
    assert await storage.get() is None
    assert await storage.last_updated() is None


async def test_what_was_made_is_stored() -> None:
    """The derivative that the handler filled in, under the key of its original."""
    store = Store()
    await Storage(context(store, result=HAT)).put(HAT.data)
    more = {"acl": "public-read", "source_etag": '"src"'}
    await Storage(context(store, result=HAT, **more)).put(HAT.data)
    assert store.stored == [
        (KEY, HAT, ORIGINAL, "", ""),
        (KEY, HAT, ORIGINAL, '"src"', "public-read"),
    ]


async def test_without_a_result_nothing_is_stored() -> None:
    """An image that the handler did not describe is none to keep."""
    store = Store()
    await Storage(context(store)).put(HAT.data)
    assert store.stored == []


@pytest.mark.parametrize("key", [None, ""])
async def test_without_a_safe_key_nothing_is_asked(key: str | None) -> None:
    """Some options make none."""
    store = Store(HAT)
    storage = Storage(context(store, key=key, result=HAT))
    assert await storage.get() is None
    await storage.put(HAT.data)
    assert store.asked == store.stored == []


@pytest.mark.parametrize("bare", [SimpleNamespace(), SimpleNamespace(derivative=None)])
async def test_other_paths_store_nothing(bare: Any) -> None:
    """Thumbor's own signed URLs have no derivative."""
    storage = Storage(bare)
    assert await storage.get() is None
    await storage.put(b"x")
    assert await storage.last_updated() is None


def test_thumbor_finds_it_by_its_name() -> None:
    """The importer takes the class from the module that RESULT_STORAGE names."""
    config = make_config()
    config.RESULT_STORAGE = "thumbor_renuo.result_storages.s3_storage"
    importer = Importer(config)
    importer.import_modules()
    modules = Context(config=config, importer=importer).modules
    assert isinstance(modules.result_storage, Storage)
