"""Uppy's own S3 plug-in uploads through /uppy/<api key>, from a page of another origin."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, Route

from tests.browser.target import Target
from tests.browser.uppy_page import UppyPage, build, served
from tests.integration.conftest import eventually

pytestmark = pytest.mark.browser

PART_BYTES = 8 * 1024**2
FILM_BYTES = 60_000_000
PARTS = [1, 2, 3, 4, 5, 6, 7, 8]
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
SLOW_BYTES = 16_000_000  # a second: what is to be cancelled must last until it is
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
PREFIX = "[0-9a-z]{4}/([0-9a-f]{4}/){8}"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the page is: neither our server's origin nor S3's."""
    build()
    with served() as url:
        yield url


@pytest.fixture
def uppy(browser: Browser, address: str) -> Iterator[UppyPage]:
    """Uppy in a fresh tab; the test fails on any script error."""
    context = browser.new_context()
    tab = context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(address)
    yield UppyPage(tab)
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 MB that begin as an MP4 file does."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    path.write_bytes(MP4 + os.urandom(FILM_BYTES - len(MP4)))
    return path


def noise(path: Path, side: int) -> Path:
    """A PNG of a bit more than 3 bytes a pixel."""
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(path)
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def numbers(uppy: UppyPage, method: str, pattern: str) -> list[int]:
    """Of the requests to addresses with a part's number in them, in their order."""
    found = [re.search(pattern, url) for sent, url in uppy.requests if sent == method]
    return [int(match[1]) for match in found if match]


def test_one_megabyte_as_a_form(uppy: UppyPage, shop: Target, tmp_path: Path) -> None:
    """A file goes to S3 in one POST, byte for byte, with the headers that were signed."""
    file = noise(tmp_path / "photo.png", 577)
    assert file.stat().st_size > 1_000_000
    with uppy.page.expect_response("**/s3/params?*") as signed:
        uppy.upload(shop.companion, file)
    outcome = uppy.outcome(file)
    key = outcome["body"]["key"]
    assert re.fullmatch(rf"{shop.folder}{PREFIX}photo\.png", key)
    assert outcome["uploadURL"] == outcome["body"]["location"] == f"{shop.address}/{key}"
    answer = signed.value.json()
    assert (answer["method"], answer["key"]) == ("POST", key)
    stored, headers = shop.read(key)
    assert stored == sha256(file)
    assert headers["ContentType"] == answer["fields"]["Content-Type"] == "image/png"
    assert headers["CacheControl"] == answer["fields"]["Cache-Control"]
    assert [method for method, url in uppy.requests if url.startswith(shop.address)] == ["POST"]


@pytest.mark.parametrize(
    ("name", "kept"), [("Ümläut ß.png", "Ümläut-ß.png"), ("日本.png", "日本.png")]
)
@pytest.mark.parametrize("multipart", [False, True], ids=["form", "multipart"])
def test_letters_of_all_languages(
    uppy: UppyPage, shop: Target, tmp_path: Path, name: str, kept: str, multipart: bool
) -> None:
    """A name's letters stay in the key, and the address of the upload escapes them."""
    file = noise(tmp_path / name, 20)
    uppy.upload(shop.companion, file, multipart=multipart)
    outcome = uppy.outcome(file)
    assert outcome["body"]["key"].rpartition("/")[2] == kept
    assert outcome["uploadURL"].endswith("/" + quote(kept))
    assert shop.read(outcome["body"]["key"])[0] == sha256(file)


def test_multipart_survives_a_failed_part(uppy: UppyPage, shop: Target, film: Path) -> None:
    """60 MB in parts: after a part has failed for good, a retry sends only what S3 lacks."""
    mishaps: list[Callable[[Route], None]] = [
        lambda route: route.abort("connectionreset"),  # Uppy itself tries again
        lambda route: route.fulfill(status=403, headers=ANY_ORIGIN),  # as for a URL that expired
    ]
    third = re.compile("[?&]partNumber=3&")

    def meet(route: Route) -> None:
        mishaps.pop(0)(route)

    uppy.page.route(third, meet)
    uppy.upload(shop.companion, film, multipart=True)
    uppy.wait("() => seen.failed.length")
    assert mishaps == []
    [unfinished] = shop.unfinished()
    assert shop.parts(unfinished) == [1, 2]
    # Where there are routes, Playwright answers preflights in the servers' place.
    uppy.page.unroute(third)
    uppy.page.evaluate("void uppy.retryUpload(seen.failed[0])")
    outcome = uppy.outcome(film, failures=1)
    assert numbers(uppy, "PUT", "[?&]partNumber=([0-9]+)") == [1, 2, 3, 3, *PARTS[2:]]
    assert numbers(uppy, "GET", r"/multipart/[^/?]+/([0-9]+)\?") == [1, 2, 3, *PARTS[2:]]
    listing = re.compile(r"/s3/multipart/[^/?]+\?key=")
    assert [method for method, url in uppy.requests if listing.search(url)] == ["GET"]
    key = outcome["body"]["key"]
    assert re.fullmatch(rf"{shop.folder}{PREFIX}film\.mp4", key)
    stored, headers = shop.read(key)
    assert stored == sha256(film)
    assert headers["ContentType"] == "video/mp4"
    assert "immutable" in headers["CacheControl"]
    assert shop.unfinished() == []
    assert outcome["uploadURL"] == outcome["body"]["location"]
    public = requests.get(urljoin(uppy.page.url, outcome["uploadURL"]), timeout=30)
    assert hashlib.sha256(public.content).hexdigest() == stored


