"""The whole loop in a real browser: drop, upload to S3, thumbnails."""

import base64
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

DROP = """files => {
  const transfer = new DataTransfer();
  for (const { name, type, data } of files) {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  return transfer;
}"""
LOADED = "image => image.complete && image.naturalWidth > 0"
STRETCHED = """image => {
  const box = image.getBoundingClientRect();
  const fits = getComputedStyle(image).objectFit !== 'fill';
  const ratio = box.width / box.height, natural = image.naturalWidth / image.naturalHeight;
  return !fits && Math.abs(ratio / natural - 1) > 0.02;
}"""


def photo(size: tuple[int, int], orientation: int = 1) -> bytes:
    """A JPEG with a red upper and a blue lower half as it is stored, and an EXIF orientation."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files on the upload area, all at once."""
    given = [
        {"name": name, "type": "image/jpeg", "data": base64.b64encode(data).decode()}
        for name, data in files
    ]
    transfer = page.evaluate_handle(DROP, given)
    page.dispatch_event(".renuo-upload", "drop", {"dataTransfer": transfer})


def thumbnails_of(page: Page, key: str) -> list[dict[str, Any]]:
    """All thumbnails of an upload once it is opened, scrolled to and loaded."""
    page.locator(f'.card[data-upload-key="{key}"] .card__open').click()
    expect(page.locator(".builder__key")).to_have_text(key)
    found = page.locator("img[data-thumbnail]")
    for number in range(found.count()):
        image = found.nth(number)
        image.scroll_into_view_if_needed()
        expect(image.locator("xpath=..")).to_have_class("thumbnail__frame is-loaded")
    return [
        {
            "options": image.get_attribute("data-thumbnail"),
            "src": image.get_attribute("src"),
            "loaded": image.evaluate(LOADED),
            "stretched": image.evaluate(STRETCHED),
            "width": image.evaluate("image => image.naturalWidth"),
            "height": image.evaluate("image => image.naturalHeight"),
        }
        for image in found.all()
    ]


def test_four_photos_at_once(page: Page) -> None:
    """All arrive under different keys, two of one name too, and every thumbnail is right."""
    files = [
        ("huge.jpg", photo((6000, 4000))),
        ("IMG 1.jpg", photo((800, 600))),
        ("IMG 1.jpg", photo((600, 800))),
        ("upright.jpg", photo((800, 400), orientation=6)),
    ]
    drop(page, *files)
    expect(page.locator(".renuo-upload__file[data-state=done]")).to_have_count(4)
    keys = [card.get_attribute("data-upload-key") or "" for card in page.locator(".card").all()]
    assert len(set(keys)) == 4
    assert sorted(key.rsplit("/", 1)[1] for key in keys) == [
        "huge.jpg", "img-1.jpg", "img-1.jpg", "upright.jpg",
    ]  # fmt: skip
    shown = [image for key in keys for image in thumbnails_of(page, key)]
    assert len(shown) == 24
    assert all(image["loaded"] and not image["stretched"] for image in shown)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    [upright] = [
        image
        for image in shown
        if "upright" in image["src"] and image["options"] == "fit-in/400x300"
    ]
    assert (upright["width"], upright["height"]) == (150, 300)
    address = "http:" + upright["src"].removeprefix("http:")
    with urllib.request.urlopen(address, timeout=30) as answer:
        picture = Image.open(BytesIO(answer.read())).convert("RGB")
    # Orientation 6: what is stored on top belongs to the right.
    red, _, blue = picture.getpixel((140, 150))
    assert red > 200 > blue


def test_choosing_files_by_keyboard(page: Page, tmp_path: Path) -> None:
    """The button opens the file dialog with Enter, and the result's address can be copied."""
    (tmp_path / "one.jpg").write_bytes(photo((300, 200)))
    # A first listener: Playwright catches the dialog only once somebody listens.
    page.on("filechooser", lambda _chooser: None)
    page.locator("button.renuo-upload__drop").focus()
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files([tmp_path / "one.jpg"])
    expect(page.locator(".renuo-upload__file[data-state=done]")).to_have_count(1)
    expect(page.locator(".renuo-upload__status")).to_contain_text("1")
    page.locator(".url__copy").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".url__copy").first).to_contain_text("Copied")


def test_the_other_app(page: Page, demo: dict[str, Any]) -> None:
    """The second app's uploads go into its own folder."""
    other = demo["apps"][1]["full_name"]
    page.locator(f"input[name=app][value={other}]").check(force=True)
    drop(page, ("a.jpg", photo((100, 100))))
    expect(page.locator(".card")).to_have_count(1)
    key = page.locator(".card").get_attribute("data-upload-key")
    assert key is not None
    assert key.startswith(f"o/{other}/")


def test_a_refusal_is_told_in_words(page: Page) -> None:
    """What S3 refuses is said beside the file, without XML, and can be tried again."""

    def spoil(route: Any) -> None:
        answer = route.fetch()
        policy = answer.json()
        policy["fields"]["x-amz-signature"] = "0" * 64
        route.fulfill(response=answer, json=policy)

    page.route("**/generate_policy", spoil)
    drop(page, ("a.jpg", photo((100, 100))))
    failed = page.locator(".renuo-upload__file[data-state=failed]")
    expect(failed).to_have_count(1)
    words = failed.locator(".renuo-upload__error").inner_text()
    assert words
    assert "<" not in words
    page.unroute("**/generate_policy")
    failed.locator(".renuo-upload__retry").click()
    expect(page.locator(".renuo-upload__file[data-state=done]")).to_have_count(1)
