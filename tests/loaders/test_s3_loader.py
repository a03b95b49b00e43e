"""The loader: every failure of S3 becomes a result, never an exception."""

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from thumbor.loaders import LoaderResult

from tests.conftest import make_config
from tests.s3.faulty_server import FaultyServer
from thumbor_renuo.delivery.remote_images import RemoteImage
from thumbor_renuo.errors import (
    InvalidOptions,
    RenuoError,
    Unavailable,
    UpstreamError,
    UpstreamTimeout,
)
from thumbor_renuo.loaders import s3_loader
from thumbor_renuo.s3.client import close_buckets

KEY = "o/foobar-develop/qstu/0b1c/a.jpg"
FAST = {
    "S3_RETRIES": "0", "S3_CONNECT_SECONDS": "2", "S3_READ_SECONDS": "2",
    "S3_TOTAL_SECONDS": "8",
}  # fmt: skip


async def load(endpoint: str, url: str = KEY, **options: str) -> LoaderResult:
    config = make_config(S3_ENDPOINT=endpoint, **{**FAST, **options})
    try:
        return await s3_loader.load(SimpleNamespace(config=config), url)
    finally:
        await close_buckets()


@pytest.mark.parametrize("name", ["a.jpg", "Ümläut ß.png", "100%.png", "a+b.png"])
async def test_an_object_is_loaded(moto_endpoint: str, bucket: Any, name: str) -> None:
    """The percent-encoded key that Thumbor hands over finds the object."""
    key = f"o/foobar-develop/qstu/{name}"
    bucket.put_object(Key=key, Body=b"bytes")
    for url in (quote(key), quote("u/" + key)):
        result = await load(moto_endpoint, url)
        assert (result.successful, result.buffer) == (True, b"bytes")


@pytest.mark.parametrize(("url", "valid"), [
    (KEY, True), ("u/" + KEY, True), ("o/any-app/x", True), ("", False), ("a.jpg", False),
    ("http://169.254.169.254/x", False), ("o/a/../b/c", False), ("o/a/%2e%2e/c", False),
    ("o/a/b%00", False), ("o/a/%ff", False), ("u/u/o/a/b", False), ("/etc/passwd", False),
])  # fmt: skip
def test_what_is_a_key(url: str, valid: bool) -> None:
    """Only keys of the bucket are valid, and looking asks nobody."""
    assert s3_loader.validate(None, url) is valid


async def test_what_is_no_key_is_not_loaded() -> None:
    """A key that is none is 400 without any request."""
    assert (await load("http://127.0.0.1:1", "http://127.0.0.1/x")).error == 400


@pytest.mark.usefixtures("bucket")
async def test_a_missing_object(moto_endpoint: str) -> None:
    """Missing is 404."""
    assert (await load(moto_endpoint)).error == LoaderResult.ERROR_NOT_FOUND


async def test_a_missing_bucket(moto_endpoint: str) -> None:
    """A missing bucket is no missing object but a broken set-up."""
    assert (await load(moto_endpoint)).error == LoaderResult.ERROR_UPSTREAM


async def test_an_object_over_the_limit(moto_endpoint: str, bucket: Any) -> None:
    """One byte over SOURCE_MAX_BYTES is 413, and the limit itself passes."""
    bucket.put_object(Key=KEY, Body=b"123456")
    assert (await load(moto_endpoint, SOURCE_MAX_BYTES="5")).error == 413
    assert (await load(moto_endpoint, SOURCE_MAX_BYTES="6")).successful


@pytest.fixture
def faulty() -> Iterator[Callable[[bytes | None], str]]:
    """A server that answers these bytes and closes, or with None never answers."""
    with FaultyServer() as server:
        yield server.answer


def answer(status: str, code: str = "", headers: str = "") -> bytes:
    body = f"<Error><Code>{code}</Code><Message>m</Message></Error>"
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


CUT_SHORT = (
    b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "x"\r\n'
    b"Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT\r\n\r\nonly this"
)


