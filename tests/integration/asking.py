"""Requests over connections of their own, which a test reads or leaves when it wants to."""

import json
import select
import socket
import struct
import uuid
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.integration.conftest import APP, PATIENCE, Service, eventually, frozen, s3_client
from tests.integration.faulty_s3 import Fault, FaultyS3
from thumbor_renuo.local_s3 import LocalS3

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST instead of FIN


class Answer(NamedTuple):
    """What came."""

    status: int
    headers: HTTPMessage
    body: bytes


class Asking:
    """A keep-alive connection to a service."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.method = "GET"

    @property
    def port(self) -> int:
        """The client's end."""
        return int(self._socket.getsockname()[1])

    def ask(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Self:
        """Send a request and wait for nothing."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.method = method
        return self

    def is_answered(self) -> bool:
        """Whether anything has come."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def answer(self) -> Answer:
        """Wait for the answer to what was asked last, and for its whole body."""
        response = HTTPResponse(self._socket, method=self.method)
        response.begin()
        return Answer(response.status, response.headers, response.read())

    def leave(self, *, abruptly: bool = False) -> None:
        """Close the connection, or reset it."""
        if abruptly:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._socket.close()


def spread(service: Service, number: int) -> dict[int, list[Asking]]:
    """So many connections, as many of them to each serving process.

    The others are stopped meanwhile: who is stopped accepts nothing.
    """
    pids = sorted(service.children())
    made: dict[int, list[Asking]] = {}
    for pid in pids:
        with ExitStack() as others:
            for other in pids:
                if other != pid:
                    others.enter_context(frozen(other))
            made[pid] = [Asking(service.port) for _ in range(number // len(pids))]
            ports = {asking.port for asking in made[pid]}
            eventually(
                lambda pid=pid, ports=ports: ports <= _clients_of(pid, service.port),  # type: ignore[misc]
                "one process has accepted them",
            )
    return made


def held_together(
    proxy: FaultyS3,
    service: Service,
    key: str,
    asked: Iterable[tuple[Asking, str, dict[str, str]]],
    *,
    then: tuple[Fault, float] = (Fault.PASS, 0),
) -> list[Answer]:
    """The answers to requests that have all come in before S3 answers the first of them.

    Args:
        key: of the original that all are about.
        asked: connections, paths and headers.
        then: how S3 treats the original when all have come in.
    """
    proxy.behave(Fault.HANG, method="GET", prefix=key)
    askings = [connection.ask(path, headers) for connection, path, headers in asked]
    proxy.has_received(1, "GET", key)
    eventually(lambda: unread_bytes(service.port) == 0, "the service has read all requests")
    proxy.behave(then[0], then[1], method="GET", prefix=key)
    return [asking.answer() for asking in askings]


def is_made(answer: Answer) -> bool:
    """Whether it was rendered for those who asked, and neither stored nor another process's."""
    return "decode;" in answer.headers["Server-Timing"]


def error_of(answer: Answer) -> dict[str, Any]:
    """The JSON body of an error."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body: dict[str, Any] = json.loads(answer.body)
    return body


# -- the bucket ---------------------------------------------------------------------------------


def uploaded(s3: LocalS3, name: str, content: bytes) -> str:
    """Put an object where an upload would lie, under a key that is never given twice."""
    letters = uuid.uuid4().hex
    groups = [letters[at : at + 4] for at in range(0, 32, 4)]
    key = "/".join(["o", APP, "2611", *groups, name])
    s3_client(s3).put_object(Bucket=s3.bucket, Key=key, Body=content)
    return key


def stored(s3: LocalS3, prefix: str) -> list[str]:
    """What the bucket has below a prefix, without it."""
    listing = s3_client(s3).list_objects_v2(Bucket=s3.bucket, Prefix=prefix)
    return sorted(entry["Key"].removeprefix(prefix) for entry in listing.get("Contents", ()))


# -- the machine --------------------------------------------------------------------------------


def unread_bytes(port: int) -> int:
    """How many bytes have come in for a service that it has not read yet."""
    return sum(int(row[4].split(":")[1], 16) for row in _rows(port))


def _clients_of(pid: int, port: int) -> set[int]:
    """The clients' ports of the connections that a process holds on the service's port."""
    files = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            files.add(str(file.readlink()))
    return {
        int(row[2].split(":")[1], 16) for row in _rows(port) if f"socket:[{row[9]}]" in files
    } - {0}


def _rows(port: int) -> list[list[str]]:
    """The open connections on a service's port (proc(5), /proc/net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [row for row in rows if int(row[1].split(":")[1], 16) == port and row[3] == "01"]


def open_files(pid: int) -> int:
    """How many file descriptors a process has."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_bytes(pid: int) -> int:
    """How much memory a process has for itself, without what it shares with its parent."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    lines = [line.split() for line in rollup if line.startswith(("Private_Clean", "Private_Dirty"))]
    return sum(int(line[1]) for line in lines) * 1024
