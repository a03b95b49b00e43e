"""thumbor_renuo.handlers.services: what cannot be is told at the start, all at once."""

from pathlib import Path

import pytest

from tests.conftest import make_config
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers.services import Services

RECORD = """
[[apps]]
name = "shop"
env = "live"
api_key = "1"
private_key = "2"
presets = { card = "300x300/filters:blurr(2)", plain = "200x0/filters:quality(80)" }
image = { filters = "quality(90..40) blur", sizes = "300 1920-320/160" }
"""


def test_rules_that_nothing_could_use_stop_the_start(tmp_path: Path) -> None:
    """Each with its app, its rule and what is wrong."""
    file = tmp_path / "apps.toml"
    file.write_text(RECORD)
    with pytest.raises(ConfigurationError) as caught:
        Services.of(make_config(APPS_FILE=str(file)))
    app = f"APPS_FILE {file}, app 1, shop-live"
    assert caught.value.faults == (
        f"{app}: the preset 'card' is faulty: there is no filter 'blurr'",
        f"{app}: image: filters: the range '90..40' of 'quality' is empty",
        f"{app}: image: sizes: the steps '1920-320/160' go from the larger to the smaller",
    )


def test_so_do_options() -> None:
    """Those for all apps."""
    with pytest.raises(ConfigurationError) as caught:
        Services.of(make_config(THUMBNAIL_FILTERS="blurr", THUMBNAIL_SIZES="9-1/1"))
    assert caught.value.faults == (
        "THUMBNAIL_FILTERS: there is no filter 'blurr'",
        "THUMBNAIL_SIZES: the steps '9-1/1' go from the larger to the smaller",
    )
