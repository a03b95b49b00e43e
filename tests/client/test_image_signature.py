"""thumbor_renuo.client.image_signature: the tokens are those that the service takes."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import APP, FILE_PATH, KEY, PRIVATE_KEY
from tests.delivery.test_path_signature import object_keys
from tests.docs import block
from thumbor_renuo.apps import App, digest
from thumbor_renuo.client import ImageUrls, image_signature
from thumbor_renuo.client.image_signature import MAX_SECONDS, ImageSigner
from thumbor_renuo.client.private_key import PrivateKey
from thumbor_renuo.delivery import path_signature
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import Expired, Forbidden
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

CDN = "https://cdn.example.com"
NOW = 1_800_000_000.25
SHOP = App("shop", "live", "12345678", PRIVATE_KEY)
numbers = st.sets(st.integers(1, 65535), min_size=1, max_size=32)


def image_urls(now: float = NOW) -> ImageUrls:
    """Of the app, at a moment."""
    return ImageUrls("cdn.example.com", app=APP, private_key=PRIVATE_KEY, clock=lambda: now)


images = image_urls()


def seconds_left(url: str, now: float = NOW) -> float:
    """What the service makes of a URL: it refuses, or says how long it counts."""
    assert url.startswith(f"{CDN}/s/")
    token, path = path_signature.split(urlsplit(url).path)
    if path.startswith("/o/"):
        key = ObjectKey.parse(decode_path(path).removeprefix("/"))
        return path_signature.verify(SHOP, token, key, wants="original", now=now)
    asked = ThumbnailPath.parse(path, presets_of=lambda _app: {"card": "300x200"})
    width = asked.parameters["width"]
    return path_signature.verify(SHOP, token, asked.key, wants="thumbnail", width=width, now=now)


@given(object_keys, st.sampled_from("ota") | numbers, st.integers(1, 10**12 - 1))
def test_both_sign_alike(key: ObjectKey, scope: Any, expires: int) -> None:
    """The client has its own few lines; they make the tokens of the service."""
    if not isinstance(scope, str):
        widths, scope = scope, image_signature.width_scope(scope)
        assert scope == path_signature.width_scope(widths)
    secret = PrivateKey(PRIVATE_KEY).digest
    assert secret == digest(PRIVATE_KEY)
    made = image_signature.token(secret, str(key), expires, scope)
    assert made == path_signature.sign(secret, key, expires, scope)


def test_both_have_the_same_bounds() -> None:
    """What the client signs, the service takes; clocks may differ by a day."""
    assert image_signature.MAX_WIDTH == path_signature.MAX_WIDTH
    assert image_signature.MAX_WIDTHS == path_signature.MAX_WIDTHS
    assert image_signature.MAX_SECONDS == path_signature.MAX_SECONDS - 86400


@pytest.mark.parametrize(
    ("url", "tail"),
    [
        (images.signed_url(KEY), f".t.SIGNATURE/t/u/{KEY}"),
        (images.signed_url(FILE_PATH, "300x300/smart"), f".t.SIGNATURE/t/300x300/smart/u/{KEY}"),
        (images.signed_url(KEY, "p:card"), f".t.SIGNATURE/t/p:card/u/{KEY}"),
        (images.signed_url(KEY, original=True), f".o.SIGNATURE/{KEY}"),
        (
            images.signed_url(KEY, "320x0/filters:format(webp)", widths=[640, 320]),
            f".w320-640.SIGNATURE/t/320x0/filters:format(webp)/u/{KEY}",
        ),
        (images.signed_url(KEY, "p:card", widths=[300]), f".w300.SIGNATURE/t/p:card/u/{KEY}"),
    ],
)
def test_a_signed_url_counts(url: str, tail: str) -> None:
    """Its token stands before the path of the plain one, and the service takes it."""
    assert re.sub(r"\.[\w-]{43}/", ".SIGNATURE/", url).endswith(tail)
    assert 3600 <= seconds_left(url) <= 3961


def test_a_signed_url_ends() -> None:
    """At its time the service refuses it."""
    url = images.signed_url(KEY, expires_in=60)
    assert seconds_left(url, NOW + 59)
    with pytest.raises(Expired):
        seconds_left(url, NOW + 67)


def test_another_private_key_does_not_sign() -> None:
    """The service knows its apps' keys only."""
    url = ImageUrls("cdn.example.com", private_key="guessed", clock=lambda: NOW).signed_url(KEY)
    with pytest.raises(Forbidden, match="none of this app's"):
        seconds_left(url)


@given(st.floats(0, 2e9), st.integers(1, MAX_SECONDS))
def test_a_token_counts_as_long_as_was_said(now: float, expires_in: int) -> None:
    """No less, and up to a tenth more, but never longer than the service takes."""
    token = ImageSigner(PrivateKey(PRIVATE_KEY), lambda: now).sign(KEY, "t", expires_in)
    left = int(token.split(".")[1]) - now
    assert expires_in <= left <= min(expires_in * 1.1, MAX_SECONDS) + 2
    assert left <= path_signature.MAX_SECONDS


def test_urls_of_the_same_minutes_are_equal() -> None:
    """So a browser that comes back has the image; later the URL is another one."""
    first = image_urls(1_800_000_000).signed_url(KEY)
    assert image_urls(1_799_999_700).signed_url(KEY) == first
    assert image_urls(1_800_000_001).signed_url(KEY) != first


