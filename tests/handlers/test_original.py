"""GET /o/<key>."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from tests.handlers.conftest import FOLDER, Fetch, error_of, picture
from thumbor_renuo.handlers.services import _MADE

DATA = bytes(range(256)) * 1024
KEPT = (
    "public, max-age=2592000, s-maxage=31536000, stale-while-revalidate=86400, "
    "stale-if-error=604800"
)
PREFIX = "o/foobar-develop/qstu/0b1c/2d3e/4f5a/6b7c/8d9e/0f1a/2b3c/4d5e"


@pytest.fixture
def stored(bucket: Any) -> Any:
    """An object of 256 KiB."""
    return bucket.put_object(Key=f"{FOLDER}/file.bin", Body=DATA, ContentType="text/plain")


PATH = f"/{FOLDER}/file.bin"


async def test_the_whole_object(fetch: Fetch, stored: Any) -> None:
    """All bytes, with type, length, validators and a lifetime."""
    response = await fetch(PATH)
    assert (response.code, response.body) == (200, DATA)
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Content-Length"] == str(len(DATA))
    assert response.headers["ETag"] == stored.e_tag
    assert response.headers["Last-Modified"].endswith("GMT")
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == KEPT
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("stored")
async def test_head_has_the_same_headers_and_no_body(fetch: Fetch) -> None:
    """HEAD tells what GET would."""
    get, head = await fetch(PATH), await fetch(PATH, "HEAD")
    assert (head.code, head.body) == (200, b"")
    same = ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Cache-Control")
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]


@pytest.mark.parametrize(("asked", "first", "end"), [
    ("bytes=100-199", 100, 200), ("bytes=262143-", 262143, 262144), ("bytes=-10", 262134, 262144),
    ("bytes=0-99999999", 0, 262144),
])  # fmt: skip
@pytest.mark.usefixtures("stored")
async def test_a_range(fetch: Fetch, asked: str, first: int, end: int) -> None:
    """206 with exactly these bytes."""
    response = await fetch(PATH, headers={"Range": asked})
    assert (response.code, response.body) == (206, DATA[first:end])
    assert response.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(DATA)}"
    assert response.headers["Content-Length"] == str(end - first)


@pytest.mark.parametrize("asked", ["bytes=1-2,4-5", "bytes=9-1", "lines=1-2", "bytes=a-b", "x"])
@pytest.mark.usefixtures("stored")
async def test_a_range_that_is_not_one_is_ignored(fetch: Fetch, asked: str) -> None:
    """The whole object is the answer."""
    response = await fetch(PATH, headers={"Range": asked})
    assert (response.code, response.body) == (200, DATA)


@pytest.mark.usefixtures("stored")
async def test_a_range_behind_the_end(fetch: Fetch) -> None:
    """416 tells the size."""
    response = await fetch(PATH, headers={"Range": "bytes=262144-"})
    assert response.code == 416
    assert response.headers["Content-Range"] == "bytes */262144"
    assert error_of(response)["error"] == "range_not_satisfiable"


async def test_validators_save_the_bytes(fetch: Fetch, stored: Any) -> None:
    """304 for the ETag, weak or among others, and for the date; with the headers of RFC 9110."""
    date = (await fetch(PATH)).headers["Last-Modified"]
    for method in ("GET", "HEAD"):
        for headers in (
            {"If-None-Match": stored.e_tag},
            {"If-None-Match": f'"other", W/{stored.e_tag}'},
            {"If-Modified-Since": date},
        ):
            response = await fetch(PATH, method, headers=headers)
            assert (response.code, response.body) == (304, b"")
            assert response.headers["ETag"] == stored.e_tag
            assert response.headers["Cache-Control"] == KEPT
            assert "Content-Type" not in response.headers


@pytest.mark.parametrize("headers", [
    {"If-None-Match": '"other"'}, {"If-Modified-Since": "garbage"},
    {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
])  # fmt: skip
@pytest.mark.usefixtures("stored")
async def test_validators_that_do_not_hold(fetch: Fetch, headers: dict[str, str]) -> None:
    """200, and a date that is none does no harm."""
    assert (await fetch(PATH, headers=headers)).code == 200


async def test_if_range(fetch: Fetch, stored: Any) -> None:
    """The range counts only for the object that the client has a part of."""
    same = {"Range": "bytes=0-9", "If-Range": stored.e_tag}
    assert (await fetch(PATH, headers=same)).code == 206
    other = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert (await fetch(PATH, headers=other)).code == 200


@pytest.mark.parametrize(("name", "stored_type", "served"), [
    ("a.jpg", "binary/octet-stream", "image/jpeg"), ("a.JPEG", "binary/octet-stream", "image/jpeg"),
    ("a.png", "binary/octet-stream", "image/png"), ("a.gif", "binary/octet-stream", "image/gif"),
    ("a.pdf", "binary/octet-stream", "binary/octet-stream"), ("a.jpg", "image/webp", "image/webp"),
])  # fmt: skip
async def test_the_type(
    fetch: Fetch, bucket: Any, name: str, stored_type: str, served: str
) -> None:
    """Old uploads have no type: the extension tells it for images."""
    bucket.put_object(Key=f"{FOLDER}/{name}", Body=b"x", ContentType=stored_type)
    assert (await fetch(f"/{FOLDER}/{name}")).headers["Content-Type"] == served


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml"])
async def test_an_uploaded_page_runs_no_script(fetch: Fetch, bucket: Any, kind: str) -> None:
    """What may hold scripts is served into a sandbox."""
    bucket.put_object(Key=f"{FOLDER}/page", Body=b"<script>", ContentType=kind)
    for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=0-2"}),
                            ("GET", {"If-None-Match": "*"})):  # fmt: skip
        answer = (await fetch(f"/{FOLDER}/page", method, headers=headers)).headers
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Disposition"] == 'attachment; filename="page"'


@pytest.mark.parametrize("name", ["Ümläut ß.png", "日本.png", "a+b (1)'&?#%.png", "a%2Fb.png"])
async def test_names_with_all_kinds_of_letters(fetch: Fetch, bucket: Any, name: str) -> None:
    """A percent-encoded path finds the object of that name."""
    bucket.put_object(Key=f"{FOLDER}/{name}", Body=b"found")
    assert (await fetch(f"/{FOLDER}/{quote(name)}")).body == b"found"


async def test_an_upload_never_changes(fetch: Fetch, bucket: Any) -> None:
    """Under a random prefix nothing else will ever be found."""
    bucket.put_object(Key=f"{PREFIX}/a.jpg", Body=b"x")
    assert (await fetch(f"/{PREFIX}/a.jpg")).headers["Cache-Control"] == f"{KEPT}, immutable"


@pytest.mark.usefixtures("stored")
async def test_pages_may_embed_it_and_read_it(fetch: Fetch) -> None:
    """The headers for other pages stand on every answer, the 304, the part and errors too."""
    for path, headers in ((PATH, {}), (PATH, {"Range": "bytes=0-2"}), (f"{PATH}x", {}),
                          (PATH, {"If-None-Match": "*"}), (PATH, {"If-Match": '"x"'})):  # fmt: skip
        answer = (await fetch(path, headers=headers)).headers
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer["Timing-Allow-Origin"] == answer["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in answer


PREFLIGHT = {
    "Origin": "https://shop.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "range, if-none-match",
}


@pytest.mark.usefixtures("bucket")
async def test_a_preflight(fetch: Fetch) -> None:
    """Scripts may ask with Range and conditions, and may not do anything but read."""
    answer = await fetch(PATH, "OPTIONS", headers=PREFLIGHT)
    assert (answer.code, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "range, if-none-match"
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.usefixtures("bucket")
async def test_a_preflight_repeats_no_header_that_is_none(fetch: Fetch) -> None:
    """Only names and commas."""
    odd = {**PREFLIGHT, "Access-Control-Request-Headers": "range; x=<y>"}
    assert "Access-Control-Allow-Headers" not in (await fetch(PATH, "OPTIONS", headers=odd)).headers
    assert (await fetch("/o/nobody/a/b.jpg", "OPTIONS", headers=PREFLIGHT)).code == 404


@pytest.mark.options(IMAGE_CORS="false")
@pytest.mark.usefixtures("stored")
async def test_scripts_read_nothing_where_they_may_not(fetch: Fetch) -> None:
    """Neither a preflight nor an answer allows it; embedding stays possible."""
    for answer in (await fetch(PATH, "OPTIONS", headers=PREFLIGHT), await fetch(PATH)):
        assert answer.code in {200, 204}
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


LONG = "a" * 10_000


@pytest.mark.parametrize(("path", "code"), [
    (f"/{FOLDER}/missing.jpg", 404), ("/o/nobody/a/b.jpg", 404), ("/o/foobar-develop", 400),
    ("/o/foobar-develop/", 400), ("/o//a/b", 400), ("/o/foobar-develop/../other/x", 400),
    ("/o/foobar-develop/%2e%2e/other/x", 400), ("/o/foobar-develop/..%2fother", 400),
    ("/o/foobar-develop/a%00b", 400), ("/o/foobar-develop/a%0d%0aSet-Cookie:x", 400),
    ("/o/foobar-develop/%ff%fe", 400), (f"/o/foobar-develop/{LONG}", 400), (f"/o/{LONG}/a", 400),
    ("/o/%2e%2e/secrets", 400), ("/o/foobar-develop%2f..%2fother/x", 400),
    ("/o/http:%2f%2f169.254.169.254/x", 400),
])  # fmt: skip
@pytest.mark.usefixtures("bucket")
async def test_hostile_and_missing_paths(fetch: Fetch, path: str, code: int) -> None:
    """The right error, in words, with a short lifetime; never a 500 and never another folder."""
    for method in ("GET", "HEAD"):
        response = await fetch(path, method)
        assert response.code == code
        assert response.headers["Cache-Control"] == "public, max-age=10"
    error_of(await fetch(path))


async def test_another_apps_folder_is_not_reached_by_a_longer_name(
    fetch: Fetch, bucket: Any
) -> None:
    """Folders of apps that are not configured do not exist for us, whatever their name."""
    bucket.put_object(Key="o/foobar-develop-2/a/secret.txt", Body=b"secret")
    assert (await fetch("/o/foobar-develop-2/a/secret.txt")).code == 404


async def test_a_query_string_is_ignored(fetch: Fetch, bucket: Any) -> None:
    """Cache busters of old pages do no harm."""
    bucket.put_object(Key=f"{FOLDER}/a.jpg", Body=picture())
    assert (await fetch(f"/{FOLDER}/a.jpg?v=2&response-content-type=text/html")).code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(fetch: Fetch, method: str) -> None:
    """An original is read-only here."""
    assert (await fetch(PATH, method, body=b"")).code == 405


async def test_preconditions(fetch: Fetch, stored: Any) -> None:
    """412 for another object than the client means (RFC 9110, 13.1.1 and 13.1.4)."""
    old = "Sat, 01 Jan 2000 00:00:00 GMT"
    for headers in ({"If-Match": '"other"'}, {"If-Unmodified-Since": old}):
        response = await fetch(PATH, headers=headers)
        assert response.code == 412
        assert response.headers["Cache-Control"] == "no-store"
        error_of(response)
    for headers in ({"If-Match": stored.e_tag}, {"If-Match": "*"}):
        assert (await fetch(PATH, headers=headers)).code == 200


@pytest.mark.usefixtures("stored")
async def test_only_the_paths_own_errors_are_kept(fetch: Fetch) -> None:
    """What a range, a method or a body made wrong must not be kept for others."""
    ranged = await fetch(PATH, headers={"Range": "bytes=262144-"})
    posted = await fetch(PATH, "POST", body=b"")
    large = await fetch(PATH, "GET", body=b"x" * 20_000)
    assert [ranged.code, posted.code, large.code] == [416, 405, 413]
    for response in (ranged, posted, large):
        assert response.headers["Cache-Control"] == "no-store"


class TestBusy:
    """A process that streams as many originals as it may."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"S3_CONNECTIONS": "1"}

    @pytest.mark.usefixtures("stored")
    async def test_more_is_refused_at_once(self, fetch: Fetch) -> None:
        """503 with Retry-After instead of a long wait for a connection."""
        answers = await asyncio.gather(*[fetch(PATH) for _ in range(8)])
        codes = {response.code for response in answers}
        assert codes == {200, 503}
        assert (await fetch(PATH)).code == 200


@pytest.mark.options(S3_CONNECTIONS="4")
@pytest.mark.usefixtures("stored")
async def test_an_app_holds_half_of_the_places(fetch: Fetch) -> None:
    """Slow readers of one app's originals leave the other apps theirs."""
    assert (await fetch(PATH)).code == 200
    (streams,) = [made.streams for made in _MADE.values() if made.settings.s3_connections == 4]
    with streams.place("shop-live"), streams.place("shop-live"):
        assert (await fetch(PATH)).code == 200
    with streams.place("foobar-develop"), streams.place("foobar-develop"):
        assert (await fetch(PATH)).code == 503
    assert (await fetch(PATH)).code == 200
