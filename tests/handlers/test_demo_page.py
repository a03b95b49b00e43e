"""The demo page, on which anybody may upload to any app."""

from pathlib import Path

import pytest

from tests.handlers.conftest import Fetch


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An app whose keys stand in lists only, the first of them ended."""
    (tmp_path / "apps.toml").write_text(
        '[[apps]]\nname = "shop"\nenv = "live"\n'
        'api_keys = [{ key = "ended", not_after = 2020-01-01T00:00:00Z }, { key = "lasting" }]\n'
        'private_keys = [{ key = "private" }]\n'
    )
    return {"DEMO_PAGE": "true", "API_KEYS": "", "APPS_FILE": str(tmp_path / "apps.toml")}


async def test_the_page_has_a_key_that_counts(fetch: Fetch) -> None:
    """The one that is live now, wherever it stands in the record."""
    page = (await fetch("/")).body.decode()
    assert '"api_key": "lasting"' in page
    assert "private" not in page
