"""Clients that leave while their thumbnail is being made leave nothing behind."""

import json
import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.integration.asking import (
    Asking,
    error_of,
    open_files,
    resident_bytes,
    spread,
    stored,
    unread_bytes,
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
from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.delivery.shared_render import CLAIM, PREFIX
from thumbor_renuo.local_s3 import LocalS3

pytestmark = [
    pytest.mark.integration, needs_redis, pytest.mark.usefixtures("sound_proxy"),
]  # fmt: skip

PROCESSES = 2
PLACES = 2
QUEUE = 12
GROUP = 10  # that leave together
GROWTH_BYTES = 30 * 1024**2
GROWTH_FILES = 15  # connections to S3 and Redis that are kept for the next requests
AT_ONCE = 2.0

# Python imports a module of this name at its start: on SIGUSR1 the process writes down what it
# holds, without a route that tells it to everybody.
PEEK = """
import asyncio, gc, json, os, signal
from collections import Counter

def peek(*_):
    from thumbor_renuo.handlers.base import in_flight
    from thumbor_renuo.handlers.render import Render
    from thumbor_renuo.handlers.services import _MADE
    (services,) = _MADE.values()
    gc.collect()
    tasks = Counter(task.get_coro().__qualname__ for task in asyncio.all_tasks())
    held = {
        "tasks": dict(sorted(tasks.items())),
        "requests": len(in_flight),
        "flights": services.flights.running,
        "places": services.renders.running,
        "waiting": services.renders.waiting,
        "renders": sum(isinstance(found, Render) for found in gc.get_objects()),
    }
    file = f"{os.environ['PEEKS']}/{os.getpid()}"
    with open(f"{file}.new", "w") as written:
        json.dump(held, written)
    os.replace(f"{file}.new", file)

signal.signal(signal.SIGUSR1, peek)
"""
IDLE = {
    # What serves, and what runs beside the requests.
    "tasks": {"_guarded": 2, "_serve": 1},
    "requests": 0,
    "flights": 0,
    "places": 0,
    "waiting": 0,
    "renders": 0,
}


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    """What the processes share."""
    with redis_server() as running:
        yield running


@pytest.fixture(scope="module")
def peeks(tmp_path_factory: Any) -> Path:
    """Where the processes write down what they hold."""
    folder: Path = tmp_path_factory.mktemp("peeks")
    (folder / "sitecustomize.py").write_text(PEEK)
    return folder


@pytest.fixture(scope="module")
def service(
    local_s3: LocalS3, proxy: FaultyS3, server: RedisProcess, peeks: Path, tmp_path_factory: Any
) -> Iterator[Service]:
    """Two processes that write no error into their log."""
    changes = {
        "S3_ENDPOINT": proxy.endpoint,
        "S3_RETRIES": "0",
        # Whoever waits for S3 after its client has left is found waiting.
        "S3_READ_SECONDS": "60",
        "S3_TOTAL_SECONDS": "60",
        "DERIVATIVE_SECONDS": "60",
        "THUMBNAIL_WAIT_SECONDS": "60",
        "MEMORY_CACHE_SECONDS": "0",
        "SOURCE_CACHE_SECONDS": "0",
        "RENDER_THREADS": str(PLACES),
        "THUMBNAIL_QUEUE": str(QUEUE),
        "REDIS_URL": server.url,
        "PYTHONPATH": str(peeks),
        "PEEKS": str(peeks),
    }
    folder = tmp_path_factory.mktemp("disconnects")
    with serve(folder, environment_for(local_s3, **changes), processes=PROCESSES) as running:
        eventually(lambda: len(running.children()) == PROCESSES, "both run")
        pids = running.children()
        yield running
        assert running.children() == pids
        assert running.stop() == 0
    assert [line for line in running.lines() if line["level"] in ("warning", "error")] == []


@pytest.fixture(scope="module")
def large(local_s3: LocalS3) -> str:
    """The key of a picture that takes a while."""
    return uploaded(local_s3, "large.jpg", noise(2000, 1500))


@pytest.fixture
def key(local_s3: LocalS3) -> str:
    """An uploaded picture's."""
    return uploaded(local_s3, "a.jpg", noise(160, 120))


def held_by(pid: int, peeks: Path) -> dict[str, Any]:
    """What a process holds just now."""
    file = peeks / str(pid)
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    eventually(file.exists, "the process has looked")
    held: dict[str, Any] = json.loads(file.read_text())
    return held


def claims(server: RedisProcess) -> list[str]:
    """The thumbnails that some process has the lead in, as Redis has it."""
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        kept = [str(client.get(name)) for name in client.scan_iter(f"{PREFIX}*")]
    return [text for text in kept if text.startswith(CLAIM)]


# -- leaving ------------------------------------------------------------------------------------


class Leaving:
    """Groups of clients that leave together, each group at another step of their renders."""

    def __init__(self, service: Service, proxy: FaultyS3, key: str) -> None:
        self._service, self._proxy, self._key = service, proxy, key
        self._sizes = (f"{width}x{height}" for height in count(20) for width in range(20, 1020))
        self.left = 0

    def all_of(self, number: int) -> Iterator[None]:
        """So many clients come and leave; yields after each group, while S3 still hangs."""
        steps = [
            self.asking,
            self.looking,
            self.loading,
            self.waiting_for_another,
            self.rendering,
        ]
        for group in range(number // GROUP):
            self._proxy.reset()
            steps[group % len(steps)]()
            yield

    def asking(self) -> None:
        """As soon as they have asked."""
        self._proxy.behave(Fault.HANG, method="GET", prefix=self._key)
        self._leave(self._ask([next(self._sizes) for _ in range(GROUP)]))

    def looking(self) -> None:
        """While the process looks for a stored one."""
        self._proxy.behave(Fault.HANG, method="HEAD", prefix=f"r/{self._key}")
        askings = self._ask([next(self._sizes) for _ in range(GROUP)])
        self._proxy.has_received(GROUP, "HEAD", f"r/{self._key}")
        self._leave(askings)

    def loading(self) -> None:
        """While each process loads the original and some wait for a place."""
        self._proxy.behave(Fault.HANG, method="GET", prefix=self._key)
        askings = self._ask([next(self._sizes) for _ in range(GROUP)])
        self._proxy.has_received(GROUP, "HEAD", f"r/{self._key}")
        self._proxy.has_received(PROCESSES, "GET", self._key)
        self._leave(askings)

    def waiting_for_another(self) -> None:
        """While one process makes what all want, and the other one waits for it."""
        self._proxy.behave(Fault.HANG, method="GET", prefix=self._key)
        askings = self._ask([next(self._sizes)] * GROUP)
        self._proxy.has_received(1, "GET", self._key)
        self._leave(askings)

    def rendering(self) -> None:
        """While it is decoded, made smaller or encoded."""
        askings = self._ask([next(self._sizes) for _ in range(GROUP)])
        self._proxy.has_received(1, "GET", self._key)
        self._leave(askings)

    def _ask(self, sizes: list[str]) -> list[Asking]:
        spread_out = spread(self._service, GROUP)
        askings = [asking for pair in zip(*spread_out.values(), strict=True) for asking in pair]
        for asking, size in zip(askings, sizes, strict=True):
            asking.ask(f"/t/{size}/u/{self._key}")
        return askings

    def _leave(self, askings: list[Asking]) -> None:
        for number, asking in enumerate(askings):
            asking.leave(abruptly=number % 2 == 0)
        self.left += len(askings)


@pytest.mark.parametrize("clients", [50, pytest.param(1000, marks=pytest.mark.long)])
def test_clients_that_leave_mid_render_leave_nothing(
    service: Service,
    proxy: FaultyS3,
    server: RedisProcess,
    peeks: Path,
    large: str,
    key: str,
    clients: int,
) -> None:
    """No task, no lock, no place, no memory, no file; the next ones are served at once."""
    pids = sorted(service.children())
    warm_up(service, large)
    for pid in pids:
        becomes_idle(pid, peeks)
    memory = {pid: resident_bytes(pid) for pid in pids}
    files = {pid: open_files(pid) for pid in pids}

    leaving = Leaving(service, proxy, large)
    for _group in leaving.all_of(clients):
        for pid in pids:
            becomes_idle(pid, peeks)
        assert claims(server) == []
    proxy.reset()

    assert leaving.left == clients
    for pid in pids:
        assert resident_bytes(pid) - memory[pid] < GROWTH_BYTES
        eventually(lambda p=pid: open_files(p) - files[p] < GROWTH_FILES, "connections are closed")
    # Of those who leave while it is rendered some have their answer before.
    assert len(service.lines(error="client_left")) > clients // 2
    assert_all_places_are_free(service, proxy, key)


def warm_up(service: Service, key: str) -> None:
    """Let each process have rendered as much at once as it ever will."""
    askings = [asking for group in spread(service, GROUP).values() for asking in group]
    for number, asking in enumerate(askings):
        asking.ask(f"/t/{number + 20}x19/u/{key}")
    assert {asking.answer().status for asking in askings} == {200}
    for asking in askings:
        asking.leave()


def becomes_idle(pid: int, peeks: Path) -> None:
    """Wait until a process does nothing but what it always does: it is soon."""
    held: dict[str, Any] = {}

    def is_idle() -> bool:
        held.update(held_by(pid, peeks))
        return held == IDLE

    try:
        eventually(is_idle, "nothing is under way")
    except AssertionError:
        raise AssertionError(f"nobody is there, and the process holds {held}") from None


def assert_all_places_are_free(service: Service, proxy: FaultyS3, key: str) -> None:
    """As many renders fit into each process as at its start, and not one more."""
    fitting = PLACES + QUEUE
    for askings in spread(service, PROCESSES * (fitting + 1)).values():
        began = time.monotonic()
        Asking(service.port).ask(f"/t/19x19/u/{key}").answer()
        assert time.monotonic() - began < AT_ONCE
        proxy.behave(Fault.HANG, method="GET", prefix=key)
        for number, asking in enumerate(askings):
            asking.ask(f"/t/{20 + number}x{askings[0].port % 1000 + 20}/u/{key}")
        eventually(lambda a=askings: any(each.is_answered() for each in a), "one is refused")
        proxy.behave(Fault.PASS)
        answers = [asking.answer() for asking in askings]
        refused = [answer for answer in answers if answer.status != 200]
        assert [(answer.status, error_of(answer)["limit"]) for answer in refused] == [(503, QUEUE)]


# -- leaving others behind ----------------------------------------------------------------------


def test_who_leaves_alone_takes_the_render_along(
    service: Service, proxy: FaultyS3, local_s3: LocalS3, peeks: Path, key: str
) -> None:
    """The load is broken off, and nothing is stored when S3 goes on."""
    proxy.behave(Fault.HANG, method="GET", prefix=key)
    asking = Asking(service.port).ask(f"/t/40x30/u/{key}")
    proxy.has_received(1, "GET", key)
    asking.leave()
    for pid in service.children():
        becomes_idle(pid, peeks)
    proxy.behave(Fault.PASS)
    assert Asking(service.port).ask(f"/t/41x30/u/{key}").answer().status == 200
    eventually(lambda: stored(local_s3, f"r/{key}/~/"), "the next one is stored")
    assert stored(local_s3, f"r/{key}/~/") == ["41x30@auto"]
    assert proxy.count("PUT", f"r/{key}") == 1


@pytest.mark.parametrize("abruptly", [False, True])
def test_when_the_first_leaves_the_others_of_its_process_are_served(
    service: Service, proxy: FaultyS3, key: str, abruptly: bool
) -> None:
    """The render goes on for them: the original is not read again."""
    (first, second, third, last), _ = spread(service, 4 * PROCESSES).values()
    proxy.behave(Fault.HANG, method="GET", prefix=key)
    first.ask(f"/t/40x30/u/{key}", {"X-Request-Id": key[-20:].replace("/", "-")})
    proxy.has_received(1, "GET", key)
    for asking in (second, third):
        asking.ask(f"/t/40x30/u/{key}")
    eventually(lambda: unread_bytes(service.port) == 0, "they have come in")
    assert last.ask("/ping").answer().status == 200  # and by now they wait
    first.leave(abruptly=abruptly)
    line = service.line(request_id=key[-20:].replace("/", "-"))
    assert (line["status"], line["error"]) == (499, "client_left")
    proxy.behave(Fault.PASS)
    for asking in (second, third):
        answer = asking.answer()
        assert (answer.status, size_of(answer.body)) == (200, (40, 30))
    assert proxy.count("GET", key) == 1


def test_when_the_first_leaves_another_process_goes_on(
    service: Service, proxy: FaultyS3, key: str
) -> None:
    """It has waited for the other one's result, and makes its own as soon as that is given up."""
    (leader,), (waiter,) = spread(service, PROCESSES).values()
    proxy.behave(Fault.HANG, method="GET", prefix=key)
    leader.ask(f"/t/40x30/u/{key}")
    proxy.has_received(1, "GET", key)
    waiter.ask(f"/t/40x30/u/{key}")
    leader.leave()
    proxy.has_received(2, "GET", key)
    proxy.behave(Fault.PASS)
    answer = waiter.answer()
    assert (answer.status, size_of(answer.body)) == (200, (40, 30))
