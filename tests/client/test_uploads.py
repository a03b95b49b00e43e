"""thumbor_renuo.client.uploads: sign, send the file to the bucket, complete."""

import base64
import hashlib
import io
import os
import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import API_KEY, APP, FILE_PATH, KEY, PRIVATE_KEY, make_client
from tests.client.stub_server import Recorded, Reply, StubServer
from thumbor_renuo.client import (
    BadAnswer,
    Client,
    Conflict,
    ConnectionFailed,
    ContentRefused,
    Forbidden,
    ImageFacts,
    NotFound,
    SignedUpload,
    SourceChanged,
    StorageRefused,
    TimedOut,
    TooLarge,
    UploadedFile,
)
from thumbor_renuo.client.media_type import media_type
from thumbor_renuo.client.upload_source import open_source

MIB = 1024 * 1024
DATA = b"the bytes of a hat"
CHECKSUM = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
LINKS = {
    "public_url": f"//cdn.example.com/{KEY}",
    "thumbnail_url_template": f"//cdn.example.com/t/{{options}}/u/{KEY}",
}
IMAGE = {
    "width": 640,
    "height": 480,
    "orientation": 6,
    "format": "jpeg",
    "frames": 1,
    "has_alpha": False,
    "dominant_color": "#aabbcc",
    "thumbhash": "1QcSHQ==",
}
COMPLETED = {
    "key": KEY,
    "file_path": FILE_PATH,
    **LINKS,
    "size": len(DATA),
    "etag": '"abc"',
    "content_type": "image/jpeg",
    "image": IMAGE,
}
STORED = Reply(200, headers={"ETag": '"abc"'})


def signed(server: StubServer, **changes: Any) -> dict[str, Any]:
    """What the service answers for a PUT; the stub is the bucket as well."""
    return {
        "url": f"{server.url}/bucket/hat.jpg?X-Amz-Signature=secret%2Fsignature",
        "method": "PUT",
        "fields": {},
        "headers": {"content-type": "image/jpeg", "if-none-match": "*", "x-amz-acl": "private"},
        "key": KEY,
        **LINKS,
        "expires_at": "2026-11-25T12:00:00Z",
        "token": "a.token",
        **changes,
    }


def replies(server: StubServer, *puts: Reply, **changes: Any) -> None:
    """Sign, answer the PUTs, complete."""
    server.reply(Reply(json=signed(server, **changes)), *puts, Reply(json=COMPLETED))


def puts(server: StubServer) -> list[Recorded]:
    """What the bucket was sent."""
    return [request for request in server.requests if request.method == "PUT"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "Ümläut hat.jpg"
    path.write_bytes(DATA)
    return path


# -- sign -----------------------------------------------------------------------------------------


def test_sign_a_form(server: StubServer, client: Client) -> None:
    """The request has what is signed; the answer is given back whole, its fields in order."""
    fields = {"key": KEY, "acl": "private", "policy": "e30=", "x-amz-date": "20261125T120000Z"}
    server.reply(
        Reply(json=signed(server, method="POST", fields=fields, headers={}, key=f"q{KEY[1:]}"))
    )
    upload = client.sign("hat.jpg", "image/jpeg", 7)
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/generate_policy")
    assert request.json == {
        "api_key": API_KEY,
        "filename": "hat.jpg",
        "content_type": "image/jpeg",
        "size": 7,
        "method": "POST",
    }
    assert "Authorization" not in request.headers
    assert list(upload.fields.items()) == list(fields.items())
    assert (upload.method, upload.headers, upload.token) == ("POST", {}, "a.token")
    assert (upload.key, upload.file_path) == (f"q{KEY[1:]}", FILE_PATH)
    assert upload.expires_at == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_sign_with_a_checksum(server: StubServer, client: Client) -> None:
    """It goes along as S3 writes it."""
    server.reply(Reply(json=signed(server)))
    client.sign("hat.jpg", "image/jpeg", 7, CHECKSUM, method="PUT")
    assert server.requests[0].json["checksum_sha256"] == CHECKSUM
    assert server.requests[0].json["method"] == "PUT"


def test_a_signature_is_not_printed(server: StubServer, client: Client) -> None:
    """Whoever reads a log cannot upload with it."""
    server.reply(Reply(json=signed(server, headers={"x": "secret"}, fields={"y": "secret"})))
    shown = repr(client.sign("hat.jpg", "image/jpeg", 7, method="PUT"))
    assert KEY in shown
    assert "secret" not in shown
    assert "a.token" not in shown


def test_an_unknown_method_is_not_sent(server: StubServer, client: Client) -> None:
    """There are two."""
    with pytest.raises(ValueError, match="POST or PUT"):
        client.sign("hat.jpg", "image/jpeg", 7, method="PATCH")
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", "image/png", 7), "filename"),
        ((None, "image/png", 7), "filename"),
        (("hat.png", "", 7), "content_type"),
        (("hat.png", "image/png", -1), "size -1"),
        (("hat.png", "image/png", True), "size True"),
        (("hat.png", "image/png", "7"), "size '7'"),
    ],
)
def test_what_names_no_file_is_not_sent(
    server: StubServer, client: Client, arguments: tuple[Any, ...], words: str
) -> None:
    """Without a name, the service would sign for a whole folder."""
    with pytest.raises(ValueError, match=words):
        client.sign(*arguments)
    assert server.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "POST"},
        {"url": None},
        {"url": "file:///etc/passwd"},
        {"url": "https://bucket/a b"},
        {"headers": None},
        {"headers": {"x": 7}},
        {"headers": {"x": "a\r\nb: c"}},
        {"headers": {"x y": "z"}},
        {"key": 7},
        {"expires_at": "soon"},
        {"token": None},
    ],
)
def test_a_signature_that_lacks_something_is_a_bad_answer(
    server: StubServer, client: Client, file: Path, changes: dict[str, Any]
) -> None:
    """Nothing is sent to the bucket then."""
    replies(server, **changes)
    with pytest.raises(BadAnswer):
        client.upload(file)
    assert [request.target for request in server.requests] == ["/generate_policy"]


