"""Large files go in parts, and go on: after a pause, a lost connection, a reload."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.client_page import ClientPage
from tests.browser.target import Target
from tests.integration.conftest import eventually

pytestmark = pytest.mark.browser

Tab = Callable[[Target], ClientPage]
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
PART = 8 * 1024**2
OFFLINE_SECONDS = 5


def film(folder: Path, size: int) -> Path:
    """A file that begins as an MP4 does."""
    path = folder / "film.mp4"
    with path.open("wb") as file:
        file.write(MP4)
        while left := size - file.tell():
            file.write(os.urandom(min(left, 1_000_000)))
    return path


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_parts_arrive_whole(tab: Tab, verified: Target, tmp_path: Path) -> None:
    """A file over the threshold is joined from parts, checked and published."""
    client, file = tab(verified).open(), film(tmp_path, 26_500_000)
    client.choose(file)
    client.expect("done")
    [result] = client.results()
    assert result["contentType"] == "video/mp4"
    assert verified.read(result["key"])[0] == sha256(file)
    assert sorted(client.stored) == [1, 2, 3, 4]
    assert verified.unfinished() == []


def goes_on_after_a_cut_and_a_reload(
    client: ClientPage, target: Target, file: Path, speed: int
) -> None:
    """Cut it off in the middle, reload it further on: S3 gets each part once."""
    parts = -(-file.stat().st_size // PART)
    client.throttle(speed)
    client.choose(file)
    eventually(lambda: pumped(client) >= parts // 4, "a quarter is stored", 60)
    client.throttle(speed, offline=True)
    expect(client.rows().locator(".renuo-upload__state")).to_contain_text("connection")
    client.seen(f"offline-{parts}")
    client.page.wait_for_timeout(OFFLINE_SECONDS * 1000)
    assert client.rows("failed").count() == 0
    client.throttle(speed)
    eventually(lambda: pumped(client) >= parts // 2, "half is stored", 60)
    client.page.on("dialog", lambda dialog: dialog.accept())
    client.page.reload()
    [unfinished] = target.unfinished()
    kept = target.parts(unfinished)
    before = len(client.stored)
    client.throttle(-1)
    client.choose(file)
    client.expect("done", seconds=120)
    sent_again = client.stored[before:]
    assert not set(sent_again) & set(kept)
    assert set(sent_again) | set(kept) == set(range(1, parts + 1))
    [result] = client.results()
    assert target.read(result["key"])[0] == sha256(file)
    assert target.unfinished() == []


def pumped(client: ClientPage) -> int:
    """Parts that are stored; Playwright hears of answers only while it is asked."""
    client.page.wait_for_timeout(20)
    return len(set(client.stored))


def test_it_goes_on_after_a_cut_and_a_reload(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """Only what is missing is sent."""
    client = tab(shop).open()
    goes_on_after_a_cut_and_a_reload(client, shop, film(tmp_path, 80_000_001), 16_000_000)


@pytest.mark.long
def test_200_megabytes_go_on(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """The same for a file as phones make them."""
    client = tab(shop).open()
    goes_on_after_a_cut_and_a_reload(client, shop, film(tmp_path, 200_000_001), 20_000_000)


def test_pause_and_resume(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """While it is paused nothing is sent; then what is missing is."""
    client, file = tab(shop).open(), film(tmp_path, 40_000_001)
    client.throttle(8_000_000)
    client.choose(file)
    eventually(lambda: pumped(client) >= 1, "a part is stored", 60)
    client.rows().locator(".renuo-upload__pause").click()
    client.expect("paused")
    client.seen("paused")
    before = len(client.stored)
    client.page.wait_for_timeout(1_500)
    assert len(client.stored) == before
    [unfinished] = shop.unfinished()
    kept = shop.parts(unfinished)
    assert kept
    client.throttle(-1)
    client.rows().locator(".renuo-upload__resume").click()
    client.expect("done")
    assert sorted(client.stored[before:] + kept) == [1, 2, 3, 4, 5]


def test_cancel_throws_the_parts_away(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """S3 keeps nothing of a cancelled file."""
    client = tab(shop).open()
    client.throttle(8_000_000)
    client.choose(film(tmp_path, 40_000_001))
    eventually(lambda: pumped(client) >= 1, "a part is stored", 60)
    assert len(shop.unfinished()) == 1
    client.rows().locator(".renuo-upload__cancel").click()
    client.expect("cancelled")
    eventually(lambda: pumped(client) and not shop.unfinished(), "S3 has nothing of it", 60)
