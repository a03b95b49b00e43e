"""The page in docs/uploads.md uploads from a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from tests.docs import block
from tests.integration.conftest import noise

pytestmark = pytest.mark.browser

PAGE = block("uploads.md", "JavaScript", "html").code
MODULE = block("uploads.md", "JavaScript", "js", 0).code
SECONDS = 30


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder at an origin of its own; yields its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def test_the_example_uploads_a_chosen_file(
    browser: Browser, demo: dict[str, Any], tmp_path: Path
) -> None:
    """From a page of another origin: it shows where the file is, and there it is."""
    host, app = demo["url"].rstrip("/"), demo["apps"][0]
    page_of_app = PAGE.replace("https://images.example.com", host)
    (tmp_path / "index.html").write_text(page_of_app.replace("12345678", app["api_key"]))
    (tmp_path / "upload.mjs").write_text(MODULE)
    file = tmp_path / "Hüte & Co.jpg"
    file.write_bytes(noise(160, 120))
    with served(tmp_path) as address, browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.set_input_files("input", file)
        page.wait_for_function("document.querySelector('output').value")
        file_path = page.inner_text("output")
        assert faults == []
    assert file_path.endswith("/Hüte-Co.jpg")
    stored = requests.get(f"{host}/o/{app['full_name']}/{file_path}", timeout=SECONDS)
    assert stored.content == file.read_bytes()
