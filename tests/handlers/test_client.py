"""The built upload client as pages and build tools load it."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.conftest import Fetch, error_of
from thumbor_renuo.handlers import client_files
from thumbor_renuo.handlers.client import takes_gzip

SCRIPT = b"export const all = 'of it';\n" * 50
FILES = {
    "renuo-upload.js": SCRIPT, "renuo-upload.mjs": SCRIPT + b"//\n",
    "renuo-upload.css": b"a{color:red}", "demo.js": b"0", "demo.css": b"b{}",
}  # fmt: skip
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A build of version 2.3.4."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "client.json").write_text('{"version": "2.3.4"}')
    monkeypatch.setattr(client_files, "STATIC", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Have the build read again."""
    client_files.built.cache_clear()
    client_files.version.cache_clear()


def integrity(data: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("renuo-upload.js", "text/javascript"),
        ("renuo-upload.mjs", "text/javascript"),
        ("renuo-upload.css", "text/css"),
    ],
)
async def test_a_file_of_this_version_is_kept_for_ever(
    fetch: Fetch, name: str, media_type: str
) -> None:
    """With its type, for pages of any origin; the same file without a version for minutes only."""
    response = await fetch(f"/client/2.3.4/{name}", headers={"Origin": "https://shop.example"})
    assert (response.code, response.body) == (200, FILES[name])
    assert response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert response.headers["Cache-Control"] == FOR_EVER
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    newest = await fetch(f"/client/{name}", headers={"Origin": "https://shop.example"})
    assert (newest.code, newest.body) == (200, FILES[name])
    assert newest.headers["Cache-Control"] == "public, max-age=300"
    assert newest.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("version", ["2.3.3", "0", "2.3.4%20", "latest"])
async def test_another_version_is_not_there(fetch: Fetch, version: str) -> None:
    """The message names the one that is, and nobody keeps the answer for long."""
    response = await fetch(f"/client/{version}/renuo-upload.js")
    assert response.code == 404
    assert "2.3.4" in error_of(response)["message"]
    assert response.headers["Cache-Control"] == "public, max-age=10"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["2.3.4/demo.js", "2.3.4/client.json", "client.json", "x.js"])
async def test_nothing_else_of_the_build_is_served(fetch: Fetch, path: str) -> None:
    """The demo page's own files have no version, and no other file a path."""
    assert (await fetch(f"/client/{path}")).code == 404


async def test_it_is_compressed_for_who_takes_that(fetch: Fetch) -> None:
    """Each coding has its own ETag, by which it is not sent again."""
    as_is = await fetch("/client/2.3.4/renuo-upload.js", decompress_response=False)
    assert "Content-Encoding" not in as_is.headers
    asked = {"Accept-Encoding": "br, gzip"}
    path = "/client/2.3.4/renuo-upload.js"
    small = await fetch(path, headers=asked, decompress_response=False)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.body) == as_is.body == SCRIPT
    assert len(small.body) < len(SCRIPT) / 5
    assert small.headers["Vary"] == as_is.headers["Vary"] == "Accept-Encoding"
    assert small.headers["ETag"] != as_is.headers["ETag"]
    assert not small.headers["ETag"].startswith("W/")
    head = await fetch(path, "HEAD", headers=asked, decompress_response=False)
    assert int(head.headers["Content-Length"]) == len(small.body)
    for etag, code in ((small.headers["ETag"], 304), (as_is.headers["ETag"], 200)):
        again = await fetch(
            path, headers={**asked, "If-None-Match": etag}, decompress_response=False
        )
        assert again.code == code
        assert again.headers["Vary"] == "Accept-Encoding"
        assert again.headers["Cache-Control"] == FOR_EVER


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True), ("gzip, deflate, br, zstd", True), ("br,GZIP;q=0.5", True),
        ("deflate , gzip ; q=1.0", True), ("", False), ("br", False), ("identity", False),
        ("gzip;q=0", False), ("br, gzip;q=0.000", False), ("x-gzip-like", False), ("*", False),
    ],
)  # fmt: skip
def test_who_takes_gzip(header: str, expected: bool) -> None:
    """Whoever names it and does not refuse it."""
    assert takes_gzip(header) is expected


async def test_build_tools_are_told_the_files(fetch: Fetch) -> None:
    """Each has the integrity of the bytes that are served under its path."""
    response = await fetch("/client/renuo-upload.json")
    told = json.loads(response.body)
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert told["version"] == "2.3.4"
    assert list(told["files"]) == ["renuo-upload.js", "renuo-upload.css", "renuo-upload.mjs"]
    for name, file in told["files"].items():
        served = await fetch(file["url"], headers={"Accept-Encoding": "gzip"})
        assert served.body == FILES[name]
        assert file["integrity"] == integrity(served.body)
    etag = {"If-None-Match": response.headers["ETag"]}
    assert (await fetch("/client/renuo-upload.json", headers=etag)).code == 304


async def test_an_older_build_has_version_0(fetch: Fetch, build: Path) -> None:
    """One that does not say its version, and lacks a file, is served as it is."""
    (build / "client.json").unlink()
    (build / "renuo-upload.mjs").unlink()
    told = json.loads((await fetch("/client/renuo-upload.json")).body)
    assert (told["version"], len(told["files"])) == ("0", 2)
    assert (await fetch("/client/0/renuo-upload.js")).body == SCRIPT
    assert (await fetch("/client/0/renuo-upload.mjs")).code == 404