@pytest.mark.parametrize(("response", "error"), [
    (answer("404 Not Found", "NoSuchKey"), LoaderResult.ERROR_NOT_FOUND),
    (answer("404 Not Found", "NoSuchBucket"), LoaderResult.ERROR_UPSTREAM),
    (answer("403 Forbidden", "AccessDenied"), LoaderResult.ERROR_UPSTREAM),
    (answer("403 Forbidden", "SignatureDoesNotMatch"), LoaderResult.ERROR_UPSTREAM),
    (answer("500 Internal Server Error", "InternalError"), LoaderResult.ERROR_UPSTREAM),
    (answer("503 Slow Down", "SlowDown"), LoaderResult.ERROR_UPSTREAM),
    (answer("301 Moved Permanently", "PermanentRedirect"), LoaderResult.ERROR_UPSTREAM),
    (b"", LoaderResult.ERROR_UPSTREAM), (b"garbage\r\n\r\n", LoaderResult.ERROR_UPSTREAM),
    (CUT_SHORT, LoaderResult.ERROR_UPSTREAM), (None, LoaderResult.ERROR_TIMEOUT),
], ids=lambda value: str(value)[:40])  # fmt: skip
async def test_faults_of_the_storage(faulty: Any, response: bytes | None, error: str) -> None:
    """Whatever S3 answers, or does not, is 404, 502 or 504."""
    result = await load(faulty(response))
    assert (result.successful, result.error) == (False, error)


async def test_nobody_listens() -> None:
    """A refused connection is 502."""
    assert (await load("http://127.0.0.1:1")).error == LoaderResult.ERROR_UPSTREAM


async def test_no_such_host() -> None:
    """A name that does not resolve is 502."""
    result = await load("http://nowhere.invalid")
    assert result.error in {LoaderResult.ERROR_UPSTREAM, LoaderResult.ERROR_TIMEOUT}


async def test_drops_of_bytes_end_with_the_total(faulty: Any) -> None:
    """A storage that sends a byte now and then is given up after S3_TOTAL_SECONDS."""
    head = CUT_SHORT.partition(b"only")[0]
    result = await load(faulty([head, *[b"."] * 100]), S3_TOTAL_SECONDS="0.6")
    assert result.error == LoaderResult.ERROR_TIMEOUT


async def test_forbidden_may_mean_missing(faulty: Any, caplog: Any) -> None:
    """Where s3:ListBucket cannot be had, 403 is 404 by option; wrong credentials never are."""
    endpoint = faulty(answer("403 Forbidden", "AccessDenied"))
    result = await load(endpoint, S3_FORBIDDEN_IS_MISSING="true")
    assert result.error == LoaderResult.ERROR_NOT_FOUND
    endpoint = faulty(answer("403 Forbidden", "InvalidAccessKeyId"))
    result = await load(endpoint, S3_FORBIDDEN_IS_MISSING="true")
    assert result.error == LoaderResult.ERROR_UPSTREAM
    assert "S3_PUBLIC_KEY" in caplog.text


async def test_a_refusal_names_the_permission(faulty: Any, caplog: Any) -> None:
    """The log says which permission is lacking, on what."""
    await load(faulty(answer("403 Forbidden", "AccessDenied")))
    assert "s3:GetObject on arn:aws:s3:::bucket/o/*" in caplog.text
    assert "s3:ListBucket on arn:aws:s3:::bucket" in caplog.text


async def test_a_retry_succeeds() -> None:
    """With S3_RETRIES, one fault is not the client's."""
    whole = CUT_SHORT.replace(b"1000", b"9")
    with FaultyServer() as server:
        endpoint = server.answer(answer("500 Internal Server Error", "InternalError"), whole)
        assert (await load(endpoint, S3_RETRIES="1")).buffer == b"only this"
        assert server.requests == 2


async def test_many_at_once_share_a_bounded_pool(moto_endpoint: str, bucket: Any) -> None:
    """More loads than S3_CONNECTIONS wait for each other, and all succeed."""
    bucket.put_object(Key=KEY, Body=b"bytes")
    context = SimpleNamespace(config=make_config(S3_ENDPOINT=moto_endpoint, S3_CONNECTIONS="2"))
    results = await asyncio.gather(*[s3_loader.load(context, KEY) for _ in range(20)])
    await close_buckets()
    assert all(result.buffer == b"bytes" for result in results)


