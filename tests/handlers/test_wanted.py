"""thumbor_renuo.handlers.wanted: what a request for an image wants."""

from dataclasses import replace

import pytest

from tests.conftest import make_settings
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.s3.object_key import ObjectKey

FOLDER = "o/app/x"


def wanted(key: str, options: str) -> Wanted:
    """A request of this key and these options."""
    settings = make_settings()
    path = replace(ThumbnailPath.parse(f"/t/u/{key}"), expanded=options)
    return Wanted(
        app="app",
        key=ObjectKey.parse(key),
        rules=ImageRules().effective(settings),
        url="/signed",
        parameters={"filters": options},
        variant="png",
        engine="pil",
        settings=settings,
        path=path,
    )


def test_no_two_pictures_share_a_name() -> None:
    """A key may hold whatever options begin with, and options what a key ends in."""
    mark = f"filters:watermark({FOLDER}/z,0,0,100)"
    one = wanted(f"{FOLDER}/k", f"filters:watermark({FOLDER}/x {mark}")
    two = wanted(f"{FOLDER}/k filters:watermark({FOLDER}/x", mark)
    assert one.name != two.name
    assert one.etag('"a"', [], {}) != two.etag('"a"', [], {})


@pytest.mark.parametrize(("filters", "seconds"), [
    ("", None), ("max_age(7)", 7), ("blur(1):max_age(7)", 7), ("max_age(7):max_age(8)", 8),
    ("watermark(max_age(9),0,0,0)", None),
])  # fmt: skip
def test_the_filter_max_age(filters: str, seconds: int | None) -> None:
    """The last one counts, as with Thumbor; a name that looks like it does not."""
    assert wanted(f"{FOLDER}/k", filters).max_age == seconds
