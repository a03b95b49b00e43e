"""docs/http.md: each kind of answer, asked for, has the headers that its row says."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from libthumbor import CryptoURL
from tornado.httpclient import HTTPResponse

from tests.conftest import ENVIRONMENT
from tests.docs import FOLDER as DOCS
from tests.handlers.conftest import Fetch, picture, write_apps
from tests.s3.faulty_server import FaultyServer
from thumbor_renuo.apps import digest
from thumbor_renuo.delivery.path_signature import sign
from thumbor_renuo.s3.object_key import ObjectKey

PREFIX = "o/foobar-develop/qstu/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e"
KEY, CHANGING = f"{PREFIX}/a.jpg", "o/foobar-develop/a.jpg"
IMAGE = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "Access-Control-Allow-Origin": "*",
}
# Headers that a row names where they are there, and leaves out where they are not.
NAMED = (
    "Server-Timing", "Accept-Ranges", "Content-Range", "Content-Security-Policy",
    "Content-Disposition", "Allow", "Access-Control-Allow-Methods", "Access-Control-Max-Age",
    "Retry-After",
)  # fmt: skip
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
SECONDS = 600
TOO_MUCH = 503
SILENT = "an S3 that says nothing"
TYPES = {"jpg": "image/jpeg", "svg": "image/svg+xml"}


@dataclass
class Kind:
    """How an answer of one kind is had.

    Attributes:
        objects: what lies in the bucket.
        options: in the environment.
        rules: in the record of the app, in the words of TOML.
    """

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=lambda: {KEY: picture()})
    options: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The path with what is signed now."""
        token = sign(digest("p"), ObjectKey.parse(KEY), int(time.time()) + SECONDS + 5, "a")
        return self.path.replace("{token}", token)


SIGNED = CryptoURL(key=ENVIRONMENT["THUMBOR_SECURITY_KEY"]).generate(image_url=KEY, width=30)
FALLBACK = f"{PREFIX}/none.jpg"
KINDS = {
    "thumbnail": Kind(f"/t/30x30/u/{KEY}"),
    "thumbnail, its format in the path": Kind(f"/t/30x30@webp/u/{KEY}"),
    "thumbnail with `max_age(60)`": Kind(f"/t/30x30/filters:max_age(60)/u/{KEY}"),
    "thumbnail of a key that may change": Kind(
        f"/t/30x30/u/{CHANGING}", objects={CHANGING: picture()}
    ),
    "thumbnail that the client has": Kind(f"/t/30x30/u/{KEY}", headers={"If-None-Match": "*"}),
    "thumbnail's facts, `meta/…`": Kind(f"/t/meta/30x30/u/{KEY}"),
    "thumbnail by Thumbor's signed URL": Kind(SIGNED),
    "thumbnail of a private app": Kind(
        f"/s/{{token}}/t/30x30/u/{KEY}", rules={"private": "true"}, options={"MAX_AGE": "600"}
    ),
    "fallback image": Kind(
        f"/t/30x30/u/{KEY}",
        objects={FALLBACK: picture()},
        rules={"image": f'{{fallback = "{FALLBACK}"}}'},
    ),
    "original": Kind(f"/{KEY}"),
    "original, a range": Kind(f"/{KEY}", headers={"Range": "bytes=2-5"}),
    "original that the client has": Kind(f"/{KEY}", headers={"If-None-Match": "*"}),
    "original that is SVG or HTML": Kind(f"/{PREFIX}/a.svg", objects={f"{PREFIX}/a.svg": SVG}),
    "original of a private app": Kind(
        f"/s/{{token}}/{KEY}", rules={"private": "true"}, options={"MAX_AGE": "600"}
    ),
    "preflight": Kind(f"/t/30x30/u/{KEY}", "OPTIONS"),
    "options that are wrong or over a limit": Kind(f"/t/5001x1/u/{KEY}"),
    "original that is no image": Kind(f"/t/30x30/u/{KEY}", objects={KEY: b"text"}),
    "private app without a signature": Kind(f"/t/30x30/u/{KEY}", rules={"private": "true"}),
    "request past the CDN": Kind(f"/t/30x30/u/{KEY}", options={"ORIGIN_SECRETS": "s" * 16}),
    "missing original": Kind(f"/t/30x30/u/{KEY}", objects={}),
    "unknown app or path": Kind("/t/30x30/u/o/nobody/a.jpg"),
    "another method": Kind(f"/t/30x30/u/{KEY}", "POST"),
    "condition that does not hold": Kind(f"/t/30x30/u/{KEY}", headers={"If-Match": '"x"'}),
    "original too large to be rendered": Kind(
        f"/t/30x30/u/{KEY}", options={"SOURCE_MAX_PIXELS": "99"}
    ),
    "range outside the original": Kind(f"/{KEY}", headers={"Range": "bytes=99999-"}),
    "too much is waiting": Kind(f"/t/30x30/u/{KEY}", options={"THUMBNAIL_QUEUE": "1"}),
    "the bucket refuses or cannot be reached": Kind(
        f"/t/30x30/u/{KEY}", options={"S3_ENDPOINT": "http://127.0.0.1:1"}
    ),
    "the bucket does not answer in time": Kind(
        f"/t/30x30/u/{KEY}", options={"S3_ENDPOINT": SILENT, "S3_READ_SECONDS": "0.2"}
    ),
}


def rows() -> dict[str, list[str]]:
    """The table, by kind of answer."""
    lines = (DOCS / "http.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return {row[0]: row[1:] for row in cells[2:]}


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The options and the app of a kind."""
    kind = KINDS[request.node.callspec.params["name"]]
    rules = write_apps(tmp_path, **kind.rules) if kind.rules else {}
    with FaultyServer() as server:
        silent = server.answer(None)
        options = {name: value.replace(SILENT, silent) for name, value in kind.options.items()}
        yield {**options, **rules}


def test_every_row_is_asked_for() -> None:
    """And nothing that has no row."""
    assert list(rows()) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
async def test_a_row(fetch: Fetch, bucket: Any, name: str) -> None:
    """Status, lifetime, validators, Vary and the further headers are those of the table."""
    kind, (status, lifetime, has_validators, vary, further) = KINDS[name], rows()[name]
    for key, data in kind.objects.items():
        bucket.put_object(Key=key, Body=data, ContentType=TYPES[key.rpartition(".")[2]])
    response = await the_answer(fetch, kind, int(status))
    headers = response.headers
    assert response.code == int(status)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == lifetime.strip("`")
    assert ("ETag" in headers, "Last-Modified" in headers) == (bool(has_validators),) * 2
    assert headers.get("Vary", "") == vary.strip("`")
    words = [word.strip("` ") for word in further.split(",") if word]
    for header, value in IMAGE.items():
        assert headers.get(header) == (value if "image" in words else None)
    assert {header for header in NAMED if header in headers} == {*words} - {"image"}


async def the_answer(fetch: Fetch, kind: Kind, status: int) -> HTTPResponse:
    """The one with this status, of several at once where the others are in its way."""
    if status != TOO_MUCH:
        return await fetch(kind.url, kind.method, headers=kind.headers)
    paths = [kind.url.replace("30x30", f"{side}x30") for side in range(30, 45)]
    answers = await asyncio.gather(*map(fetch, paths))
    return next(answer for answer in answers if answer.code == TOO_MUCH)
