"""A real Chromium, and the demo that it looks at."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.client_page import ClientPage, page_server
from tests.browser.target import Target
from tests.ports import free_port

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 60
# The demo's own two apps, and two with rules.
RULES = {
    "shop": "",
    "blog": "",
    "limited": 'content_types = ["image/*"]\nmax_bytes = 100000\n',
    "verified": 'publish = "verified"\n',
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all these tests: the program in CHROMIUM, chromium, or Playwright's own."""
    # For this package only: while it lives, Playwright's event loop is in the way of other tests'.
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        yield started
        started.close()


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """`thumbor-renuo demo`; yields what its demo.json says."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "apps.toml").write_text("\n".join(_table(name) for name in RULES))
    port = free_port()
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("thumbor-renuo"), "demo", "--port", str(port)],
        env={**os.environ, "DATA_DIR": str(folder)},
        stdout=log,
        stderr=log,
    )
    try:
        yield _facts(folder, process)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def _table(name: str) -> str:
    keys = f'api_key = "key-of-{name}"\nprivate_key = "private-of-{name}"\n'
    return f'[[apps]]\nname = "{name}"\nenv = "demo"\n{keys}{RULES[name]}'


def _facts(folder: Path, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    facts = folder / "demo.json"
    deadline = time.monotonic() + START_SECONDS
    while not facts.exists():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.05)
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


@pytest.fixture(params=["desktop", "phone"])
def page(browser: Browser, demo: dict[str, Any], request: Any) -> Iterator[Page]:
    """The demo page, fresh; the test fails on any script error or blocked resource."""
    phone = request.param == "phone"
    context = browser.new_context(
        viewport={"width": 375, "height": 740} if phone else {"width": 1280, "height": 900},
        color_scheme="dark" if phone else "light",
        reduced_motion="reduce",
    )
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    opened.goto(demo["url"])
    yield opened
    context.close()
    assert [fault for fault in faults if not _is_expected(fault)] == []


def _is_expected(fault: str) -> bool:
    # Chromium writes a line for each answer that is an error; tests of errors cause them.
    return fault.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def shop(demo: dict[str, Any]) -> Target:
    """An app without limits of its own."""
    return Target(demo, "shop-demo")


@pytest.fixture
def limited(demo: dict[str, Any]) -> Target:
    """An app that takes images of at most 100,000 bytes."""
    return Target(demo, "limited-demo")


@pytest.fixture
def verified(demo: dict[str, Any]) -> Target:
    """An app that publishes what has been checked."""
    return Target(demo, "verified-demo")


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[[Target], ClientPage]]:
    """Makes tabs for the upload client; the test fails on any fault in one of them."""
    with ExitStack() as stack:
        made: list[ClientPage] = []

        def new(target: Target) -> ClientPage:
            context = stack.enter_context(browser.new_context())
            server = stack.enter_context(page_server(target))
            made.append(ClientPage(context.new_page(), server, target))
            return made[-1]

        yield new
        assert [fault for page in made for fault in page.faults] == []
