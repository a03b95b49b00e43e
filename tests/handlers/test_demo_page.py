"""The demo page, on which anybody may upload to any app."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.handlers.conftest import Fetch

APPS = """
[[apps]]
name = "shop"
env = "live"
api_keys = [{ key = "ended", not_after = 2020-01-01T00:00:00Z }, { key = "lasting" }]
private_keys = [{ key = "never-told" }]
presets = { card = "30x20/smart", "big" = "900x0" }

[apps.image]
filters = ["quality(40..90)", "grayscale"]
sizes = ["320-640/160"]
max_side = 800

[[apps]]
name = "blog"
env = "live"
api_key = "b"
private_key = "never-told"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An app whose keys stand in lists only, the first of them ended, and one without rules."""
    (tmp_path / "apps.toml").write_text(APPS)
    return {"DEMO_PAGE": "true", "API_KEYS": "", "APPS_FILE": str(tmp_path / "apps.toml")}


async def config_of(fetch: Fetch) -> dict[str, Any]:
    page = (await fetch("/")).body.decode()
    match = re.search(r'id="demo-config">(.*?)</script>', page)
    assert match
    found: dict[str, Any] = json.loads(match[1])
    return found


async def test_the_page_has_a_key_that_counts(fetch: Fetch) -> None:
    """The one that is live now, wherever it stands in the record; and nothing of the others."""
    page = (await fetch("/")).body.decode()
    assert '"api_key": "lasting"' in page
    assert "never-told" not in page
    assert "ended" not in page


async def test_the_page_knows_what_an_app_allows(fetch: Fetch) -> None:
    """Its own rules, or the deployment's options; of presets the names only."""
    shop, blog = (await config_of(fetch))["apps"]
    assert shop["filters"] == ["quality(40..90)", "grayscale"]
    assert shop["sizes"] == ["320-640/160"]
    assert shop["max_side"] == 800
    assert shop["presets"] == ["big", "card"]
    assert (blog["filters"], blog["sizes"], blog["presets"]) == ([], [], [])
    assert (blog["max_side"], blog["max_filters"]) == (5000, 10)
    assert not blog["presets_only"]


async def test_the_page_knows_what_there_is(fetch: Fetch) -> None:
    """Filters that are switched on, formats, the CDN, and where the upload client lies."""
    config = await config_of(fetch)
    assert {"text", "blur", "grayscale"} <= set(config["filters"])
    assert config["formats"] == ["jpeg", "png", "webp", "avif", "gif"]
    assert config["cdn_host"]
    told = json.loads((await fetch("/client/renuo-upload.json")).body)
    assert config["client"] == told


async def test_the_page_loads_nothing_from_elsewhere(fetch: Fetch) -> None:
    """Scripts and styles are ours; requests go to us, to the bucket and to the CDN."""
    cdn = (await config_of(fetch))["cdn_host"]
    policy = (await fetch("/")).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["worker-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    connect = rules["connect-src"].split()
    assert (connect[0], connect[-1], len(connect)) == ("'self'", cdn, 3)
    assert rules["img-src"] == f"'self' blob: data: {cdn}"