def test_what_the_app_does_not_take_is_told(server: StubServer, client: Client, file: Path) -> None:
    """The limit is in the error, and no byte was sent."""
    server.reply(Reply(413, json={"error": "too_large", "message": "18 > 7", "limit": 7}))
    with pytest.raises(TooLarge) as caught:
        client.upload(file)
    assert caught.value.limit == 7
    assert puts(server) == []


# -- upload ---------------------------------------------------------------------------------------


def test_an_upload_is_signed_sent_and_completed(
    server: StubServer, client: Client, file: Path
) -> None:
    """Three requests: the bucket gets the file with exactly the signed headers and its length."""
    replies(server, STORED)
    assert client.upload(file) == UploadedFile(**{**COMPLETED, "image": ImageFacts(**IMAGE)})
    sign, put, complete = server.requests
    assert sign.json == {
        "api_key": API_KEY,
        "filename": "Ümläut hat.jpg",
        "content_type": "image/jpeg",
        "size": len(DATA),
        "checksum_sha256": CHECKSUM,
        "method": "PUT",
    }
    assert put.target == "/bucket/hat.jpg?X-Amz-Signature=secret%2Fsignature"
    assert put.body == DATA
    sent = {name.lower(): value for name, value in put.headers.items()}
    assert sent.items() >= signed(server)["headers"].items()
    assert sent["content-length"] == str(len(DATA))
    assert "transfer-encoding" not in sent
    assert (complete.method, complete.target) == ("POST", "/uploads/complete")
    assert complete.json == {"api_key": API_KEY, "key": KEY, "token": "a.token"}


def test_the_bucket_never_gets_the_private_key(
    server: StubServer, client: Client, file: Path
) -> None:
    """An upload needs no private key at all."""
    replies(server, STORED)
    client.upload(file)
    assert not [r for r in server.requests if PRIVATE_KEY in f"{r.headers}{r.target}{r.body!r}"]


def test_a_signed_length_is_sent_once(server: StubServer, client: Client, file: Path) -> None:
    """Two Content-Length headers would be refused."""
    headers = {"Content-LENGTH": "999", "content-type": "image/jpeg"}
    replies(server, STORED, headers=headers)
    client.upload(file)
    assert [v for n, v in puts(server)[0].headers.items() if n.lower() == "content-length"] == [
        str(len(DATA))
    ]


def test_an_upload_may_be_completed_later(server: StubServer, client: Client, file: Path) -> None:
    """What is known is told; the image's facts are not."""
    replies(server, STORED)
    assert client.upload(file, "other.png", "image/png", complete=False) == UploadedFile(
        KEY, FILE_PATH, **LINKS, size=len(DATA), content_type="image/png"
    )
    assert len(server.requests) == 2
    assert server.requests[0].json["filename"] == "other.png"


