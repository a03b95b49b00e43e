"""The upload client in forms: the pages of the old one, and the element."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.client_page import OURS, UPLOAD, ClientPage
from tests.browser.target import Target
from tests.integration.conftest import noise

pytestmark = pytest.mark.browser

Tab = Callable[[Target], ClientPage]
# As they are in production, but for the script of the old client.
OLD_SCRIPTS = f'<script src="/jquery.js"></script><script src="/dropzone.js"></script>{OURS}'
OLD_CALL = """window.results = [];
new RenuoUpload($('#upload'), {acceptedFiles: 'image/*,application/pdf'},
  function (result) { results.push(result); });"""
OLD_CALL_IN_A_FORM = "new RenuoUpload($('#upload'), {acceptedFiles: 'image/*,application/pdf'});"
FORM = '<form action="/photos" method="post">{inner}<p><button id="save">Save</button></p></form>'
ELEMENT = (
    '<renuo-upload name="photos" required accept="image/*" max-files="2" api-key="{api_key}" '
    'signing-url="{signing}"></renuo-upload>'
)
OLD_FIELDS = {"orginalName", "cleanName", "extension", "size", "publicUrl", "filePath"}


@pytest.fixture
def tiger(tmp_path: Path) -> Path:
    """A photo with a name that has to be cleaned."""
    path = tmp_path / "tiger_ultra_small_0.JPG"
    path.write_bytes(noise(160, 120))
    return path


def test_the_old_page(tab: Tab, shop: Target, tiger: Path) -> None:
    """jQuery, the data attributes and the callback, with only the script tag changed."""
    client = tab(shop).open(script=OLD_CALL, scripts=OLD_SCRIPTS)
    client.choose(tiger)
    client.expect("done")
    [result] = client.results()
    assert OLD_FIELDS | {"name"} <= set(result)
    assert result["orginalName"] == "tiger_ultra_small_0.JPG"
    assert result["cleanName"] == "tiger-ultra-small-0.jpg"
    assert (result["name"], result["extension"]) == ("tiger-ultra-small-0", "JPG")
    assert result["size"] == tiger.stat().st_size
    assert result["publicUrl"].endswith(f"/o/shop-demo/{result['filePath']}")
    assert result["publicUrl"].startswith("//")
    assert f"o/shop-demo/{result['filePath']}" in shop.objects()
    # It brings its style sheet along.
    expect(client.page.locator(".renuo-upload__panel")).to_have_css("border-top-style", "dashed")
    client.seen("old-page")


def test_the_old_page_in_a_form(tab: Tab, shop: Target, tiger: Path, tmp_path: Path) -> None:
    """Hidden fields for each verified file, and none for one that was refused."""
    client = tab(shop)
    client.open(
        script=OLD_CALL_IN_A_FORM, scripts=OLD_SCRIPTS, body=FORM.replace("{inner}", UPLOAD)
    )
    (tmp_path / "notes.txt").write_text("no photo")
    again = tmp_path / "again"
    again.mkdir()
    (again / tiger.name).write_bytes(tiger.read_bytes())
    client.choose(tiger, tmp_path / "notes.txt")
    client.choose(again / tiger.name)
    client.expect("done", 2)
    client.expect("failed", 1)
    client.page.click("#save")
    expect(client.page.get_by_text("Thank you")).to_be_visible()
    posted = dict(client.server.posted)
    for name in ("tiger-ultra-small-0", "tiger-ultra-small-0-2"):
        fields = {key.split("[")[2].rstrip("]") for key in posted if f"[{name}]" in key}
        assert fields == OLD_FIELDS
    assert posted["renuoupload[tiger-ultra-small-0][size]"] == str(tiger.stat().st_size)
    assert len(posted) == 12


def test_the_element_in_a_form(tab: Tab, shop: Target, tiger: Path) -> None:
    """It is required, submitted with its value, and empty after a reset."""
    client = tab(shop)
    reset = '<button type="reset" id="reset">Reset</button>'
    client.open(script="", body=FORM.replace("{inner}", ELEMENT + reset))
    page = client.page
    page.click("#save")
    assert client.server.posted == []
    assert page.evaluate("document.querySelector('renuo-upload').validity.valueMissing")
    client.seen("element-required")
    client.choose(tiger)
    client.expect("done")
    page.click("#reset")
    expect(client.rows()).to_have_count(0)
    assert not page.evaluate("document.querySelector('form').checkValidity()")
    client.choose(tiger)
    client.expect("done")
    client.seen("element-done")
    page.click("#save")
    expect(page.get_by_text("Thank you")).to_be_visible()
    [(name, value)] = client.server.posted
    assert name == "photos"
    assert f"o/shop-demo/{value}" in shop.objects()


def test_the_element_waits_for_files_on_their_way(tab: Tab, shop: Target, tiger: Path) -> None:
    """A form is not sent without them; one that wants all facts gets JSON."""
    client = tab(shop)
    element = ELEMENT.replace("<renuo-upload", '<renuo-upload value-format="json"')
    client.open(script="", body=FORM.replace("{inner}", element))
    client.throttle(20_000)
    client.choose(tiger)
    client.expect("uploading")
    client.page.click("#save")
    assert client.server.posted == []
    client.throttle(-1)
    client.expect("done")
    client.page.click("#save")
    expect(client.page.get_by_text("Thank you")).to_be_visible()
    [(_, value)] = client.server.posted
    assert json.loads(value)["width"] == 160


def test_the_element_comes_and_goes(tab: Tab, shop: Target, tiger: Path) -> None:
    """One that is taken off the page leaves nothing behind; one that is moved keeps its files."""
    client = tab(shop)
    client.open(script="", body=FORM.replace("{inner}", ELEMENT) + '<div id="other"></div>')
    client.choose(tiger)
    client.expect("done")
    page = client.page
    page.evaluate("document.querySelector('#other').append(document.querySelector('renuo-upload'))")
    expect(client.rows("done")).to_have_count(1)
    page.evaluate("document.querySelector('renuo-upload').remove()")
    expect(page.locator("input.dz-hidden-input")).to_have_count(0)
