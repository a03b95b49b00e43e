"""What the uploader said matters is what a crop keeps."""

from typing import Any

import pytest

from tests.handlers.conftest import FOLDER, Fetch, opened, picture

KEY = f"{FOLDER}/focal.jpg"


async def colour(fetch: Fetch, options: str) -> str:
    """Of the middle of a crop: the picture's left half is red, its right one blue."""
    response = await fetch(f"/t/{options}@png/u/{KEY}")
    red, _, blue = opened(response).convert("RGB").getpixel((8, 24))  # type: ignore[misc]
    return "red" if red > blue else "blue"


@pytest.mark.parametrize(
    ("focal", "options", "shown"),
    [
        ("0.9x0.5", "16x48", "blue"),
        ("0.1x0.5", "16x48", "red"),
        ("0.9x0.5", "16x48/left", "red"),
        ("0.9x0.5", "16x48/filters:focal(0x0:9x9)", "red"),
        ("nonsense", "16x48/left", "red"),
    ],
)
async def test_a_crop_is_about_the_focal_point(
    fetch: Fetch, bucket: Any, focal: str, options: str, shown: str
) -> None:
    """Of the object's metadata, where the URL does not say otherwise."""
    bucket.put_object(Key=KEY, Body=picture(), Metadata={"focal": focal})
    assert await colour(fetch, options) == shown


async def test_another_focal_point_is_another_image(fetch: Fetch, bucket: Any) -> None:
    """The same bytes with new metadata have another ETag."""
    tags = set()
    for name, metadata in enumerate(({}, {"focal": "0.1x0.5"}, {"focal": "0.9x0.5"}, {})):
        key = f"{FOLDER}/{name}.jpg"
        bucket.put_object(Key=key, Body=picture(), Metadata=metadata)
        response = await fetch(f"/t/16x48@png/u/{key}")
        tags.add(response.headers["ETag"])
    assert len(tags) == 3
