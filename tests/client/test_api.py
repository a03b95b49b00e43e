"""thumbor_renuo.client: the client's surface, and what it knows of its app."""

import hashlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import thumbor_renuo.client
from tests.client.conftest import APP, FILE_PATH, INFO, KEY, PRIVATE_KEY, make_client
from tests.client.stub_server import Reply, StubServer
from thumbor_renuo.client import (
    AppInfo,
    BadAnswer,
    Client,
    ClientError,
    Forbidden,
    ImageUrls,
    errors,
)

LOADED = """
import sys
before = set(sys.modules)
import thumbor_renuo.client
print(*sorted(set(sys.modules) - before))
"""


def test_it_stands_alone() -> None:
    """A fresh interpreter loads nothing of the server, and of other packages urllib3 only."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], check=True, capture_output=True, text=True
    ).stdout.split()
    ours = {name for name in loaded if name.startswith("thumbor_renuo")}
    assert "thumbor_renuo.client.api" in ours
    assert {name for name in ours if not name.startswith("thumbor_renuo.client")} == {
        "thumbor_renuo"
    }
    others = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert others - {"thumbor_renuo"} >= {"urllib3"}
    heavy = {"thumbor", "tornado", "boto3", "botocore", "aiobotocore", "tc_aws", "PIL", "pyvips"}
    assert not others & (heavy | {"jinja2", "django", "requests", "sentry_sdk"})


def test_the_exports_are_these() -> None:
    """What is exported exists; a new name is a decision."""
    exported = set(thumbor_renuo.client.__all__)
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    all_errors = {kind.__name__ for kind in kinds if issubclass(kind, ClientError)}
    assert exported - all_errors == {
        *("Client", "ImageUrls", "AppInfo", "StoredFile", "FileDetails", "Deleted"),
        *("FailedDelete", "SignedUpload", "UploadedFile", "ImageFacts"),
    }
    assert all_errors <= exported
    assert all(hasattr(thumbor_renuo.client, name) for name in exported)


def test_the_client_shows_where_it_asks() -> None:
    """Its repr has the address and no key."""
    client = Client("https://images.example.com/", api_key="12345678", private_key="98765")
    assert repr(client) == "Client('https://images.example.com')"


def test_the_app_is_asked_for_once(server: StubServer, client: Client) -> None:
    """What the service tells is kept."""
    server.reply(Reply(json=INFO))
    assert client.app() == AppInfo(**{**INFO, "content_types": ("image/*",)})
    assert client.app() is client.app()
    assert [(r.method, r.target) for r in server.requests] == [("GET", "/apps/12345678")]


def test_many_threads_ask_once(server: StubServer, client: Client) -> None:
    """The first asks, the others wait for its answer."""
    server.reply(Reply(json=INFO))
    start = threading.Barrier(8)

    def work(_number: int) -> ImageUrls:
        start.wait(10)
        return client.images

    with ThreadPoolExecutor(8) as pool:
        assert {images.address for images in pool.map(work, range(8))} == {
            "https://cdn.example.com"
        }
    assert len(server.requests) == 1


def test_a_failure_is_not_kept(server: StubServer, client: Client) -> None:
    """Asked again, the service may know the app."""
    server.reply(Reply(403, body=b"Invalid request."), Reply(json=INFO))
    with pytest.raises(Forbidden, match=r"Invalid request\."):
        client.app()
    assert client.app().app == APP


def test_an_api_key_is_quoted(server: StubServer, pauses: list[float]) -> None:
    """A key is one component of the path."""
    server.reply(Reply(json=INFO))
    make_client(server, pauses, api_key="a/b?c").app()
    assert server.requests[0].target == "/apps/a%2Fb%3Fc"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("app", None),
        ("app", 7),
        ("cdn_host", None),
        ("max_bytes", "7"),
        ("max_bytes", True),
        ("content_types", "image/*"),
        ("texts", {"a": 1}),
        ("texts", None),
    ],
)
def test_a_field_of_another_type_is_named(
    server: StubServer, client: Client, name: str, value: object
) -> None:
    """The answer is checked before anything is made of it."""
    server.reply(Reply(json={**INFO, name: value}))
    with pytest.raises(BadAnswer, match=f"'{name}'"):
        client.app()


def test_the_images_are_those_of_the_app(server: StubServer, client: Client) -> None:
    """The service tells the CDN's host and the app's name; file paths may be used then."""
    server.reply(Reply(json=INFO))
    assert client.images.url(FILE_PATH, "9x9") == f"https://cdn.example.com/t/9x9/u/{KEY}"
    assert client.images is client.images
    assert len(server.requests) == 1


def test_a_given_host_is_not_asked_for(server: StubServer, pauses: list[float]) -> None:
    """With the CDN's host, image URLs need no network."""
    client = make_client(server, pauses, cdn_host="img.example.com")
    assert client.images.original(KEY) == f"https://img.example.com/{KEY}"
    client = make_client(server, pauses, cdn_host="img.example.com", app=APP)
    assert client.images.original(FILE_PATH) == f"https://img.example.com/{KEY}"
    assert server.requests == []


@pytest.mark.parametrize("host", [None, "cdn.example.com"])
def test_the_images_sign_with_the_client_s_key(
    server: StubServer, pauses: list[float], host: str | None
) -> None:
    """Offline, and the private key is sent nowhere."""
    server.reply(Reply(json=INFO))
    images = make_client(server, pauses, cdn_host=host).images
    token = images.signed_url(KEY, "9x9").split("/")[4]
    assert token.startswith(f"{hashlib.sha256(PRIVATE_KEY.encode()).hexdigest()[:8]}.")
    assert all("Authorization" not in request.headers for request in server.requests)
    with pytest.raises(ValueError, match="private_key="):
        make_client(server, pauses, cdn_host=host, private_key=None).images.signed_url(KEY)


def test_a_service_that_is_its_own_cdn_has_its_scheme(server: StubServer, client: Client) -> None:
    """In a demo on http, images are not asked for with https."""
    server.reply(Reply(json={**INFO, "cdn_host": server.url.removeprefix("http://")}))
    assert client.images.original(KEY) == f"{server.url}/{KEY}"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda client: client.app(), "api_key="),
        (lambda client: client.images, "api_key="),
        (lambda client: client.sign("a", "b/c", 1), "api_key="),
        (lambda client: client.complete(KEY, "token"), "api_key="),
        (lambda client: client.complete(KEY), "private_key="),
        (lambda client: list(client.list()), "private_key="),
        (lambda client: client.file(KEY), "private_key="),
        (lambda client: client.delete(FILE_PATH), "private_key="),
        (lambda client: client.delete_many([FILE_PATH]), "private_key="),
        (lambda client: client.delete_prefix("ab12/"), "private_key="),
    ],
)
def test_a_missing_key_is_named(call: Any, words: str) -> None:
    """Nothing is sent without the key that it needs."""
    client = Client("http://127.0.0.1:9", sleep=lambda _seconds: None)
    with pytest.raises(ValueError, match=words):
        call(client)