class NoSeek(io.BytesIO):
    """A file that can be read once."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_place: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("make", [io.BytesIO, NoSeek])
def test_a_file_object_is_read_from_where_it_stands(
    server: StubServer, client: Client, make: Callable[[bytes], Any]
) -> None:
    """What was read before does not belong to it; it stays open."""
    replies(server, Reply(503), STORED)
    given = make(b"skip" + DATA)
    given.read(4)
    client.upload(given, "hat.jpg")
    assert server.requests[0].json["size"] == len(DATA)
    assert server.requests[0].json["checksum_sha256"] == CHECKSUM
    assert [put.body for put in puts(server)] == [DATA, DATA]
    assert not given.closed


def test_an_empty_file(server: StubServer, client: Client) -> None:
    """No bytes are a length of 0."""
    replies(server, STORED)
    client.upload(io.BytesIO(), "empty.txt")
    assert puts(server)[0].headers["Content-Length"] == "0"
    assert server.requests[0].json["size"] == 0


def test_a_file_object_may_have_a_name(server: StubServer, client: Client, file: Path) -> None:
    """The name is that of the path, without its folders."""
    replies(server, STORED)
    with file.open("rb") as opened:
        client.upload(opened)
    assert server.requests[0].json["filename"] == file.name


def test_a_file_without_a_name_needs_one(server: StubServer, client: Client) -> None:
    """Neither a number nor nothing is a name."""
    with tempfile.TemporaryFile() as by_number:
        for nameless in (io.BytesIO(DATA), by_number):
            with pytest.raises(ValueError, match="filename="):
                client.upload(nameless)
    assert server.requests == []


def test_text_is_no_file(server: StubServer, client: Client, file: Path) -> None:
    """A file in text mode would be sent in some encoding or other."""
    with file.open(encoding="ascii") as opened, pytest.raises(ValueError, match="binary mode"):
        client.upload(opened)  # type: ignore[arg-type]
    assert server.requests == []


def test_a_stream_that_does_not_wait_is_refused(client: Client) -> None:
    """Its silence would be taken for the file's end."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with (
        os.fdopen(reading, "rb", buffering=0) as opened,
        os.fdopen(writing, "wb"),
        pytest.raises(ValueError, match="does not wait"),
    ):
        client.upload(opened, "x.bin")


def test_a_missing_file(server: StubServer, client: Client, tmp_path: Path) -> None:
    """Python's own error says it best."""
    with pytest.raises(FileNotFoundError):
        client.upload(tmp_path / "none.jpg")
    assert server.requests == []


@pytest.mark.parametrize("make", [io.BytesIO, NoSeek, None])
def test_memory_stays_flat(
    server: StubServer, client: Client, tmp_path: Path, make: Callable[[bytes], Any] | None
) -> None:
    """50 MB take a few chunks of memory, from a path, a file object and a pipe."""
    size = 50_000_000
    path = tmp_path / "large.bin"
    with path.open("wb") as opened:
        opened.truncate(size)
    given: Any = path if make is None else make(path.read_bytes())
    replies(server, STORED)
    tracemalloc.start()
    try:
        client.upload(given, "large.bin")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB
    assert puts(server)[0].size == size
    assert puts(server)[0].sha256 == hashlib.sha256(bytes(size)).hexdigest()


@pytest.mark.parametrize("fault", [Reply(503), Reply(500), Reply(409), Reply(fault="reset")])
def test_a_put_is_tried_again_from_its_beginning(
    server: StubServer, client: Client, file: Path, pauses: list[float], fault: Reply
) -> None:
    """Each try sends the whole file to the same URL."""
    replies(server, fault, fault, STORED)
    assert client.upload(file).key == KEY
    assert [put.body for put in puts(server)] == [DATA] * 3
    assert len({put.target for put in puts(server)}) == 1
    assert len(pauses) == 2


def test_a_put_that_was_stored_before_is_done(
    server: StubServer, client: Client, file: Path
) -> None:
    """The first answer was lost, and a signed If-None-Match lets nothing be stored twice."""
    replies(server, Reply(fault="reset"), Reply(412))
    assert client.upload(file).key == KEY
    assert server.requests[-1].target == "/uploads/complete"


def test_a_precondition_that_was_not_sent_is_no_success(
    server: StubServer, client: Client, file: Path
) -> None:
    """Without If-None-Match, 412 says something else."""
    replies(server, Reply(412), headers={})
    with pytest.raises(StorageRefused):
        client.upload(file)