# -- images on other servers ----------------------------------------------------------------------

LOGO = "https://images.example.com/logo.png"
HOSTS = ("images.example.com",)


class Remote:
    """Gives an image, or fails as it is told; remembers what was asked."""

    def __init__(self, error: RenuoError | None = None) -> None:
        self.error = error
        self.asked: list[tuple[str, Any]] = []

    async def read(self, url: str, hosts: Any) -> RemoteImage:
        self.asked.append((url, hosts))
        if self.error:
            raise self.error
        return RemoteImage(b"logo", "etag")


def rendering(**more: Any) -> SimpleNamespace:
    """A context as filters have it: the main image has been found valid."""
    return SimpleNamespace(request=SimpleNamespace(image_url=KEY), **more)


@pytest.mark.parametrize("url", [LOGO, LOGO.replace("https", "HTTPS"), "http://nas.lan/x"])
async def test_an_address_that_a_filter_names_is_read(url: str) -> None:
    """From the hosts that the handler allows; what else holds for it is not looked at here."""
    remote = Remote()
    context = rendering(remote_images=remote, remote_hosts=HOSTS)
    assert s3_loader.validate(context, url)
    assert remote.asked == []
    result = await s3_loader.load(context, url)
    assert (result.successful, result.buffer) == (True, b"logo")
    assert remote.asked == [(url, HOSTS)]


@pytest.mark.parametrize("context", [
    None,
    SimpleNamespace(),
    SimpleNamespace(remote_images=Remote(), remote_hosts=HOSTS),
    rendering(),
    rendering(remote_images=None, remote_hosts=HOSTS),
    SimpleNamespace(
        request=SimpleNamespace(image_url=LOGO), remote_images=Remote(), remote_hosts=HOSTS
    ),
])  # fmt: skip
async def test_an_address_is_refused_elsewhere(context: Any) -> None:
    """As the main image, and where our handler has allowed none, even for a signed URL."""
    assert not s3_loader.validate(context, LOGO)
    result = await s3_loader.load(context, LOGO)
    assert (result.successful, result.error) == (False, 400)
    assert not getattr(getattr(context, "remote_images", None), "asked", [])


@pytest.mark.parametrize("url", [
    "", "file:///etc/passwd", "//images.example.com/x", "ftp://images.example.com/x",
    "https%3A//images.example.com/logo.png", "u/https://images.example.com/x",
    "o/../https://images.example.com", "images.example.com/logo.png",
])  # fmt: skip
async def test_what_is_neither_key_nor_address_is_refused(url: str) -> None:
    """And no server is asked for it."""
    remote = Remote()
    context = rendering(remote_images=remote, remote_hosts=HOSTS)
    assert not s3_loader.validate(context, url)
    assert (await s3_loader.load(context, url)).error == 400
    assert remote.asked == []


async def test_a_key_never_goes_elsewhere(moto_endpoint: str, bucket: Any) -> None:
    """A watermark of the bucket comes from there, whatever its name is."""
    key = "o/foobar-develop/https://images.example.com"
    bucket.put_object(Key=key.replace("//", "/"), Body=b"bytes")
    context = rendering(
        config=make_config(S3_ENDPOINT=moto_endpoint), remote_images=Remote(), remote_hosts=HOSTS
    )
    result = await s3_loader.load(context, key.replace("//", "/"))
    await close_buckets()
    assert result.buffer == b"bytes"
    assert not s3_loader.validate(context, key)
    assert context.remote_images.asked == []


@pytest.mark.parametrize(("error", "told"), [
    (InvalidOptions("x"), 400), (UpstreamError("x"), LoaderResult.ERROR_UPSTREAM),
    (UpstreamTimeout("x"), LoaderResult.ERROR_TIMEOUT), (Unavailable("x"), 503),
], ids=repr)  # fmt: skip
async def test_faults_of_other_servers(error: RenuoError, told: str | int) -> None:
    """They are results, as those of the storage are."""
    context = rendering(remote_images=Remote(error), remote_hosts=HOSTS)
    result = await s3_loader.load(context, LOGO)
    assert (result.successful, result.error) == (False, told)
