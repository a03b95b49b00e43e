"""Thumbnails of real processes: made and stored once for all who ask, purged with all variants."""

import signal
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.integration.asking import (
    Asking,
    held_together,
    is_made,
    spread,
    stored,
    uploaded,
)
from tests.integration.conftest import (
    APP,
    PATIENCE,
    PRIVATE_KEYS,
    Service,
    environment_for,
    eventually,
    is_listening,
    noise,
    serve,
    size_of,
    store,
)
from tests.integration.faulty_s3 import Fault, FaultyS3
from tests.redis_server import needs_redis, redis_server
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("sound_proxy")]

PROCESSES = 4
REQUESTS = 100
MAX_AGE_OF_MANY = 4321
BEARER = {"Authorization": f"Bearer {PRIVATE_KEYS[0]}"}
WEBP, AVIF, BOTH = "image/webp,*/*", "image/avif,*/*", "image/avif,image/webp,image/*,*/*;q=0.8"
on_each = pytest.mark.parametrize("name", ["alone", pytest.param("many", marks=needs_redis)])


@pytest.fixture(scope="module")
def alone(local_s3: LocalS3, proxy: FaultyS3, tmp_path_factory: Any) -> Iterator[Service]:
    """One process without Redis."""
    environment = environment_for(local_s3, S3_ENDPOINT=proxy.endpoint, S3_RETRIES="0")
    with serve(tmp_path_factory.mktemp("alone"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def many(local_s3: LocalS3, proxy: FaultyS3, tmp_path_factory: Any) -> Iterator[Service]:
    """Four processes with Redis, and with another lifetime of images."""
    changes = {"S3_ENDPOINT": proxy.endpoint, "S3_RETRIES": "0", "MAX_AGE": str(MAX_AGE_OF_MANY)}
    with redis_server() as redis:
        environment = environment_for(local_s3, **changes, REDIS_URL=redis.url)
        folder = tmp_path_factory.mktemp("many")
        with serve(folder, environment, processes=PROCESSES) as running:
            eventually(lambda: len(running.children()) == PROCESSES, "all processes run")
            yield running


@pytest.fixture
def service(name: str, request: pytest.FixtureRequest) -> Service:
    """The one that the test's parameter names."""
    running: Service = request.getfixturevalue(name)
    return running


@pytest.fixture
def key(local_s3: LocalS3) -> str:
    """An uploaded picture's, of 640 x 480."""
    return uploaded(local_s3, "a.jpg", noise(640, 480))


def has_stored(proxy: FaultyS3, key: str, number: int) -> None:
    """Wait until so many thumbnails of the original are stored, and each has been looked after."""
    proxy.has_received(2 * number, "HEAD", key)  # before it is stored, and after that


def connections(service: Service, number: int) -> list[Asking]:
    """So many, spread evenly over the processes."""
    return [asking for askings in spread(service, number).values() for asking in askings]


# -- one render for all -------------------------------------------------------------------------


@on_each
def test_a_hundred_equal_cold_requests_cost_one_render(
    service: Service, proxy: FaultyS3, key: str
) -> None:
    """S3 sees one GET and one PUT, the engine one load, and all have the same 200."""
    path = f"/t/300x200/u/{key}"
    asked = [(asking, path, {}) for asking in connections(service, REQUESTS)]
    answers = held_together(proxy, service, key, asked)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert size_of(answers[0].body) == (300, 200)
    # Who made it tells how long each step took; who had it from another process says so.
    made = {answer.headers["Server-Timing"] for answer in answers if is_made(answer)}
    assert len(made) == 1
    others = {answer.headers["Server-Timing"] for answer in answers} - made
    assert others == ({"shared"} if len(service.children()) > 1 else set())
    has_stored(proxy, key, 1)
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 1)
    assert proxy.count("GET", f"r/{key}") == 0


@on_each
def test_the_same_goes_for_an_original_that_may_be_replaced(
    service: Service, proxy: FaultyS3, local_s3: LocalS3
) -> None:
    """Whatever it costs to see that it is still the same, it is read once and stored once."""
    key = store(local_s3, "a.jpg", noise(640, 480))
    path = f"/t/300x200/u/{key}"
    asked = [(asking, path, {}) for asking in connections(service, REQUESTS)]
    answers = held_together(proxy, service, key, asked)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    proxy.has_received(1, "PUT", f"r/{key}")
    eventually(lambda: stored(local_s3, f"r/{key}/~/") == ["300x200@auto"], "it is stored")
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 1)


@on_each
def test_what_is_too_large_for_redis_is_made_once_too(
    service: Service, proxy: FaultyS3, local_s3: LocalS3
) -> None:
    """Over a megabyte the other processes read it where the first one has stored it."""
    key = uploaded(local_s3, "a.png", noise(900, 700, "PNG"))
    path = f"/t/890x690/u/{key}"
    asked = [(asking, path, {}) for asking in connections(service, 4 * PROCESSES)]
    answers = held_together(proxy, service, key, asked)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len(answers[0].body) > 1024**2
    has_stored(proxy, key, 1)
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 1)