def test_the_bucket_s_refusal_is_told_in_its_words(
    server: StubServer, client: Client, file: Path
) -> None:
    """Code and message of S3's XML, and nothing of the signature; nothing is completed."""
    xml = (
        b"<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>"
        b"<StringToSign>secret</StringToSign></Error>"
    )
    replies(server, Reply(403, body=xml))
    with pytest.raises(StorageRefused) as caught:
        client.upload(file)
    error = caught.value
    assert (error.status, error.code) == (403, "SignatureDoesNotMatch")
    assert error.message == "It does not match."
    assert "secret" not in f"{error}{error!r}{vars(error)}"
    assert len(server.requests) == 2


@pytest.mark.parametrize("body", [b"", b"garbage", b"\xff", b"<Code>" + b"x" * 200_000])
def test_a_refusal_without_words(
    server: StubServer, client: Client, file: Path, body: bytes
) -> None:
    """It is an error of the bucket's still."""
    replies(server, Reply(400, body=body))
    with pytest.raises(StorageRefused, match="did not take the file") as caught:
        client.upload(file)
    assert (caught.value.status, caught.value.code) == (400, "storage_refused")


def test_a_bucket_that_redirects_is_not_followed(
    server: StubServer, client: Client, file: Path
) -> None:
    """A bucket of another region is a wrong set-up."""
    with StubServer() as other:
        other.reply(STORED)
        replies(server, Reply(307, headers={"Location": f"{other.url}/bucket"}))
        with pytest.raises(StorageRefused) as caught:
            client.upload(file)
        assert other.requests == []
    assert caught.value.status == 307


def test_a_refusal_before_the_end_is_read(
    server: StubServer, client: Client, tmp_path: Path
) -> None:
    """A bucket that answers while it is being sent to, and leaves, is heard or tried again."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(8 * MIB))
    refused = Reply(403, body=b"<Code>AccessDenied</Code>", unread=True)
    server.reply(Reply(json=signed(server)), refused)
    with pytest.raises((StorageRefused, ConnectionFailed)) as caught:
        client.upload(path)
    assert "secret" not in str(caught.value)
    assert puts(server)


def test_a_bucket_that_takes_nothing_is_timed_out(
    server: StubServer, pauses: list[float], tmp_path: Path
) -> None:
    """A PUT that gets stuck ends, after as many tries as any request."""
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(32 * MIB))
    server.reply(Reply(json=signed(server)), Reply(fault="silence", unread=True))
    client = make_client(server, pauses, timeout=0.3)
    with pytest.raises(TimedOut):
        client.upload(path)
    assert len(puts(server)) == 3
    assert len(pauses) == 2


class Shrinking(io.BytesIO):
    """A file of which the second reading gives less."""

    def seek(self, *place: int) -> int:
        self.truncate(5)
        return super().seek(*place)


def test_a_file_that_shrinks_is_not_uploaded(server: StubServer, pauses: list[float]) -> None:
    """The announced length cannot be kept: the error says so, and nothing is tried again."""
    replies(server, STORED)
    client = make_client(server, pauses, timeout=1)
    with pytest.raises(SourceChanged, match=f"{len(DATA) - 5} bytes shorter"):
        client.upload(Shrinking(DATA), "hat.jpg")
    assert pauses == []


class Broken(io.BytesIO):
    """A file that cannot be read twice."""

    def seek(self, *_place: int) -> int:
        raise OSError(5, "Input/output error")


def test_a_file_that_cannot_be_read_again(server: StubServer, client: Client) -> None:
    """A fault of the disk is not taken for one of the network."""
    replies(server, STORED)
    with pytest.raises(SourceChanged, match="Input/output error"):
        client.upload(Broken(DATA), "hat.jpg")


def test_threads_upload_at_once(server: StubServer, client: Client) -> None:
    """Uploads of one client do not mix."""

    def decide(request: Recorded) -> Reply:
        if request.method == "PUT":
            return STORED
        given = request.json
        if request.path == "/uploads/complete":
            return Reply(json={**COMPLETED, "key": given["key"]})
        key = f"{KEY}-{given['size']}"
        return Reply(json=signed(server, key=key, url=f"{server.url}/{given['size']}"))

    server.decide = decide
    sizes = [MIB + number for number in range(4)]
    start = threading.Barrier(len(sizes))

    def work(size: int) -> str:
        start.wait(10)
        return client.upload(io.BytesIO(bytes([size % 256]) * size), "x.bin").key

    with ThreadPoolExecutor(len(sizes)) as pool:
        assert list(pool.map(work, sizes)) == [f"{KEY}-{size}" for size in sizes]
    sent = {put.path: put.sha256 for put in puts(server)}
    assert sent == {
        f"/{size}": hashlib.sha256(bytes([size % 256]) * size).hexdigest() for size in sizes
    }


# -- complete -------------------------------------------------------------------------------------


def test_complete_with_the_private_key(server: StubServer, client: Client) -> None:
    """An app's server confirms what a page uploaded."""
    server.reply(Reply(json={**COMPLETED, "image": None}))
    assert client.complete(KEY).image is None
    assert server.requests[0].headers["Authorization"] == f"Bearer {PRIVATE_KEY}"
    assert server.requests[0].json == {"key": KEY, "api_key": API_KEY}


