"""An S3 server that is gone, silent, refusing or cut short: worded errors in time, never a 500."""

import asyncio
import io
import os
import re
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
import requests
from PIL import Image

from tests.integration.conftest import (
    APP,
    BUCKET,
    PATIENCE,
    embedded,
    environment_for,
    eventually,
    frozen,
    noise,
    serve,
    size_of,
    store,
)
from tests.integration.load import Load, Outcome

pytestmark = pytest.mark.integration

READ_SECONDS, RETRIES, TOTAL_SECONDS, READY_SECONDS = 0.5, 1, 3, 0.5
# Between two attempts lies a pause of a second at most.
IN_TIME = READ_SECONDS * (RETRIES + 1) + RETRIES + 1
HASTE = {
    "S3_CONNECT_SECONDS": str(READ_SECONDS),
    "S3_READ_SECONDS": str(READ_SECONDS),
    "S3_RETRIES": str(RETRIES),
    "S3_TOTAL_SECONDS": str(TOTAL_SECONDS),
    "READY_SECONDS": str(READY_SECONDS),
    # The original is to be asked for, each time.
    "STORE_DERIVATIVES": "false",
    "MEMORY_CACHE_SECONDS": "0",
    "SOURCE_CACHE_SECONDS": "0",
}
FOLDER = f"o/{APP}/qstu/{'0b1c/' * 8}".rstrip(
    "/"
)  # keys that cannot change are not looked at first
CODES = {404: "not_found", 413: "too_large", 502: "storage_error", 504: "storage_timeout"}


def gets(service, path, **more):
    """GET the path; return the answer and the seconds that it took."""
    began = time.monotonic()
    answer = service.get(path, **more)
    return answer, time.monotonic() - began


