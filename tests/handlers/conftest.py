"""The whole application in this process, on an S3 imitation."""

import json
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.web import Application

from tests.conftest import make_config
from thumbor_renuo.handlers.services import _MADE
from thumbor_renuo.s3.client import close_buckets
from thumbor_renuo.worker import application

FOLDER = "o/foobar-develop/qstu/0b1c/2d3e"
FAST = {
    "S3_RETRIES": "0", "S3_CONNECT_SECONDS": "1", "S3_READ_SECONDS": "1",
    # The application outlives a test, and what it remembers would, too.
    "MEMORY_CACHE_SECONDS": "0", "SOURCE_CACHE_SECONDS": "0",
}  # fmt: skip
Fetch = Callable[..., Awaitable[HTTPResponse]]


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """An image whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(response: HTTPResponse) -> Image.Image:
    """The image in an answer."""
    return Image.open(BytesIO(response.body))


def error_of(response: HTTPResponse) -> dict[str, Any]:
    """The JSON body of an error; every error has a lifetime and a message."""
    assert response.headers["Cache-Control"]
    assert response.headers["Content-Type"].startswith("application/json")
    body: dict[str, Any] = json.loads(response.body)
    assert body["message"]
    return body


def write_apps(folder: Path, **rules: str) -> dict[str, str]:
    """The options for an app of these rules, in TOML's words."""
    file = folder / "apps.toml"
    lines = "\n".join(f"{name} = {value}" for name, value in rules.items())
    file.write_text(
        '[[apps]]\nname = "foobar"\nenv = "develop"\napi_key = "k"\nprivate_key = "p"\n' + lines
    )
    return {"APPS_FILE": str(file), "API_KEYS": ""}


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """Environment variables that a test module overrides, or a test with `options`."""
    marked = request.node.get_closest_marker("options")
    return dict(marked.kwargs) if marked else {}


@pytest.fixture
def app(moto_endpoint: str, environment: dict[str, str]) -> Application:
    """Thumbor's application with our routes, as the server builds it."""
    return built(tuple({"S3_ENDPOINT": moto_endpoint, **FAST, **environment}.items()))


@cache
def built(environment: tuple[tuple[str, str], ...]) -> Application:
    """Build once for the same environment: what belongs to an event loop is made later."""
    return application(make_config(**dict(environment)))


@pytest.fixture(autouse=True)
def bucket_outlives_the_application(request: pytest.FixtureRequest) -> None:
    """Make the bucket first, so that what is being stored at the end finds it."""
    if "bucket" in request.fixturenames:
        request.getfixturevalue("bucket")


@pytest.fixture
def fetch(
    io_loop: Any, http_server: Any, http_server_port: Any, http_client: Any
) -> Iterator[Fetch]:
    """Ask for a path; an error status is an answer, not an exception."""

    async def ask(path: str, method: str = "GET", **more: Any) -> HTTPResponse:
        address = f"http://127.0.0.1:{http_server_port[1]}{path}"
        more = {"allow_nonstandard_methods": True, "follow_redirects": False, **more}
        return await http_client.fetch(HTTPRequest(address, method, **more), raise_error=False)

    yield ask
    io_loop.run_sync(settle)


async def settle() -> None:
    """Let what is still to be stored be stored, and close what belongs to this loop."""
    for services in list(_MADE.values()):
        await services.flights.close(5)
        await services.remote.close()
    await close_buckets()
