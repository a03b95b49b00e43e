"""A stub server, and a client of it that never really waits."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.client.stub_server import StubServer
from thumbor_renuo.client import Client

API_KEY = "12345678"
PRIVATE_KEY = "private-key-of-the-shop"
APP = "shop-live"
PREFIX = "qstu/0b1c/2d3e/4f50/6172/8394/a5b6/c7d8/e9fa"
FILE_PATH = f"{PREFIX}/hat.jpg"
KEY = f"o/{APP}/{FILE_PATH}"
INFO = {
    "app": APP,
    "publish": "at once",
    "content_types": ["image/*"],
    "min_bytes": 0,
    "max_bytes": 10_485_760,
    "max_files": None,
    "max_pixels": 100_000_000,
    "cdn_host": "cdn.example.com",
    "policy_seconds": 900,
    "texts": {"hint": "Photos up to 10 MB"},
}


@pytest.fixture
def server() -> Iterator[StubServer]:
    """A stub server."""
    with StubServer() as started:
        yield started


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that the client would have made, in seconds."""
    return []


@pytest.fixture
def client(server: StubServer, pauses: list[float]) -> Iterator[Client]:
    """A client with both keys."""
    with make_client(server, pauses) as made:
        yield made


def make_client(server: StubServer, pauses: list[float], **changes: Any) -> Client:
    """A client of the stub server."""
    given = {
        "api_key": API_KEY,
        "private_key": PRIVATE_KEY,
        "timeout": 10,
        "sleep": pauses.append,
        **changes,
    }
    return Client(server.url, **given)
