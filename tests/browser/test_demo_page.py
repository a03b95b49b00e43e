"""The demo page's builder in a real browser: a picture, options by clicking, its address."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_upload import drop, photo

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SECONDS = 30
TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"


def opened(page: Page, size: tuple[int, int] = (900, 600), **more: Any) -> str:
    """Upload a photo, and wait until the builder has its first result; gives its key."""
    drop(page, ("a photo.jpg", photo(size, **more)))
    expect(page.locator(".builder__title")).to_have_text("a photo.jpg")
    settled(page)
    return page.locator(".builder__key").inner_text()


def settled(page: Page) -> None:
    """Wait until the stage shows what the address says."""
    expect(page.locator(".stage")).not_to_have_attribute("aria-busy", "true")


def address(page: Page) -> str:
    return page.locator(".url__field").first.input_value()


def expect_options(page: Page, options: str) -> None:
    """The address has these options, and the result is what it leads to."""
    expect(page.locator(".url__field").first).to_have_value(
        re.compile(f"/t/{re.escape(options)}/u/")
    )
    settled(page)
    shown = Image.open(BytesIO(requests.get(address(page), timeout=SECONDS).content))
    expect(page.locator(".facts__pixels")).to_have_text(f"{shown.width} {TIMES} {shown.height}")


def group(page: Page, title: str) -> Locator:
    """A group of controls, open."""
    found = page.locator(".group", has=page.locator(".group__title", has_text=title))
    if not found.evaluate("group => group.open"):
        found.locator("summary").click()
    return found


def test_options_by_clicking(page: Page) -> None:
    """Each control changes the address, the picture and what is told of it."""
    opened(page)
    expect_options(page, "fit-in/800x600")
    size = group(page, "Size")
    size.get_by_label("Width").fill("320")
    size.get_by_label("Height").fill("200")
    size.get_by_label("Fill", exact=True).check()
    size.get_by_label("Smart").check()
    expect_options(page, "320x200/smart")
    group(page, "Crop and turn").get_by_label("Mirror across").check()
    light = group(page, "Light and colour")
    light.get_by_label("Contrast", exact=True).fill("20")
    light.get_by_label("Shades of grey").check()
    group(page, "Format").get_by_label("WebP").check()
    expect_options(page, "-320x200/smart/filters:contrast(20):grayscale()@webp")
    expect(page.locator(".facts__type")).to_have_text("WEBP")
    expect(page.locator(".facts__change")).to_have_text(re.compile(rf"^{MINUS}\d+\s%$"))
    expect(page.locator(".facts__time")).to_contain_text("ms")
    light.get_by_label("Reset Contrast").click()
    expect_options(page, "-320x200/smart/filters:grayscale()@webp")
    page.get_by_role("button", name="Start over").click()
    expect(page.locator(".facts__pixels")).to_have_text(f"900 {TIMES} 600")


def test_a_text_on_the_picture(page: Page) -> None:
    """Commas, brackets, quotes and per cent come through, and the server takes them."""
    opened(page)
    text = group(page, "Text")
    text.get_by_label("Words").fill("50% of (it's), a/b")
    text.locator("input[value='left top']").check(force=True)
    settled(page)
    path = unquote(address(page))
    assert "filters:text('50%25 of (it%27s), a%2Fb',20,20,32,ffffff,20,sans-bold)/u/" in path
    expect(page.locator(".facts__pixels")).to_have_text(f"800 {TIMES} 533")


def test_a_crop_by_pointer_keys_and_numbers(page: Page) -> None:
    """The rectangle is the same in all three, in the pixels of the picture as it is displayed."""
    opened(page, (600, 900), orientation=6)  # displayed with 900 by 600
    page.locator(".views__label", has_text="Crop").click()
    surface = page.locator(".crop__surface")
    expect(page.locator(".crop__box")).to_be_visible()
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 2 / 3, box["y"] + box["height"] * 2 / 3, steps=3)
    page.mouse.up()
    crop = group(page, "Crop and turn")
    values = {side: crop.locator(f"input[name=crop-{side}]") for side in ("left", "top", "width")}
    assert abs(int(values["left"].input_value()) - 300) < 10
    assert abs(int(values["width"].input_value()) - 300) < 10
    values["left"].fill("300")
    values["left"].press("Tab")
    page.locator(".crop__box").focus()
    before = [int(values[side].input_value()) for side in ("left", "top", "width")]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    after = [int(values[side].input_value()) for side in ("left", "top", "width")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [9, 6, 9]
    assert f"/t/{after[0]}x{after[1]}:{after[0] + after[2]}x" in address(page)
    crop.get_by_role("button", name="Whole picture").click()
    assert "/t/fit-in/800x600/u/" in address(page)


def test_a_refusal_is_told_in_the_servers_words(page: Page) -> None:
    """Beside the picture; and the next good options show one again."""
    opened(page)
    width = group(page, "Size").get_by_label("Width")
    width.fill("5001")
    expect(page.locator(".stage__refusal")).to_contain_text("width 5001 is over the limit of 5000")
    width.fill("500")
    expect(page.locator(".stage__refusal")).to_be_hidden()
    expect_options(page, "fit-in/500x600")


def test_a_reload_keeps_what_was_built(page: Page) -> None:
    """The address of the page has it; one with somebody else's key opens nothing."""
    key = opened(page)
    group(page, "Size").get_by_label("Width").fill("123")
    expect_options(page, "fit-in/123x600")
    page.reload()
    expect(page.locator(".builder__key")).to_have_text(key)
    expect_options(page, "fit-in/123x600")
    expect(page.locator(".card.is-open")).to_have_attribute("data-upload-key", key)
    foreign = page.url.replace("shop-demo", "other-demo")
    page.goto("about:blank")
    page.goto(foreign)
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".builder")).to_be_hidden()


