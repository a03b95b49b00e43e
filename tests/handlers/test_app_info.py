"""GET /apps/<api key>: what a page may know before anything is uploaded."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.handlers.conftest import Fetch, write_apps


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An app of the rules that the test is marked with."""
    marked = request.node.get_closest_marker("rules")
    rules = marked.kwargs if marked else {}
    return {**write_apps(tmp_path, **rules), "CHECK_MAX_PIXELS": "3000000"}


async def info(fetch: Fetch) -> dict[str, Any]:
    response = await fetch("/apps/k")
    assert response.code == 200
    answer: dict[str, Any] = json.loads(response.body)
    return answer


async def test_an_app_that_publishes_at_once_refuses_no_number_of_pixels(fetch: Fetch) -> None:
    """A larger image stays there, and is only not described."""
    assert (await info(fetch))["max_pixels"] is None


@pytest.mark.rules(publish='"verified"')
async def test_an_app_that_verifies_tells_how_many_pixels_it_checks(fetch: Fetch) -> None:
    """What has more is refused after its upload."""
    assert (await info(fetch))["max_pixels"] == 3_000_000
