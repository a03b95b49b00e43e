"""Clients that ask one server over kept connections, for a bounded while, on 127.0.0.1 only."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Lock

OK = 200
TIMEOUT = 300


class RefusedError(Exception):
    """A server answered with anything but an image; the message says what."""


@dataclass(frozen=True)
class Bound:
    """When a turn ends: after so many seconds, or requests, whichever comes first."""

    seconds: float
    requests: int


@dataclass(frozen=True)
class Load:
    """What a turn's requests were like: each one's seconds, and how many came in a second."""

    latencies: tuple[float, ...]
    rate: float
    seconds: float


def get(connection: HTTPConnection, path: str) -> bytes:
    """The body of one answer.

    Raises:
        RefusedError: it is no 200, or none came.
    """
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from error
    if answer.status != OK or not body:
        raise RefusedError(f"{answer.status} {body[:100]!r}")
    return body


def connect(port: int) -> HTTPConnection:
    """A connection that is kept."""
    return HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)


def get_once(port: int, path: str) -> bytes:
    """The body of one answer, over a connection of its own."""
    connection = connect(port)
    try:
        return get(connection, path)
    finally:
        connection.close()


def load(port: int, new_path: Callable[[], str], clients: int, bound: Bound) -> Load:
    """Let clients ask for one path after the other, each as soon as it has its last answer."""
    places = _places(bound)
    lock, began = Lock(), time.perf_counter()

    def client() -> tuple[list[float], float]:
        connection, latencies = connect(port), []
        try:
            while True:
                with lock:
                    if not next(places, False):
                        break
                asked = time.perf_counter()
                get(connection, new_path())
                latencies.append(time.perf_counter() - asked)
        finally:
            connection.close()
        return latencies, len(latencies) / max(time.perf_counter() - began, 1e-9)

    with ThreadPoolExecutor(clients) as threads:
        found = [one.result() for one in [threads.submit(client) for _ in range(clients)]]
    latencies = tuple(second for each, _ in found for second in each)
    return Load(latencies, sum(rate for _, rate in found), time.perf_counter() - began)


def together(port: int, paths: list[str]) -> float:
    """Seconds until all of them have come that were asked for at the same time."""
    with ThreadPoolExecutor(len(paths)) as threads:
        began = time.perf_counter()
        for one in [threads.submit(get_once, port, path) for path in paths]:
            one.result()
        return time.perf_counter() - began


def _places(bound: Bound) -> Iterator[bool]:
    """True as long as another request may begin; the first one always may."""
    deadline = time.perf_counter() + bound.seconds
    for number in range(bound.requests):
        yield number == 0 or time.perf_counter() < deadline