def test_recent_uploads_are_kept_and_forgotten(page: Page, demo: dict[str, Any]) -> None:
    """In this browser only; what is not there any more is marked."""
    key = opened(page)
    page.reload()
    expect(page.locator(".card")).to_have_count(1)
    app = demo["apps"][0]
    gone = requests.delete(
        f"{demo['url']}delete_file",
        params={"file_path": key.split("/", 2)[2]},
        headers={"Authorization": f"Bearer {app['private_key']}"},
        timeout=SECONDS,
    )
    assert gone.status_code == 204
    entry = {"key": f"o/{app['full_name']}/none/b.jpg", "name": "b.jpg", "contentType": ""}
    stored = json.dumps([{**entry, "bytes": 1, "width": 1, "height": 1}])
    page.evaluate("text => localStorage.setItem('renuo-demo-uploads', text)", stored)
    page.goto(page.url.partition("#")[0])
    page.reload()
    expect(page.locator(".card.is-gone .card__mark")).to_have_text("Gone")
    page.locator(".card__open").click()
    expect(page.locator(".stage__refusal")).to_contain_text("404")
    page.locator(".card__forget").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator(".builder")).to_be_hidden()
    page.reload()
    expect(page.locator("#results")).to_be_hidden()


def test_a_file_that_is_no_image(page: Page, tmp_path: Path) -> None:
    """It has its original's address, and no builder."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "a.pdf")
    expect(page.locator(".builder__title")).to_have_text("a.pdf")
    link = page.locator(".original__link").get_attribute("href") or ""
    assert requests.get(link, timeout=SECONDS).content.startswith(b"%PDF")
    assert address(page) == link
    expect(page.locator(".controls")).to_have_count(0)


def test_snippets_work(page: Page) -> None:
    """Each address in the markup is an image of its width; the client's checksums are true."""
    opened(page)
    expect_options(page, "fit-in/800x600")
    image, client = (field.input_value() for field in page.locator(".code__field").all())
    copies = re.findall(r"(http\S+) (\d+)w", image)
    assert [width for _, width in copies] == ["400", "800"]
    for url, width in copies:
        assert Image.open(BytesIO(requests.get(url, timeout=SECONDS).content)).width == int(width)
    files = re.findall(r'(?:href|src)="([^"]+)"\s+integrity="([^"]+)"', client)
    told = requests.get(page.url.split("#")[0] + "client/renuo-upload.json", timeout=SECONDS).json()
    assert len(files) == 2
    for url, integrity in files:
        assert told["files"][url.rpartition("/")[2]]["integrity"] == integrity
        assert requests.get(url, timeout=SECONDS).status_code == 200


def test_the_narrowest_phone(page: Page) -> None:
    """Nothing stands out to the side, with everything open."""
    page.set_viewport_size({"width": 320, "height": 640})
    opened(page)
    for title in page.locator(".group__title").all_inner_texts():
        group(page, title)
    assert page.evaluate(OVERFLOW) == 0
    page.locator(".views__label", has_text="Crop").click()
    assert page.evaluate(OVERFLOW) == 0