@on_each
def test_when_the_render_fails_its_waiters_are_told_and_the_next_one_works(
    service: Service, proxy: FaultyS3, key: str
) -> None:
    """All have the error of the one load of their process; nothing of it is remembered."""
    path = f"/t/300x200/u/{key}"
    asked = [(asking, path, {}) for asking in connections(service, 40)]
    answers = held_together(proxy, service, key, asked, then=(Fault.ERROR, 503))
    assert {answer.status for answer in answers} == {502}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert all(b"storage_error" in answer.body for answer in answers)
    assert proxy.count("GET", key) <= len(service.children())
    failed = proxy.count("GET", key)
    proxy.behave(Fault.PASS)
    assert service.get(path).status_code == 200
    has_stored(proxy, key, 1)
    assert (proxy.count("GET", key), proxy.count("PUT")) == (failed + 1, 1)


def test_unequal_accept_headers_make_one_thumbnail_for_each_format(
    alone: Service, proxy: FaultyS3, local_s3: LocalS3, key: str
) -> None:
    """What clients send besides the formats that count makes no further ones."""
    path = f"/t/300x200/u/{key}"
    accepts = [WEBP, "image/webp", "text/html, image/webp;q=0.4", BOTH, AVIF, "*/*", "image/jpeg"]
    asked = [(Asking(alone.port), path, {"Accept": accept}) for accept in accepts * 3]
    answers = held_together(proxy, alone, key, asked)
    types = [answer.headers["Content-Type"] for answer in answers]
    webp, avif, jpeg = "image/webp", "image/avif", "image/jpeg"
    assert types == [webp, webp, webp, avif, avif, jpeg, jpeg] * 3
    assert {answer.headers["Vary"] for answer in answers} == {"Accept"}
    has_stored(proxy, key, 3)
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 3)
    variants = ["300x200@auto", "300x200@auto-avif", "300x200@auto-webp"]
    assert stored(local_s3, f"r/{key}/~/") == variants


def test_equal_requests_in_different_spelling_make_one_thumbnail(
    alone: Service, proxy: FaultyS3, local_s3: LocalS3, key: str
) -> None:
    """Old and new paths, default parts, encodings and blanks: one load, one object."""
    options = "300x200/smart/filters:quality(70)"
    encoded = quote(options, safe="/")
    paths = [
        f"/t/{options}/u/{key}",
        f"/thumb/{options}/u/{key}",
        f"/t/{encoded}/u/{key}",
        f"/t/0300x0200/center/middle/smart/filters:quality(%20070%20)/u/{key}",
        f"/t/0x0:0x0/{options}/u/{key}",
        f"/t/{options}/u/{key.replace('a.jpg', '%61%2Ejpg')}",
        f"/r/{key}/~/{options}@auto",
        f"/t/{options}@auto/u/{key}",
        f"/r/{key}/~/{encoded}%40auto",
    ]
    asked = [(Asking(alone.port), path, {}) for path in paths]
    answers = held_together(proxy, alone, key, asked)
    assert [answer.status for answer in answers] == [200] * len(paths)
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    has_stored(proxy, key, 1)
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 1)
    assert stored(local_s3, f"r/{key}/~/") == [f"{options}@auto"]


# -- what is stored -----------------------------------------------------------------------------

KEPT = ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Vary", "Content-Length")


@pytest.mark.parametrize("options", ["300x200", "300x200/filters:max_age(77)", "300x200@webp"])
@needs_redis
def test_another_process_serves_what_is_stored_as_it_was_made(
    alone: Service, many: Service, proxy: FaultyS3, key: str, options: str
) -> None:
    """Bytes and headers are the first one's, the original is not read again, HEAD agrees."""
    path, accept = f"/t/{options}/u/{key}", {"Accept": BOTH}
    made = alone.get(path, headers=accept)
    has_stored(proxy, key, 1)
    for asking in connections(many, PROCESSES):
        found = asking.ask(path, accept).answer()
        assert (found.status, found.body) == (200, made.content)
        assert {name: found.headers[name] for name in KEPT} == {
            name: made.headers.get(name) for name in KEPT
        }
        head = asking.ask(path, accept, "HEAD").answer()
        assert (head.status, head.body) == (200, b"")
        assert head.headers["ETag"] == made.headers["ETag"]
        known = asking.ask(path, {**accept, "If-None-Match": made.headers["ETag"]}).answer()
        assert (known.status, known.body) == (304, b"")
        assert known.headers["ETag"] == made.headers["ETag"]
    assert (proxy.count("GET", key), proxy.count("PUT")) == (1, 1)
    assert str(MAX_AGE_OF_MANY) not in made.headers["Cache-Control"]


