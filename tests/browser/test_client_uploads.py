"""The upload client in a real browser: choose, drop, paste, watch, and by keyboard alone."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from playwright.sync_api import expect

from tests.browser.client_page import SECONDS, ClientPage
from tests.browser.target import Target
from tests.integration.conftest import noise

pytestmark = pytest.mark.browser

Tab = Callable[[Target], ClientPage]
PASTE = """data => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], "image.png", { type: "image/png" }));
  const given = { clipboardData: transfer, bubbles: true, cancelable: true };
  return document.body.dispatchEvent(new ClipboardEvent("paste", given));
}"""
SLOW = 40_000  # bytes a second


def photos(folder: Path, *names: str, size: tuple[int, int] = (320, 240)) -> list[Path]:
    """Pictures that do not compress, some 100 kB each."""
    folder.mkdir(exist_ok=True)
    made = [folder / name for name in names]
    for path in made:
        path.write_bytes(noise(*size, "PNG" if path.suffix == ".png" else "JPEG"))
    return made


def test_twenty_photos_at_once(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """Each gets a key of its own, is verified and previewed, and the page hears of each once."""
    client = tab(shop).open()
    files = photos(tmp_path, *(f"Photo {number}.jpg" for number in range(20)))
    client.choose(*files)
    client.expect("done", 20)
    results = client.results()
    assert len({result["key"] for result in results}) == 20
    assert {result["cleanName"] for result in results} == {f"photo-{n}.jpg" for n in range(20)}
    assert {(result["width"], result["height"]) for result in results} == {(320, 240)}
    assert {result["contentType"] for result in results} == {"image/jpeg"}
    assert {result["key"] for result in results} <= shop.objects()
    expect(client.rows().locator("canvas")).to_have_count(20)
    expect(client.page.locator(".renuo-upload__status")).to_contain_text("20")
    client.seen("twenty-done")


def test_two_files_of_one_name(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """Neither overwrites the other."""
    client = tab(shop).open()
    first, second = photos(tmp_path / "a", "a.jpg") + photos(tmp_path / "b", "a.jpg")
    client.choose(first)
    client.choose(second)
    client.expect("done", 2)
    stored = {shop.read(result["key"])[1]["ContentLength"] for result in client.results()}
    assert stored == {first.stat().st_size, second.stat().st_size}


def test_progress_is_shown_and_told(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """While files are on their way: each one's bar, one for all, and what can be done."""
    client = tab(shop).open({"parallelUploads": 2})
    client.throttle(SLOW)
    client.choose(*photos(tmp_path, "one.jpg", "two.jpg", "three.jpg"))
    uploading = client.expect("uploading", 2)
    bar = uploading.first.locator("[role=progressbar]")
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    expect(client.rows("waiting")).to_have_count(1)
    totals = client.page.locator(".renuo-upload__totals [role=progressbar]")
    expect(totals).to_be_visible()
    client.seen("uploading")
    client.throttle(-1)
    client.expect("done", 3)


def test_pasting(tab: Tab, shop: Target) -> None:
    """A picture in the clipboard is uploaded."""
    client = tab(shop).open()
    picture = base64.b64encode(noise(60, 40, "PNG")).decode()
    assert client.page.evaluate(PASTE, picture) is False  # it was taken
    client.expect("done")
    [result] = client.results()
    assert (result["cleanName"], result["width"]) == ("image.png", 60)