def test_one_signature_covers_a_srcset() -> None:
    """All widths have the same token; the heights follow."""
    found = images.signed_srcset(KEY, [320, 640], options="300x200/smart", expires_in=600)
    urls = [part.split(" ") for part in found.split(", ")]
    assert [mark for _, mark in urls] == ["320w", "640w"]
    assert len({url.split("/")[4] for url, _ in urls}) == 1
    assert [url.split("/t/")[1] for url, _ in urls] == [
        f"320x213/smart/u/{KEY}", f"640x427/smart/u/{KEY}",
    ]  # fmt: skip
    assert all(600 <= seconds_left(url) <= 661 for url, _ in urls)
    with pytest.raises(Forbidden, match="the widths 320, 640: '641'"):
        seconds_left(urls[0][0].replace("/320x213/", "/641x427/"))


def test_a_token_alone_may_be_had() -> None:
    """For who builds URLs of one object: each scope covers what it says."""
    assert seconds_left(f"{CDN}/s/{images.signature(KEY)}/t/9x9/u/{KEY}")
    everything = images.signature(FILE_PATH, "a", expires_in=60)
    assert seconds_left(f"{CDN}/s/{everything}/t/9x9/u/{KEY}")
    assert seconds_left(f"{CDN}/s/{everything}/{KEY}")
    assert images.signature(KEY, [7]).split(".")[2] == "w7"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ImageUrls("cdn").signed_url(KEY), "private_key="),
        (lambda: ImageUrls("cdn").signed_srcset(KEY, [320]), "private_key="),
        (lambda: ImageUrls("cdn").signature(KEY), "private_key="),
        (lambda: images.signed_url(KEY, "9x9", original=True), "takes no options"),
        (lambda: images.signed_url(KEY, widths=[9], original=True), "takes no options"),
        (lambda: images.signed_url(KEY, widths=[320]), "none of the widths 320"),
        (lambda: images.signed_url(KEY, "321x0", widths=[320, 640]), "none of the widths 320, 640"),
        (lambda: images.signed_url(KEY, "x320", widths=[320]), "none of the widths 320"),
        (lambda: images.signed_url(KEY, "origx9", widths=[320]), "not in pixels"),
        (lambda: images.signed_url(KEY, "320x0", widths=[]), "1 to 32 widths, not 0"),
        (lambda: images.signed_url(KEY, "1x0", widths=range(1, 34)), "1 to 32 widths, not 33"),
        (lambda: images.signed_url(KEY, "320x0", widths=["320"]), "the width '320'"),
        (lambda: images.signed_url(KEY, "1x0", widths=[True]), "the width True"),
        (lambda: images.signed_url(KEY, "1x0", widths=[65536]), "the width 65536"),
        (lambda: images.signed_url(KEY, "a/u/b"), "hold '/u/'"),
        (lambda: images.signed_url("o/app/../x"), "component"),
        (lambda: images.signed_url(KEY, expires_in=0), "expires_in 0"),
        (lambda: images.signed_url(KEY, expires_in=-1), "expires_in -1"),
        (lambda: images.signed_url(KEY, expires_in=60.5), "expires_in 60.5"),
        (lambda: images.signed_url(KEY, expires_in=True), "expires_in True"),
        (lambda: images.signed_url(KEY, expires_in="60"), "expires_in '60'"),
        (lambda: images.signed_url(KEY, expires_in=MAX_SECONDS + 1), "expires_in 31536001"),
        (lambda: images.signed_srcset(KEY, [320, 320]), "each once"),
        (lambda: images.signed_srcset(KEY, [320], options="p:card"), "its own size"),
        (lambda: images.signature(KEY, "x"), "the scope 'x'"),
        (lambda: images.signature(KEY, "w320"), "the scope 'w320'"),
        (lambda: images.signature(KEY, ""), "the scope ''"),
    ],
)
def test_what_cannot_be_signed_is_refused(call: Any, words: str) -> None:
    """The error says what is wrong, and no URL is made that the service would refuse."""
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("private_key", ["", "a b", "a\n", 7, b"98765"])
def test_what_is_no_private_key_is_refused(private_key: Any) -> None:
    """The error does not show it."""
    with pytest.raises(ValueError, match="visible ASCII") as refused:
        ImageUrls("cdn", private_key=private_key)
    assert not private_key or str(private_key) not in str(refused.value)


def test_no_secret_is_printed() -> None:
    """Neither the key nor what is made of it."""
    signer = ImageSigner(PrivateKey(PRIVATE_KEY))
    for shown in (repr(images), repr(signer), str(signer), images.signed_url(KEY)):
        assert PRIVATE_KEY not in shown
        assert digest(PRIVATE_KEY) not in shown


@given(object_keys, st.sampled_from(["", "300x300/smart", "p:card", "filters:fill(red, 1)"]))
def test_nothing_in_a_signed_url_needs_escaping(key: ObjectKey, options: str) -> None:
    """As in all URLs of the client."""
    url = images.signed_url(str(key), options)
    assert not set(url) & set("&<>\"' \t\n\\")
    assert url.isascii()
    assert seconds_left(url)


def test_the_example_of_the_docs_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each URL that it prints is one that the service takes."""
    monkeypatch.setenv("PRIVATE_KEY", PRIVATE_KEY)
    code = block("delivery.md", "Private apps", "python").code
    exec(compile(code, "delivery.md", "exec"), {})
    found = re.findall(r"https://\S+", capsys.readouterr().out)
    assert len(found) == 5
    assert all(seconds_left(url, time.time()) for url in found)
