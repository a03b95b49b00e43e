"""Pages that include the upload client, under a strict Content-Security-Policy, and driven."""

import html
import json
import os
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.target import Target

ROOT = Path(__file__).parents[2]
FILES = {
    "/renuo-upload.js": ROOT / "thumbor_renuo/static/renuo-upload.js",
    "/renuo-upload.css": ROOT / "thumbor_renuo/static/renuo-upload.css",
    "/jquery.js": ROOT / "client/node_modules/jquery/dist/jquery.min.js",
    "/dropzone.js": ROOT / "client/node_modules/dropzone/dist/dropzone-min.js",
}
TYPES = {".js": "text/javascript", ".css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: {host}; "
    "connect-src {host} {storage}; form-action 'self'; base-uri 'none'"
)
PAGE = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Photos</title>
  <link rel="stylesheet" href="/page.css">
  {scripts}
</head>
<body><main><h1>Photos</h1>{body}</main></body>
</html>"""
OURS = '<script src="/renuo-upload.js"></script>'
LOOK = """:root { color-scheme: light dark; font-family: system-ui, sans-serif }
body { background: Canvas; color: CanvasText }"""
UPLOAD = '<div id="upload" data-apikey="{api_key}" data-signingurl="{signing}"></div>'
NEW_CLIENT = """window.results = [];
window.client = new RenuoUpload(document.querySelector("#upload"), {options},
  (result) => results.push(result));"""
LOOKS = [
    (size, scheme) for size in ((1200, 800), (375, 740)) for scheme in ("light", "dark")
]  # desktop and phone
SECONDS = 30


class ClientPage:
    """One tab with the upload client in it.

    Attributes:
        faults: script errors, and what the policy has blocked.
        server: where its pages come from.
        stored: numbers of the parts that the storage has taken, in their order.
    """

    def __init__(self, page: Page, server: "PageServer", target: Target) -> None:
        self.page, self.server, self.target = page, server, target
        self.faults: list[str] = []
        self.stored: list[int] = []
        page.set_default_timeout(SECONDS * 1000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._hear(line.type, line.text))
        page.on("response", lambda answer: self._count(answer.request.method, answer))

    def _hear(self, kind: str, text: str) -> None:
        # Chromium writes a line for each request that fails; tests of failures cause them.
        if kind == "error" and not text.startswith(("Failed to load resource", "Access to ")):
            self.faults.append(text)

    def _count(self, method: str, answer: Any) -> None:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.url).query)
        if method == "PUT" and answer.ok and "partNumber" in query:
            self.stored.append(int(query["partNumber"][0]))

    def open(
        self,
        options: dict[str, Any] | None = None,
        *,
        body: str = UPLOAD,
        script: str = NEW_CLIENT,
        scripts: str = OURS,
        language: str = "en",
        **values: str,
    ) -> "ClientPage":
        """Load a page with an upload client; `values` stand in the place of `{name}`s."""
        signing = f"{self.target.host}/generate_policy"
        given = {"api_key": self.target.api_key, "signing": signing, **values}
        for name, value in given.items():
            body = body.replace("{" + name + "}", html.escape(value))
        told = json.dumps({"acceptedFiles": "", **(options or {})})
        body += '<script src="/page.js"></script>'
        page = PAGE.format(language=language, scripts=scripts, body=body)
        self.server.show(page, script.replace("{options}", told))
        self.page.goto(self.server.address)
        return self

    def choose(self, *files: Path) -> None:
        """Choose files in the dialog."""
        self.page.set_input_files("input.dz-hidden-input", files)

    def rows(self, state: str = "") -> Locator:
        """The files on the list, or those in a state."""
        wanted = f'[data-state="{state}"]' if state else ""
        return self.page.locator(f".renuo-upload__file{wanted}")

    def expect(self, state: str, count: int = 1, seconds: float = SECONDS) -> Locator:
        """Wait until so many files are in a state."""
        found = self.rows(state)
        expect(found).to_have_count(count, timeout=seconds * 1000)
        return found

    def results(self) -> list[dict[str, Any]]:
        """What the page's callback got."""
        found: list[dict[str, Any]] = self.page.evaluate("results")
        return found

    def throttle(self, bytes_per_second: float, *, offline: bool = False) -> None:
        """Bound what the tab sends, or cut it off."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        speed = {"downloadThroughput": -1, "uploadThroughput": bytes_per_second}
        condition = {"offline": offline, "latency": 0, **speed}
        session.send("Network.emulateNetworkConditions", condition)
        self._session = session  # whose end would end the condition

    def seen(self, name: str) -> None:
        """Look at the page as it is: on a light desktop, and on a dark phone.

        axe finds nothing, nothing is wider than the screen; where SCREENSHOTS names a folder, it
        gets the pictures, of all four looks.
        """
        folder = os.environ.get("SCREENSHOTS")
        for (width, height), scheme in LOOKS if folder else LOOKS[::3]:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            where = f"{name}, {width} px, {scheme}"
            if found := violations(self.page):
                pytest.fail("\n".join([where, *found]))
            overflow = "document.documentElement.scrollWidth - innerWidth"
            assert self.page.evaluate(overflow) <= 0, where
            if folder:
                file = Path(folder) / f"{name}-{width}-{scheme}.png"
                self.page.screenshot(path=file, full_page=True)


def violations(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{entry['id']}: {node['html'][:200]} {node['failureSummary']}"
        for entry in found["violations"]
        for node in entry["nodes"]
    ]


@cache
def _axe() -> str:
    return (ROOT / "client/node_modules/axe-core/axe.min.js").read_text() + ";0"


class PageServer:
    """Serves a page, its script, and the client, at an origin of its own."""

    def __init__(self, address: str, policy: str) -> None:
        self.address, self.policy = address, policy
        self.posted: list[tuple[str, str]] = []
        self._pages: dict[str, tuple[bytes, str]] = {"/page.css": (LOOK.encode(), "text/css")}

    def show(self, page: str, script: str) -> None:
        """Serve these from now on."""
        self._pages["/"] = page.encode(), "text/html; charset=utf-8"
        self._pages["/page.js"] = script.encode(), "text/javascript"

    def find(self, path: str) -> tuple[bytes, str] | None:
        """A file and its type."""
        if file := FILES.get(path):
            return file.read_bytes(), TYPES[file.suffix]
        return self._pages.get(path)


@contextmanager
def page_server(target: Target) -> Iterator[PageServer]:
    """Serve on loopback until it is left; a form that is posted is kept, and answered."""
    shown: PageServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(shown.find(self.path.partition("?")[0]))

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            shown.posted.extend(urllib.parse.parse_qsl(form, keep_blank_values=True))
            thanks = PAGE.format(language="en", scripts="", body="<p>Thank you</p>")
            self._answer((thanks.encode(), "text/html; charset=utf-8"))

        def _answer(self, found: tuple[bytes, str] | None) -> None:
            content, media_type = found or (b"", "text/plain")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", shown.policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        storage = target.address.rpartition("/")[0]
        policy = POLICY.format(host=target.host, storage=storage)
        shown = PageServer(f"http://127.0.0.1:{server.server_port}/", policy)
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield shown
        finally:
            server.shutdown()
