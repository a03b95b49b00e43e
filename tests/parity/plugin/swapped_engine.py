"""A pytest plugin: runs Thumbor's tests with another engine in the place of its own.

The environment says how: SWAPPED_ENGINE names the engine's module, SWAPPED_FILTERS has the modules
of filters by those whose place they take, and OUTCOMES names the file that gets the outcome of each
test, and of each URL of the integration test. The last two are JSON.
"""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import thumbor.engines.pil
import thumbor.testing
from thumbor.config import Config
from thumbor.importer import Importer

OUTCOMES: dict[str, str] = {}
name = os.environ["SWAPPED_ENGINE"]
filters: dict[str, str] = json.loads(os.environ["SWAPPED_FILTERS"])
engine = importlib.import_module(name).Engine
# For GIFs Thumbor's tests would call gifsicle, which is not everywhere.
Config.class_defaults["ENGINE"] = Config.class_defaults["GIF_ENGINE"] = name
# Tests import the class, or name its module in their configuration.
thumbor.engines.pil.Engine = engine
thumbor.testing.PilEngine = engine
thumbors_import = Importer.import_class


def import_class(name: str, *more: Any, **named: Any) -> Any:
    """Import a class or module by its name, or the filter that takes its place."""
    module, _, kind = name.rpartition(".")
    return thumbors_import(f"{filters.get(module, module)}.{kind}", *more, **named)


Importer.import_class = staticmethod(import_class)


def pytest_runtest_logreport(report: Any) -> None:
    """Keep the worst of a test's three phases."""
    if report.when == "call" or report.outcome != "passed":
        is_known = hasattr(report, "wasxfail")
        OUTCOMES[report.nodeid] = "xfail" if is_known else report.outcome


@pytest.fixture(autouse=True)
def each_url_is_an_outcome(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the URLs of the integration test apart, which is one test for all of them."""
    if "integration_tests" not in request.node.nodeid:
        return
    tester = importlib.import_module("integration_tests.urls_helpers").UrlsTester
    one = tester.try_url

    async def try_url(self: Any, url: str) -> None:
        before = len(self.failed_items)
        await one(self, url)
        failed = len(self.failed_items) > before
        OUTCOMES["/" + url.partition("/unsafe/")[2]] = "failed" if failed else "passed"

    monkeypatch.setattr(tester, "try_url", try_url)
    monkeypatch.setattr(tester, "report", lambda _self: None)


def pytest_sessionfinish() -> None:
    """Write the outcomes."""
    Path(os.environ["OUTCOMES"]).write_text(json.dumps(OUTCOMES, indent=1))
