"""S3 at fault in front of real processes: worded errors, or thumbnails without its help."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage
from typing import Any

import pytest

from tests.integration.asking import (
    Answer,
    Asking,
    error_of,
    is_made,
    spread,
    stored,
    uploaded,
)
from tests.integration.conftest import (
    Service,
    environment_for,
    eventually,
    noise,
    serve,
    size_of,
)
from tests.integration.faulty_s3 import Fault, FaultyS3
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("sound_proxy")]

READ_SECONDS, DERIVATIVE_SECONDS, WAIT_SECONDS = 2.0, 0.3, 1.0
QUEUE = 3
PLACES = 2
HASTE = {
    "S3_READ_SECONDS": str(READ_SECONDS),
    "S3_RETRIES": "0",
    "S3_TOTAL_SECONDS": str(2 * READ_SECONDS),
    "DERIVATIVE_SECONDS": str(DERIVATIVE_SECONDS),
    "THUMBNAIL_QUEUE": str(QUEUE),
    "THUMBNAIL_WAIT_SECONDS": str(WAIT_SECONDS),
    "MEMORY_CACHE_SECONDS": "0",
    "RENDER_THREADS": str(PLACES),
}
# What is wrong with looking for a stored thumbnail, by the method that suffers from it.
LOOKING = [
    ("HEAD", Fault.HANG, 0),
    ("HEAD", Fault.REFUSE, 0),
    ("HEAD", Fault.ERROR, 503),
    ("HEAD", Fault.ERROR, 403),
    ("GET", Fault.CUT, 9),
    ("GET", Fault.SLOW, 3600),
]
# What is wrong with storing one: with the object itself, or with the look at its original.
STORING = [
    ("PUT", "r/", Fault.REFUSE, 0),
    ("PUT", "r/", Fault.ERROR, 503),
    ("PUT", "r/", Fault.ERROR, 403),
    ("PUT", "r/", Fault.SLOW, 3600),
    ("HEAD", "", Fault.ERROR, 503),
    ("HEAD", "", Fault.SLOW, 3600),
]


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, proxy: FaultyS3, tmp_path_factory: Any) -> Iterator[Service]:
    """A process for each of the faults, with short time-outs and no memory."""
    environment = environment_for(local_s3, S3_ENDPOINT=proxy.endpoint, **HASTE)
    folder = tmp_path_factory.mktemp("faults")
    with serve(folder, environment, processes=len(LOOKING)) as running:
        eventually(lambda: len(running.children()) == len(LOOKING), "all processes run")
        before = running.children()
        yield running
        assert running.children() == before
        assert not [line for line in running.lines() if "unexpected" in line["message"]]


@pytest.fixture
def key(local_s3: LocalS3) -> str:
    """An uploaded picture's."""
    return uploaded(local_s3, "a.jpg", noise(160, 120))


def one_each(service: Service) -> list[Asking]:
    """A connection to each process."""
    return [asking for (asking,) in spread(service, len(LOOKING)).values()]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What the block does takes less."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def assert_thumbnail(answer: Answer, width: int) -> None:
    """It is whole, and may be kept as always."""
    assert (answer.status, size_of(answer.body)) == (200, (width, 30))
    assert "max-age=2592000" in answer.headers["Cache-Control"]


def store_seconds(headers: HTTPMessage) -> float:
    """How long was looked for a stored one, as Server-Timing tells."""
    step = headers["Server-Timing"].partition(",")[0]
    assert step.startswith("store;dur="), step
    return float(step.removeprefix("store;dur=")) / 1000


# -- what is stored cannot be had ---------------------------------------------------------------


def test_without_its_store_every_thumbnail_is_served_in_time_and_stored_later(
    service: Service, proxy: FaultyS3, local_s3: LocalS3
) -> None:
    """Each fault of looking or storing is a miss; when it is over, all is stored and found."""
    cases = [
        (asking, uploaded(local_s3, "a.jpg", noise(160, 120)), looking, storing)
        for asking, looking, storing in zip(one_each(service), LOOKING, STORING, strict=True)
    ]
    for asking, key, looking, _storing in cases:
        assert_served_without_looking(asking, proxy, local_s3, key, looking)
    for asking, key, _looking, (method, below, fault, amount) in cases:
        proxy.behave(fault, amount, method=method, prefix=f"{below}{key}")
        with within(READ_SECONDS):
            assert_thumbnail(asking.ask(f"/t/42x30/u/{key}").answer(), 42)
    for _asking, key, _looking, (method, below, _fault, _amount) in cases:
        proxy.has_received(1, method, f"{below}{key}")
    eventually(lambda: proxy.count("DELETE") == 4, "what may have been stored is taken back")
    for _asking, key, _looking, _storing in cases:
        assert "42x30@auto" not in stored(local_s3, f"r/{key}/~/")
    proxy.behave(Fault.PASS)
    for asking, key, _looking, _storing in cases:
        eventually(lambda a=asking, k=key: is_found(a, f"/t/42x30/u/{k}"), "stored and found")
        assert stored(local_s3, f"r/{key}/~/") == ["40x30@auto", "41x30@auto", "42x30@auto"]