def test_a_purge_takes_all_variants_and_nothing_else(
    alone: Service, proxy: FaultyS3, local_s3: LocalS3, key: str
) -> None:
    """The bucket and the memory forget them; the original and its neighbour's stay."""
    near = uploaded(local_s3, "near.jpg", noise(64, 48))
    variants = ["300x200@auto-webp", "60x40@png", "@auto", "60x40/filters:grayscale()@auto"]
    for variant in variants:
        assert alone.get(f"/r/{key}/~/{variant}").status_code == 200
    assert alone.get(f"/t/60x40/u/{near}").status_code == 200
    has_stored(proxy, key, len(variants))
    has_stored(proxy, near, 1)

    purged = requests.delete(f"{alone.url}/r/{key}", headers=BEARER, timeout=PATIENCE)
    assert purged.status_code == 200
    told = purged.json()
    assert sorted(told.pop("variants")) == sorted(variants)
    assert told == {"deleted": len(variants), "failed": [], "more": False}
    assert stored(local_s3, f"r/{key}") == []
    assert stored(local_s3, f"r/{near}/~/") == ["60x40@auto"]
    assert stored(local_s3, key) == [""]

    loads = proxy.count("GET", key)
    assert alone.get(f"/r/{key}/~/{variants[0]}").status_code == 200
    assert proxy.count("GET", key) == loads + 1
    has_stored(proxy, key, len(variants) + 1)
    assert stored(local_s3, f"r/{key}/~/") == variants[:1]


def delete(service: Service, key: str) -> None:
    """Delete an original."""
    path = key.removeprefix(f"o/{APP}/")
    answer = requests.delete(
        f"{service.url}/delete_file", params={"file_path": path}, headers=BEARER, timeout=PATIENCE
    )
    assert answer.status_code == 204, answer.text


def test_with_an_original_all_its_variants_are_deleted(
    alone: Service, proxy: FaultyS3, local_s3: LocalS3, key: str
) -> None:
    """After it, the bucket has nothing of it, and both paths are 404s."""
    for variant in ("300x200@auto", "60x40@webp"):
        assert alone.get(f"/r/{key}/~/{variant}").status_code == 200
    has_stored(proxy, key, 2)
    delete(alone, key)
    assert stored(local_s3, f"r/{key}") == stored(local_s3, key) == []
    for path in (f"/{key}", f"/t/300x200/u/{key}", f"/r/{key}/~/60x40@webp"):
        assert alone.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "below", "fault"),
    [
        ("GET", "", Fault.HANG),
        ("HEAD", "", Fault.HANG),
        ("PUT", "r/", Fault.HANG),
        ("PUT", "r/", Fault.SLOW),
    ],
    ids=["loading", "before storing", "storing", "stored and not told"],
)
def test_a_render_in_flight_while_its_original_is_deleted_stores_nothing(
    alone: Service,
    proxy: FaultyS3,
    local_s3: LocalS3,
    key: str,
    method: str,
    below: str,
    fault: Fault,
) -> None:
    """At whatever step the deletion comes."""
    path = f"/t/300x200/u/{key}"
    proxy.behave(fault, 0.5, method=method, prefix=f"{below}{key}")
    asking = Asking(alone.port).ask(path)
    proxy.has_received(1, method, f"{below}{key}")
    delete(alone, key)
    proxy.behave(Fault.PASS)
    assert asking.answer().status == (404 if method == "GET" else 200)
    # As long as the render has not ended, its result is given to who asks.
    eventually(lambda: alone.get(path).status_code == 404, "the render has ended")
    assert stored(local_s3, f"r/{key}") == stored(local_s3, key) == []


# -- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 6])
def test_what_was_answered_before_sigterm_is_stored_after_it(
    local_s3: LocalS3, proxy: FaultyS3, tmp_path: Any, key: str, seconds: int
) -> None:
    """S3 may take a part of SHUTDOWN_SECONDS over each thumbnail; then the command ends with 0."""
    changes = {"S3_ENDPOINT": proxy.endpoint, "SHUTDOWN_SECONDS": "20"}
    sizes = [f"{width}x200" for width in range(300, 305)]
    with serve(tmp_path, environment_for(local_s3, **changes)) as service:
        hold = Fault.SLOW if seconds else Fault.HANG
        proxy.behave(hold, seconds, method="PUT", prefix=f"r/{key}")
        for size in sizes:
            assert service.get(f"/t/{size}/u/{key}").status_code == 200
        proxy.has_received(len(sizes), "PUT", f"r/{key}")
        service.process.send_signal(signal.SIGTERM)
        eventually(lambda: not is_listening(service.port), "no new connections")
        if hold is Fault.HANG:
            assert stored(local_s3, f"r/{key}/~/") == []
            proxy.behave(Fault.PASS)
        assert service.process.wait(2 * PATIENCE) == 0
        assert stored(local_s3, f"r/{key}/~/") == [f"{size}@auto" for size in sizes]
        assert service.lines(level="error") == []
