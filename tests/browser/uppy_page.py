"""A page with Uppy and no user interface: built, served at an origin of its own, and driven."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page

SOURCES = Path(__file__).with_name("uppy")
BUILT = SOURCES / "dist"
STAMP = BUILT / "sources.sha256"
VITE = Path(__file__).parents[2] / "client" / "package-lock.json"


def build() -> None:
    """Build the page with the client's Vite, unless it is there and of these sources."""
    sources = [*sorted(path for path in SOURCES.iterdir() if path.is_file()), VITE]
    stamp = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == stamp:
        return
    # Node may be the one of bin/setup, in the virtual environment.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (["ci", "--no-progress"], ["run", "build"]):
        subprocess.run(["npm", *command], cwd=SOURCES, env={**os.environ, "PATH": path}, check=True)
    STAMP.write_text(stamp)


@contextmanager
def served() -> Iterator[str]:
    """Serve the built page on loopback; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=BUILT)) as server:
        Thread(target=server.serve_forever, args=(0.05,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


class UppyPage:
    """One tab with Uppy in it.

    Attributes:
        requests: method and address of all that Uppy has sent.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[tuple[str, str]] = []
        page.on("request", lambda sent: self.requests.append((sent.method, sent.url)))

    def upload(self, companion: str, *files: Path, multipart: bool = False) -> None:
        """Begin to upload files, as a user who chooses them all at once.

        Args:
            companion: Uppy's `companionEndpoint`.
            multipart: in parts of 8 MiB, whatever the size.
        """
        self.page.evaluate("given => begin(...given)", [companion, multipart])
        self.page.set_input_files("input", files)

    def outcome(self, file: Path, *, failures: int = 0) -> dict[str, Any]:
        """Wait for a file's success; returns Uppy's response to it.

        Args:
            failures: how many have been seen before.
        """
        self.wait(
            "([name, failures]) => seen.succeeded[name] || seen.shown.length > failures",
            [file.name, failures],
        )
        seen: dict[str, Any] = self.page.evaluate("seen")
        assert file.name in seen["succeeded"], seen["shown"]
        response: dict[str, Any] = seen["succeeded"][file.name]
        return response

    def shown(self, name: str) -> str:
        """Wait for what Uppy tells a user of a file that failed; returns the reason."""
        self.wait("() => seen.shown.length || Object.keys(seen.succeeded).length")
        [line] = self.page.evaluate("seen.shown")  # nothing, if it has succeeded
        beginning = f"Failed to upload {name}: "
        assert line.startswith(beginning), line
        return str(line.removeprefix(beginning))

    def wait(self, script: str, given: Any = None) -> None:
        """Wait until a function of the page returns something true."""
        self.page.wait_for_function(script, arg=given)

    def slow_down(self, bytes_per_second: int) -> None:
        """Bound how fast this tab uploads."""
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
        self.page.context.new_cdp_session(self.page).send(
            "Network.emulateNetworkConditions", {**limits, "uploadThroughput": bytes_per_second}
        )
