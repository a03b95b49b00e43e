"""GET /o/<key> where the app serves no original with the place where it was taken."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.handlers.conftest import FOLDER, Fetch, error_of
from tests.imaging.located import DAY, WITH_PLACE, stripped

PATH = f"/{FOLDER}/photo.jpg"
PHOTO = WITH_PLACE["jpeg"] + bytes(200_000)


@pytest.fixture
def environment() -> dict[str, str]:
    return {"STRIP_LOCATION": "true"}


@pytest.fixture
def stored(bucket: Any) -> Any:
    """A photograph with its place."""
    return bucket.put_object(Key=PATH[1:], Body=PHOTO, ContentType="image/jpeg")


async def test_the_original_without_its_place(fetch: Fetch, stored: Any) -> None:
    """The same length, the same picture, another ETag, and no GPS."""
    answer = await fetch(PATH)
    assert (answer.code, answer.body) == (200, await stripped(PHOTO))
    assert DAY not in answer.body
    assert answer.headers["Content-Length"] == str(len(PHOTO))
    assert answer.headers["ETag"] != stored.e_tag
    assert Image.open(BytesIO(answer.body)).getexif()
    head = await fetch(PATH, "HEAD")
    same = ("ETag", "Content-Length", "Content-Type", "Last-Modified")
    assert [head.headers[name] for name in same] == [answer.headers[name] for name in same]


@pytest.mark.parametrize(("first", "last"), [(0, 99), (30, 60), (75, 75), (100, 100_000)])
@pytest.mark.usefixtures("stored")
async def test_a_part(fetch: Fetch, first: int, last: int) -> None:
    """A range is the same range of the stripped file."""
    answer = await fetch(PATH, headers={"Range": f"bytes={first}-{last}"})
    assert (answer.code, answer.body) == (206, (await stripped(PHOTO))[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(PHOTO)}"
    last_ones = await fetch(PATH, headers={"Range": "bytes=-77"})
    assert last_ones.body == PHOTO[-77:]


async def test_conditions_are_about_the_stripped_file(fetch: Fetch, stored: Any) -> None:
    """Its own ETag saves the bytes and joins parts; that of the stored object does neither."""
    etag = (await fetch(PATH)).headers["ETag"]
    part = {"Range": "bytes=0-9"}
    for tag, codes in ((etag, [304, 200, 206]), (stored.e_tag, [200, 412, 200])):
        answers = [
            await fetch(PATH, headers={"If-None-Match": tag}),
            await fetch(PATH, headers={"If-Match": tag}),
            await fetch(PATH, headers={"If-Range": tag, **part}),
        ]
        assert [answer.code for answer in answers] == codes
        assert all(DAY not in answer.body for answer in answers)


@pytest.mark.usefixtures("stored")
async def test_a_range_behind_the_end(fetch: Fetch) -> None:
    """416 tells the size."""
    answer = await fetch(PATH, headers={"Range": "bytes=9999999-"})
    assert (answer.code, answer.headers["Content-Range"]) == (416, f"bytes */{len(PHOTO)}")


@pytest.mark.parametrize("name", list(WITH_PLACE))
async def test_every_format(fetch: Fetch, bucket: Any, name: str) -> None:
    """Whatever type a picture was stored with, its content is looked at."""
    bucket.put_object(Key=PATH[1:], Body=WITH_PLACE[name], ContentType="text/plain")
    assert (await fetch(PATH)).body == await stripped(WITH_PLACE[name])


async def test_a_picture_that_cannot_be_looked_through_is_not_served(
    fetch: Fetch, bucket: Any
) -> None:
    """400 in words, on every request, and for HEAD as well."""
    bucket.put_object(Key=PATH[1:], Body=b"no picture", ContentType="image/heic")
    for _ in range(2):
        answer = await fetch(PATH)
        assert answer.code == 400
        assert "place" in error_of(answer)["message"]
    assert (await fetch(PATH, "HEAD")).code == 400


@pytest.mark.parametrize(("data", "kind"), [(b"", "image/jpeg"), (b"%PDF", "application/pdf")])
async def test_other_files_are_served(fetch: Fetch, bucket: Any, data: bytes, kind: str) -> None:
    """What tells no place is as it was, an empty file as well."""
    bucket.put_object(Key=PATH[1:], Body=data, ContentType=kind)
    answer = await fetch(PATH)
    assert (answer.code, answer.body) == (200, data)


async def test_a_new_original_is_looked_at_again(fetch: Fetch, bucket: Any) -> None:
    """What was found for one is never put into another."""
    for name in ("jpeg", "png", "jpeg, XMP"):
        bucket.put_object(Key=PATH[1:], Body=WITH_PLACE[name], ContentType="image/jpeg")
        assert (await fetch(PATH)).body == await stripped(WITH_PLACE[name])