def assert_served_without_looking(
    asking: Asking, proxy: FaultyS3, s3: LocalS3, key: str, looking: tuple[str, Fault, float]
) -> None:
    """The first thumbnail costs the time-out at most, the next one nothing; both are stored."""
    method, fault, amount = looking
    for width in (40, 41) if method == "GET" else ():
        asking.ask(f"/t/{width}x30/u/{key}").answer()
        eventually(lambda w=width: f"{w}x30@auto" in stored(s3, f"r/{key}/~/"), "it is stored")
    proxy.behave(fault, amount, method=method, prefix=f"r/{key}")
    for width in (40, 41):
        with within(READ_SECONDS):
            answer = asking.ask(f"/t/{width}x30/u/{key}").answer()
        assert_thumbnail(answer, width)
        assert is_made(answer)
        seconds = store_seconds(answer.headers)
        assert seconds < (DERIVATIVE_SECONDS + 0.5 if width == 40 else DERIVATIVE_SECONDS)
    eventually(lambda: stored(s3, f"r/{key}/~/") == ["40x30@auto", "41x30@auto"], "both are stored")
    # Storing has ended when the original was looked at twice for each time: a store that is still
    # under way would meet the next fault, and be taken back.
    proxy.has_received(8 if method == "GET" else 4, "HEAD", key)


def is_found(asking: Asking, path: str) -> bool:
    """Whether it is served without being made."""
    answer = asking.ask(path).answer()
    assert answer.status == 200
    return not is_made(answer)


# -- the original cannot be had -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "amount", "status"),
    [
        (Fault.REFUSE, 0, 502),
        (Fault.ERROR, 500, 502),
        (Fault.ERROR, 503, 502),
        (Fault.ERROR, 403, 502),
        (Fault.CUT, 0, 502),
        (Fault.CUT, 1000, 502),
        (Fault.HANG, 0, 504),
        (Fault.SLOW, 3600, 504),
        (Fault.SLOW, 0.2, 200),
    ],
)
def test_an_original_that_cannot_be_read(
    service: Service, proxy: FaultyS3, key: str, fault: Fault, amount: float, status: int
) -> None:
    """It is a worded 502 or 504 that nobody keeps, in time; afterwards the same path is served."""
    proxy.behave(fault, amount, prefix=key)
    asking = Asking(service.port)
    with within(2 * READ_SECONDS):
        answer = asking.ask(f"/t/40x30/u/{key}").answer()
    assert answer.status == status
    if status != 200:
        error = {502: "storage_error", 504: "storage_timeout"}[status]
        assert error_of(answer)["error"] == error
        assert answer.headers["Cache-Control"] == "no-store"
    proxy.behave(Fault.PASS)
    assert_thumbnail(asking.ask(f"/t/40x30/u/{key}").answer(), 40)


@pytest.mark.parametrize(("fault", "status"), [(Fault.REFUSE, 502), (Fault.HANG, 504)])
def test_a_condition_that_cannot_be_decided(
    service: Service, proxy: FaultyS3, key: str, fault: Fault, status: int
) -> None:
    """It is the same error, and no 304 to something that may be gone."""
    asking = Asking(service.port)
    etag = asking.ask(f"/t/40x30/u/{key}").answer().headers["ETag"]
    proxy.behave(fault, prefix=key)
    known = {"If-None-Match": etag}
    with within(2 * READ_SECONDS):
        answer = asking.ask(f"/t/40x30/u/{key}", known).answer()
    assert answer.status == status
    assert error_of(answer)["message"]
    assert answer.headers["Cache-Control"] == "no-store"
    proxy.behave(Fault.PASS)
    assert asking.ask(f"/t/40x30/u/{key}", known).answer().status == 304


def test_when_all_places_are_held_the_others_are_let_go(
    service: Service, proxy: FaultyS3, local_s3: LocalS3, key: str
) -> None:
    """Past the queue 503 at once, past the longest wait 503, and places come free again."""
    (pid, _), *_ = spread(service, len(LOOKING)).items()
    askings = spread(service, len(LOOKING) * (PLACES + QUEUE + 1))[pid]
    proxy.behave(Fault.HANG, method="GET", prefix=key)
    for number, asking in enumerate(askings):
        asking.ask(f"/t/{40 + number}x30/u/{key}")
    proxy.has_received(1, "GET", key)
    with within(READ_SECONDS + WAIT_SECONDS + 1):
        answers = [asking.answer() for asking in askings]
    told = Counter((answer.status, error_of(answer).get("limit")) for answer in answers)
    assert told == {(504, None): PLACES, (503, f"{WAIT_SECONDS:g}"): QUEUE, (503, QUEUE): 1}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status == 503)
    proxy.behave(Fault.PASS)
    for number, asking in enumerate(askings):
        assert_thumbnail(asking.ask(f"/t/{40 + number}x30/u/{key}").answer(), 40 + number)


def test_an_unreachable_server(service: Service, proxy: FaultyS3, key: str) -> None:
    """Each process answers with 502 at once, and with the thumbnail when the server is back."""
    askings = one_each(service)
    proxy.disappear()
    for asking in askings:
        with within(READ_SECONDS):
            answer = asking.ask(f"/t/40x30/u/{key}").answer()
        assert (answer.status, error_of(answer)["error"]) == (502, "storage_error")
        assert answer.headers["Cache-Control"] == "no-store"
    proxy.reset()
    for asking in askings:
        assert_thumbnail(asking.ask(f"/t/40x30/u/{key}").answer(), 40)