def assert_error(answer, status):
    """The answer is this error, in our words and with a lifetime: 5xx are never kept."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["error"] == CODES[status]
    assert re.fullmatch("[a-z].{9,}", body["message"])
    lifetime = "no-store" if status >= 500 else "public, max-age=10"
    assert answer.headers["Cache-Control"] == lifetime


# -- a real server that dies, freezes or does not know us ---------------------------------------


@pytest.fixture(scope="module")
def fragile_s3(tmp_path_factory):
    """A server of our own, to do harm to."""
    with embedded(tmp_path_factory.mktemp("fragile-s3")) as running:
        yield running


@pytest.fixture(scope="module")
def picture(fragile_s3):
    """The key of a picture in it."""
    return store(fragile_s3, "a.png", noise(300, 200, "PNG"))


@pytest.fixture(scope="module")
def service(fragile_s3, tmp_path_factory):
    """Two processes in front of it, with short time-outs."""
    environment = environment_for(fragile_s3, **HASTE, SOURCE_MAX_BYTES="1000000")
    with serve(tmp_path_factory.mktemp("down"), environment, processes=2) as running:
        eventually(lambda: len(running.children()) == 2, "both run")
        yield running


def assert_all_is_well(service, key):
    """Originals and thumbnails are answered, by both processes."""

    async def scenario():
        async with Load(service.port, [f"/{key}", f"/t/30x20/u/{key}"]) as load:
            await load.answered(100)
        return load

    assert asyncio.run(scenario()).statuses().keys() == {200}


def test_a_killed_server_is_a_502_until_it_is_back(service, fragile_s3, picture):
    """Under load nothing is a 500 or late, /ready names the bucket, and a restart mends all."""
    processes, endpoint = service.children(), fragile_s3.endpoint

    async def scenario():
        async with Load(service.port, [f"/{picture}", f"/t/30x20/u/{picture}"]) as load:
            await load.answered(50)
            os.kill(fragile_s3.pid, signal.SIGKILL)
            await load.answered(32, Outcome.LOST)
        return load

    load = asyncio.run(scenario())
    begun = [r for r in load.results if r.status == 200 and r.outcome is Outcome.LOST]
    assert all(r.path == f"/{picture}" for r in begun)  # cut short, and the client can tell
    assert load.statuses().keys() <= {200, 502, 504}
    assert max(result.seconds for result in load.results) < IN_TIME
    for path in (f"/{picture}", f"/t/30x20/u/{picture}"):
        assert_error(service.get(path), 502)
    assert_not_ready(service)

    fragile_s3.start()
    assert fragile_s3.endpoint == endpoint
    eventually(service.is_ready, "it is ready again")
    assert_all_is_well(service, picture)
    assert service.children() == processes


def assert_not_ready(service):
    """/ready says within its own time-out that it is the bucket."""
    answer, seconds = gets(service, "/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["missing"].keys() == {"bucket"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert seconds < READY_SECONDS + 1


def test_a_frozen_server_is_a_504_in_time(service, fragile_s3, picture):
    """A server that takes connections and says nothing is waited for as long as the options say."""
    with frozen(fragile_s3.pid):
        for path in (f"/{picture}", f"/t/30x20/u/{picture}"):
            answer, seconds = gets(service, path)
            assert_error(answer, 504)
            assert READ_SECONDS * (RETRIES + 1) <= seconds < IN_TIME
        assert_not_ready(service)
        assert service.get("/ping").text == "up"
    eventually(service.is_ready, "it is ready again")
    assert_all_is_well(service, picture)


def test_an_original_over_the_limit_has_no_thumbnail(service, fragile_s3):
    """Past SOURCE_MAX_BYTES a thumbnail is a 413 that names the limit; the original is served."""
    content = os.urandom(1_000_001)
    key = store(fragile_s3, "large.png", content)
    refusal = service.get(f"/t/30x20/u/{key}")
    assert_error(refusal, 413)
    assert refusal.json()["limit"] == 1_000_000
    assert service.get(f"/{key}").content == content


def test_a_wrong_secret_is_a_502_and_the_log_says_so(fragile_s3, picture, tmp_path):
    """S3 refuses our signature: the client learns little, the operator which option is wrong."""
    wrong = "w" * 40
    environment = environment_for(fragile_s3, **HASTE, S3_SECRET_KEY=wrong)
    with serve(tmp_path, environment, ready="/ping") as service:
        for number, path in enumerate((f"/{picture}", f"/t/30x20/u/{picture}")):
            answer = service.get(path, headers={"X-Request-Id": f"wrong-{number}"})
            assert_error(answer, 502)
            assert "SECRET" not in answer.text
            told = [line["message"] for line in service.lines(level="error")]
            assert len(told) == number + 1
            assert "S3_PUBLIC_KEY or S3_SECRET_KEY is wrong (SignatureDoesNotMatch)" in told[-1]
        assert_not_ready(service)
        assert wrong not in service.text()


# -- an imitation that answers as a real server would not ---------------------------------------


def png():
    """Return a picture in bytes."""
    file = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(file, "PNG")
    return file.getvalue()


class Imitation(BaseHTTPRequestHandler):
    """Does with a GET what the object's name says."""

    protocol_version = "HTTP/1.1"
    picture = png()
    over = threading.Event()
    asked = count()

    def do_HEAD(self):
        """The bucket is there, and no object."""
        bucket = self.path.split("?")[0] == f"/{BUCKET}"
        self.begin(200 if bucket else 403, 0)

    def do_GET(self):
        """Look for the behaviour."""
        name = self.path.partition("?")[0].rpartition("/")[2].partition(".")[0]
        next(self.asked)
        getattr(self, f"be_{name}")()

    def begin(self, status, length):
        """Send the head of an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Content-Type", "image/png" if status == 200 else "application/xml")
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")
        self.end_headers()

    def refuse(self, status, code):
        """Answer with an error of S3's."""
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        self.begin(status, len(body))
        self.wfile.write(body)

    def give_half(self):
        """Promise the picture and send its first half."""
        self.begin(200, len(self.picture))
        self.wfile.write(self.picture[: len(self.picture) // 2])
        self.wfile.flush()

    def be_good(self):
        self.begin(200, len(self.picture))
        self.wfile.write(self.picture)

    def be_cut(self):
        self.give_half()
        self.close_connection = True

    def be_stalled(self):
        self.give_half()
        self.over.wait(PATIENCE)

    def be_dribbling(self):
        self.give_half()
        while not self.over.wait(READ_SECONDS / 5):
            self.wfile.write(b".")

    def be_silent(self):
        self.over.wait(PATIENCE)

    def be_absent(self):
        self.close_connection = True

    def be_nonsense(self):
        self.wfile.write(b"220 mail.example.com ESMTP\r\n\r\n")
        self.close_connection = True

    def be_broken(self):
        self.refuse(500, "InternalError")

    def be_busy(self):
        self.refuse(503, "SlowDown")

    def be_forbidden(self):
        self.refuse(403, "AccessDenied")

    def be_strange(self):
        self.refuse(403, "InvalidAccessKeyId")

    def log_message(self, *_):
        """Nobody reads it."""


class Imitations(ThreadingHTTPServer):
    """Forgets about clients that leave early."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """They do so on purpose."""


@pytest.fixture(scope="module")
def imitation():
    """The environment of a service in front of the imitation."""
    Imitation.over.clear()
    with Imitations(("127.0.0.1", 0), Imitation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"S3_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
        Imitation.over.set()
        server.shutdown()


@pytest.fixture(scope="module")
def misled(imitation, fragile_s3, tmp_path_factory):
    """A process that takes the imitation for its S3 server."""
    environment = environment_for(fragile_s3, **{**HASTE, **imitation})
    with serve(tmp_path_factory.mktemp("misled"), environment) as running:
        yield running


def test_the_imitation_is_taken_for_s3(misled):
    """What it answers well is served, so that the other tests see its faults only."""
    assert misled.get(f"/{FOLDER}/good.png").content == Imitation.picture
    assert size_of(misled.get(f"/t/40x30/u/{FOLDER}/good.png").content) == (40, 30)


@pytest.mark.parametrize(
    ("name", "status", "limit"),
    [
        ("cut", 502, IN_TIME),
        ("stalled", 504, READ_SECONDS + 1),
        ("dribbling", 504, TOTAL_SECONDS + 1),
        ("silent", 504, IN_TIME),
        ("absent", 502, IN_TIME),
        ("nonsense", 502, IN_TIME),
        ("broken", 502, IN_TIME),
        ("busy", 502, IN_TIME),
        ("forbidden", 502, IN_TIME),
        ("strange", 502, IN_TIME),
    ],
)
def test_a_thumbnail_of_what_s3_does_not_give(misled, name, status, limit):
    """Each fault of S3 is a worded 502 or 504 within the time-outs."""
    answer, seconds = gets(misled, f"/t/40x30/u/{FOLDER}/{name}.png")
    assert_error(answer, status)
    assert seconds < limit


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("silent", 504),
        ("absent", 502),
        ("nonsense", 502),
        ("broken", 502),
        ("busy", 502),
        ("forbidden", 502),
        ("strange", 502),
    ],
)
def test_an_original_that_s3_does_not_begin(misled, name, status):
    """As long as no byte is out, an original's fault is a worded 502 or 504 as well."""
    answer, seconds = gets(misled, f"/{FOLDER}/{name}.png")
    assert_error(answer, status)
    assert seconds < IN_TIME


def collect(answer, received):
    """Read the body into an array that keeps what came before an error."""
    for chunk in answer.iter_content(1024):
        received += chunk


@pytest.mark.parametrize("name", ["cut", "stalled"])
def test_an_original_that_s3_cuts_short_is_a_broken_connection(misled, name):
    """The status is out already: fewer bytes than promised tell the client, in time."""
    began = time.monotonic()
    number = f"short-{name}"
    path = f"{misled.url}/{FOLDER}/{name}.png"
    headers = {"X-Request-Id": number}
    with requests.get(path, headers=headers, stream=True, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(Imitation.picture)
        received = bytearray()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            collect(answer, received)
    assert time.monotonic() - began < IN_TIME
    assert Imitation.picture.startswith(received)
    assert len(received) < len(Imitation.picture)
    error = CODES[502 if name == "cut" else 504]
    assert misled.line(request_id=number, logger="thumbor_renuo.access")["error"] == error


def test_failed_requests_are_tried_again_as_often_as_the_option_says(misled):
    """S3_RETRIES=1 means two attempts."""
    before = next(Imitation.asked)
    misled.get(f"/{FOLDER}/broken.png")
    assert next(Imitation.asked) - before - 1 == RETRIES + 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("forbidden", f"the access key lacks s3:GetObject on arn:aws:s3:::{BUCKET}/o/*"),
        ("strange", "S3_PUBLIC_KEY or S3_SECRET_KEY is wrong (InvalidAccessKeyId)"),
    ],
)
def test_a_refusal_is_explained_in_the_log(misled, name, told):
    """The line with the request's id says which permission or key is at fault."""
    for number, path in enumerate((f"/{FOLDER}/{name}.png", f"/t/4x3/u/{FOLDER}/{name}.png")):
        misled.get(path, headers={"X-Request-Id": f"{name}-{number}"})
        assert told in misled.line(request_id=f"{name}-{number}", level="error")["message"]


def test_a_refusal_can_mean_that_the_object_is_missing(imitation, fragile_s3, tmp_path):
    """S3_FORBIDDEN_IS_MISSING makes a 404 of it, except where the key itself is wrong."""
    environment = environment_for(fragile_s3, **{**HASTE, **imitation})
    with serve(tmp_path, {**environment, "S3_FORBIDDEN_IS_MISSING": "true"}) as service:
        for before in ("", "/t/40x30/u"):
            path = f"{before}/{FOLDER}"
            assert_error(service.get(f"{path}/forbidden.png"), 404)
            assert_error(service.get(f"{path}/strange.png"), 502)
        known = {"If-None-Match": '"0"'}  # asks with HEAD, whose refusal has no words
        assert_error(service.get(f"/{FOLDER}/forbidden.png", headers=known), 404)