def test_nothing_remains_of_what_is_cancelled(uppy: UppyPage, shop: Target, film: Path) -> None:
    """Cancelled in the middle of a part: neither an object nor a multipart upload is left."""
    before = shop.objects()
    uppy.slow_down(SLOW_BYTES)
    uppy.upload(shop.companion, film, multipart=True)
    uppy.wait("size => uppy.getFiles()[0]?.progress.bytesUploaded > size", 2 * PART_BYTES)
    [unfinished] = shop.unfinished()
    assert shop.parts(unfinished)[:2] == [1, 2]
    with uppy.page.expect_response(lambda answer: answer.request.method == "DELETE") as aborted:
        uppy.page.evaluate("uppy.cancelAll()")
    assert aborted.value.status == 200
    eventually(lambda: not shop.unfinished(), "the multipart upload ends")
    assert shop.objects() == before
    assert not any("/complete?" in url for _, url in uppy.requests)
    assert uppy.page.evaluate("[uppy.getFiles(), seen.succeeded, seen.failed]") == [[], {}, []]


def test_a_key_of_nobody_is_refused_in_words(
    uppy: UppyPage, demo: dict[str, Any], tmp_path: Path
) -> None:
    """Uppy shows the reason phrase, the only words of an answer that it reads."""
    uppy.upload(f"{demo['url']}uppy/nobody", noise(tmp_path / "photo.png", 20))
    assert "API key" in uppy.shown("photo.png")


@pytest.mark.parametrize("multipart", [False, True], ids=["form", "multipart"])
def test_a_type_that_the_app_does_not_take(
    uppy: UppyPage, limited: Target, tmp_path: Path, multipart: bool
) -> None:
    """It is refused before a byte of it is sent, and Uppy shows what is taken."""
    file = tmp_path / "notes.txt"
    file.write_text("Nothing to see.")
    uppy.upload(limited.companion, file, multipart=multipart)
    assert "image/*" in uppy.shown("notes.txt")
    assert not any(url.startswith(limited.address) for _, url in uppy.requests)
    assert limited.unfinished() == []


@pytest.mark.parametrize("multipart", [False, True], ids=["form", "multipart"])
def test_more_bytes_than_the_app_takes(
    uppy: UppyPage, limited: Target, tmp_path: Path, multipart: bool
) -> None:
    """Uppy does not tell a file's size: the bytes are sent, but nothing of them is kept."""
    before = limited.objects()
    uppy.upload(limited.companion, noise(tmp_path / "big.png", 300), multipart=multipart)
    shown = uppy.shown("big.png")
    # A form's refusal comes from S3, and Uppy takes its answer for a broken network.
    assert ("100000" if multipart else "network error") in shown
    assert limited.objects() == before
    assert limited.unfinished() == []


def test_a_verified_app_publishes_a_multipart_upload(
    uppy: UppyPage, verified: Target, tmp_path: Path
) -> None:
    """Completing is when it is checked; Uppy is told the key under which readers find it."""
    before = verified.objects()
    file = noise(tmp_path / "photo.png", 20)
    uppy.upload(verified.companion, file, multipart=True)
    key = uppy.outcome(file)["body"]["key"]
    assert key.startswith(verified.folder)
    assert verified.objects() - before == {key}
    assert verified.read(key)[0] == sha256(file)


def test_a_verified_app_refuses_in_words(uppy: UppyPage, verified: Target, tmp_path: Path) -> None:
    """What is not what it says it is, is deleted, and Uppy shows why."""
    before = verified.objects()
    file = tmp_path / "photo.png"
    file.write_bytes(b"%PDF-1.7\n" + b"x" * 1000)
    uppy.upload(verified.companion, file, multipart=True)
    assert "application/pdf" in uppy.shown("photo.png")
    assert verified.objects() == before
    assert verified.unfinished() == []


def test_cancelled_while_it_is_completed(uppy: UppyPage, shop: Target, tmp_path: Path) -> None:
    """S3 has joined the parts when the user cancels: the object goes too."""
    before = shop.objects()
    file = tmp_path / "short.mp4"
    file.write_bytes(MP4 + os.urandom(PART_BYTES))

    def meet(route: Route) -> None:
        route.fetch()
        assert len(shop.objects() - before) == 1
        uppy.page.evaluate("uppy.cancelAll()")
        route.abort()

    uppy.page.route("**/complete?*", meet)
    with uppy.page.expect_response(lambda answer: answer.request.method == "DELETE") as aborted:
        uppy.upload(shop.companion, file, multipart=True)
    assert aborted.value.status == 200
    assert shop.objects() == before


def test_a_retry_after_a_lost_answer(uppy: UppyPage, shop: Target, tmp_path: Path) -> None:
    """Completed at S3 while the network broke: the retry succeeds, and sends no part again."""
    file = tmp_path / "short.mp4"
    file.write_bytes(MP4 + os.urandom(PART_BYTES))

    def meet(route: Route) -> None:
        route.fetch()
        route.abort()

    uppy.page.route("**/complete?*", meet)
    uppy.upload(shop.companion, file, multipart=True)
    uppy.wait("() => seen.failed.length")
    uppy.page.unroute("**/complete?*")
    uppy.page.evaluate("void uppy.retryUpload(seen.failed[0])")
    key = uppy.outcome(file, failures=1)["body"]["key"]
    assert shop.read(key)[0] == sha256(file)
    assert numbers(uppy, "PUT", "[?&]partNumber=([0-9]+)") == [1, 2]