def test_a_dropped_folder(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """All files in it and in the folders below are uploaded, hidden ones not."""
    client = tab(shop).open()
    photos(tmp_path / "trip", "one.jpg", "two.jpg", ".hidden.jpg")
    photos(tmp_path / "trip" / "day 2", "three.jpg")
    drag(client, tmp_path / "trip")
    client.expect("done", 3)
    names = sorted(result["originalName"] for result in client.results())
    assert names == ["one.jpg", "three.jpg", "two.jpg"]


def drag(client: ClientPage, path: Path) -> None:
    """Drag something from the desktop into the upload area, and let it fall."""
    session = client.page.context.new_cdp_session(client.page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}

    def move(*kinds: str) -> None:
        box = client.page.locator(".renuo-upload__drop").bounding_box()
        assert box
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in kinds:
            session.send("Input.dispatchDragEvent", {"type": kind, **point, "data": data})

    move("dragEnter", "dragOver")
    expect(client.page.locator(".renuo-upload.dz-drag-hover")).to_be_visible()
    client.seen("drag-over")
    move("dragOver", "drop")


def test_by_keyboard_alone(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """Choose, cancel, retry and remove, with the focus never lost."""
    client = tab(shop).open()
    page = client.page
    client.throttle(SLOW)
    page.on("filechooser", lambda _chooser: None)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("renuo-upload__drop")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(photos(tmp_path, "one.jpg"))
    client.expect("uploading")
    reach(client, "__cancel")
    client.expect("cancelled")
    client.throttle(-1)
    reach(client, "__retry")
    client.expect("done")
    reach(client, "__remove")
    expect(client.rows()).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def reach(client: ClientPage, part: str) -> None:
    """Press Tab until the focus is on a button of a row, then Enter."""
    page = client.page
    page.locator(f".renuo-upload__file .renuo-upload{part}").first.wait_for()
    for _ in range(12):
        page.keyboard.press("Tab")
        if part in page.evaluate("document.activeElement.className"):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            page.keyboard.press("Enter")
            return
    pytest.fail(f"no Tab leads to {part}")


def test_in_german(tab: Tab, limited: Target, tmp_path: Path) -> None:
    """The page's language is the client's: words, sizes, refusals."""
    client = tab(limited).open(language="de-CH")
    (tmp_path / "large.jpg").write_bytes(noise(600, 400))
    (tmp_path / "small.jpg").write_bytes(noise(100, 80))
    client.choose(tmp_path / "large.jpg", tmp_path / "small.jpg")
    client.expect("done")
    failed = client.expect("failed")
    expect(failed.locator(".renuo-upload__error")).to_contain_text("100 kB")
    expect(client.page.locator(".renuo-upload__drop")).to_contain_text("Dateien")
    expect(client.rows("done").locator(".renuo-upload__state")).to_contain_text("Hochgeladen")
    client.seen("german")


def test_smaller_before_it_is_sent(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """A photo is reduced in the browser, upright, without where it was taken."""
    client = tab(shop).open({"maxWidth": 300, "quality": 0.8})
    original = Image.open(io.BytesIO(noise(800, 600)))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    original.save(tmp_path / "here.jpg", exif=exif)
    assert b"Exif" in (tmp_path / "here.jpg").read_bytes()
    client.choose(tmp_path / "here.jpg")
    client.expect("done")
    [result] = client.results()
    assert (result["width"], result["height"]) == (300, 400)
    stored = requests.get(f"{shop.host}/{result['key']}", timeout=SECONDS).content
    assert b"Exif" not in stored
    assert Image.open(io.BytesIO(stored)).size == (300, 400)


def test_a_preview_that_the_browser_cannot_make(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """What it cannot decode is shown by the service once it has arrived."""
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = Image.open(io.BytesIO(noise(320, 240)))
    pillow_heif.from_pillow(picture).save(tmp_path / "phone.heic")
    client = tab(shop).open()
    client.choose(tmp_path / "phone.heic")
    image = client.expect("done").locator("img")
    expect(image).to_have_js_property("complete", True)
    client.page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
    client.seen("heic")


def test_leaving_asks_while_files_are_on_their_way(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """And only then."""
    client = tab(shop).open()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    client.page.on("dialog", stay)
    client.throttle(SLOW)
    client.choose(*photos(tmp_path, "one.jpg"))
    client.expect("uploading")
    client.page.mouse.click(5, 5)  # browsers ask only who has touched the page
    client.page.close(run_before_unload=True)
    client.page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    client.throttle(-1)
    client.expect("done")
    with client.page.expect_event("close"):
        client.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
