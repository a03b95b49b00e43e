"""Every refusal that a person can meet is said in words beside the file, and can be mended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.client_page import UPLOAD, ClientPage
from tests.browser.target import Target
from tests.integration.conftest import noise
from tests.ports import free_port

pytestmark = pytest.mark.browser

Tab = Callable[[Target], ClientPage]
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/xml"}
EXPIRED = "Invalid according to Policy: Policy expired."


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Some 50 kB of JPEG."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(noise(240, 180))
    return path


def words(client: ClientPage, count: int = 1) -> str:
    """What is said beside files that have failed; never S3's XML."""
    failed = client.expect("failed", count)
    said = failed.locator(".renuo-upload__error").first.inner_text()
    assert said
    assert "<" not in said
    return said


def retry_of(row: Locator) -> Locator:
    return row.locator(".renuo-upload__retry")


def refusal(code: str, message: str = "") -> dict[str, Any]:
    """S3's answer."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return {"status": 403, "headers": ANY_ORIGIN, "body": body}


def posts(route: Route, answer: dict[str, Any] | None) -> None:
    """Answer a form in S3's place, or let it have it."""
    if route.request.method != "POST" or answer is None:
        route.continue_()
    else:
        route.fulfill(**answer)


def test_a_type(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """What the page does not accept is not sent, nor offered again."""
    client = tab(shop).open({"acceptedFiles": "image/*,.pdf"})
    (tmp_path / "notes.txt").write_text("notes")
    client.choose(tmp_path / "notes.txt")
    said = words(client)
    assert "PDF" in said.upper()
    expect(retry_of(client.rows())).to_be_hidden()
    client.seen("refused-type")


def test_a_type_that_the_app_does_not_take(tab: Tab, limited: Target, tmp_path: Path) -> None:
    """The app's own rules hold without being named on the page."""
    client = tab(limited).open()
    (tmp_path / "notes.txt").write_text("notes")
    client.choose(tmp_path / "notes.txt")
    words(client)


def test_a_size(tab: Tab, limited: Target, tmp_path: Path) -> None:
    """Both sizes are named."""
    client = tab(limited).open()
    expect(client.page.locator(".renuo-upload__limits")).to_contain_text("100 kB")
    (tmp_path / "large.jpg").write_bytes(noise(600, 400))
    client.choose(tmp_path / "large.jpg")
    assert "100 kB" in words(client)
    client.seen("refused-size")


def test_a_number(tab: Tab, shop: Target, tmp_path: Path, photo: Path) -> None:
    """The first ones are uploaded; a place that becomes free can be taken."""
    client = tab(shop).open({"maxFiles": 2})
    others = [tmp_path / "2.jpg", tmp_path / "3.jpg"]
    for other in others:
        other.write_bytes(photo.read_bytes())
    client.choose(photo, *others)
    client.expect("done", 2)
    assert "2" in words(client)
    client.seen("refused-number")
    client.rows("done").first.locator(".renuo-upload__remove").click()
    client.rows("failed").first.locator(".renuo-upload__remove").click()
    client.choose(others[1])
    client.expect("done", 2)


def test_pixels(tab: Tab, shop: Target, photo: Path) -> None:
    """The limit is named in megapixels."""
    client = tab(shop).open({"maxPixels": 40_000})
    client.choose(photo)
    assert "0.04" in words(client)
    client.seen("refused-pixels")


def test_a_policy_that_expired_on_its_way(tab: Tab, shop: Target, photo: Path) -> None:
    """Another signature is asked for without anybody being troubled."""
    client = tab(shop)
    answers = [refusal("AccessDenied", EXPIRED), None]
    client.page.route(f"{shop.address}/**", lambda route: posts(route, answers.pop(0)))
    client.open()
    client.choose(photo)
    client.expect("done")
    assert answers == []


def test_a_policy_that_is_always_expired(tab: Tab, shop: Target, photo: Path) -> None:
    """It is said, and can be tried again."""
    client = tab(shop)
    answer = refusal("AccessDenied", EXPIRED)
    client.page.route(f"{shop.address}/**", lambda route: posts(route, answer))
    client.open()
    client.choose(photo)
    words(client)
    client.seen("refused-expired")
    client.page.unroute(f"{shop.address}/**")
    retry_of(client.rows()).click()
    client.expect("done")


def test_a_wrong_key(tab: Tab, shop: Target, photo: Path) -> None:
    """It is the page's fault, and said so."""
    body = UPLOAD.replace("{api_key}", "nobodys-key")
    client = tab(shop).open(body=body)
    client.choose(photo)
    assert "key" in words(client)
    expect(retry_of(client.rows())).to_be_hidden()
    client.seen("refused-key")


def test_s3_refuses(tab: Tab, shop: Target, photo: Path) -> None:
    """A signature that S3 does not take, by S3 itself."""
    client = tab(shop)

    def spoil(route: Route) -> None:
        answer = route.fetch()
        signed = answer.json()
        signed["fields"]["x-amz-signature"] = "0" * 64
        route.fulfill(response=answer, json=signed)

    client.page.route("**/generate_policy", spoil)
    client.open()
    client.choose(photo)
    words(client)
    client.seen("refused-by-s3")
    client.page.unroute("**/generate_policy")
    retry_of(client.rows()).click()
    client.expect("done")
    assert len(client.results()) == 1


def test_the_server_is_down(tab: Tab, shop: Target, photo: Path) -> None:
    """After some attempts it is said; Retry works once it is there again."""
    client = tab(shop)
    client.server.policy = client.server.policy.replace(
        "connect-src", "connect-src http://127.0.0.1:*"
    )
    client.open({"retries": 1}, signing=f"http://127.0.0.1:{free_port()}/generate_policy")
    client.choose(photo)
    words(client)
    client.seen("server-down")
    signing = f"{shop.host}/generate_policy"
    client.page.evaluate(
        "to => { document.querySelector('#upload').dataset.signingurl = to }", signing
    )
    client.choose(photo)
    client.expect("done")


def test_content_that_is_not_as_declared(tab: Tab, verified: Target, tmp_path: Path) -> None:
    """It is refused after the upload, and the page is told of nothing."""
    client = tab(verified).open()
    (tmp_path / "photo.jpg").write_bytes(b"%PDF-1.4 not a photo at all" * 40)
    client.choose(tmp_path / "photo.jpg")
    words(client)
    expect(retry_of(client.rows())).to_be_hidden()
    assert client.results() == []
    client.seen("refused-content")


def test_cancel_and_retry(tab: Tab, shop: Target, tmp_path: Path) -> None:
    """A cancelled file sends nothing more, and arrives after Retry."""
    client = tab(shop).open()
    file = tmp_path / "large.jpg"
    file.write_bytes(noise(900, 700))
    client.throttle(100_000)
    client.choose(file)
    client.expect("uploading").locator(".renuo-upload__cancel").click()
    client.expect("cancelled")
    before = shop.objects()
    client.seen("cancelled")
    assert shop.objects() == before
    client.throttle(-1)
    retry_of(client.rows()).click()
    client.expect("done")
    assert len(shop.objects() - before) == 1