@pytest.mark.parametrize("key", [f"q/{APP}/{FILE_PATH}", KEY])
def test_complete_what_waits_for_its_check(server: StubServer, client: Client, key: str) -> None:
    """The key goes as it is; the answer has the published one."""
    server.reply(Reply(json=COMPLETED))
    assert client.complete(key, "a.token").key == KEY
    assert server.requests[0].json["key"] == key
    assert "Authorization" not in server.requests[0].headers


def test_complete_a_file_path(server: StubServer, pauses: list[float]) -> None:
    """What pages tell apps is a path in the app's folder."""
    server.reply(Reply(json=COMPLETED))
    make_client(server, pauses, app=APP).complete(FILE_PATH)
    assert server.requests[0].json["key"] == KEY


def test_a_completion_under_way_is_waited_for(
    server: StubServer, client: Client, pauses: list[float]
) -> None:
    """409 says that somebody is at it: the answer is that of the first."""
    under_way = Reply(409, json={"error": "conflict", "message": "try again"})
    server.reply(under_way, under_way, Reply(json=COMPLETED))
    assert client.complete(KEY).key == KEY
    assert len(pauses) == 2
    server.reply(under_way)
    with pytest.raises(Conflict, match="try again"):
        client.complete(KEY)


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Forbidden), (404, NotFound), (422, ContentRefused)]
)
def test_a_refused_completion_is_final(
    server: StubServer, client: Client, status: int, kind: type[Exception]
) -> None:
    """It is asked for once."""
    server.reply(Reply(status, json={"error": "content_active", "message": "it has a script"}))
    with pytest.raises(kind, match="it has a script"):
        client.complete(KEY, "a.token")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"etag": None}, "etag"),
        ({"size": "7"}, "size"),
        ({"image": []}, "image"),
        ({"image": {**IMAGE, "width": None}}, "width"),
        ({"image": {**IMAGE, "has_alpha": 0}}, "has_alpha"),
        ({"image": {**IMAGE, "thumbhash": 7}}, "thumbhash"),
    ],
)
def test_a_completion_that_lacks_something_is_a_bad_answer(
    server: StubServer, client: Client, changes: dict[str, Any], name: str
) -> None:
    """The field is named."""
    server.reply(Reply(json={**COMPLETED, **changes}))
    with pytest.raises(BadAnswer, match=f"'{name}'"):
        client.complete(KEY)


# -- what a file is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hat.jpg", "image/jpeg"),
        ("HAT.PNG", "image/png"),
        ("hat.webp", "image/webp"),
        ("hat.avif", "image/avif"),
        ("hat.heic", "image/heic"),
        ("hat.svg", "image/svg+xml"),
        ("a.pdf", "application/pdf"),
        ("a.tar.gz", "application/gzip"),
        ("a.txt.Z", "application/octet-stream"),
        ("http://a.b/c.png", "image/png"),
        ("data:text/html,x.png", "image/png"),
        ("hat", "application/octet-stream"),
        (".jpg", "application/octet-stream"),
        ("hat.unheard-of", "application/octet-stream"),
    ],
)
def test_the_name_tells_the_type(name: str, expected: str) -> None:
    """The guess is the same on every machine."""
    assert media_type(name) == expected


def test_a_source_is_read_as_often_as_needed() -> None:
    """Each reading gives the same bytes, none more than there were."""
    given = io.BytesIO(b"skip" + bytes(range(256)) * 4096)
    given.seek(4)
    with open_source(given) as source:
        first = b"".join(source.chunks())
        given.seek(0, io.SEEK_END)
        given.write(b"more")
        assert b"".join(source.chunks()) == first == bytes(range(256)) * 4096
        assert source.size == MIB


def test_the_record_of_a_signature_is_a_value(server: StubServer) -> None:
    """It is made of the answer's own fields."""
    assert SignedUpload.of(signed(server)) == SignedUpload.of(signed(server))
