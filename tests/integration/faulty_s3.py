"""The S3 server behind a proxy that counts requests, and spoils answers as it is told."""

import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.ports import free_port
from thumbor_renuo.local_s3 import LocalS3

# RFC 9110, 7.6.1; Expect has been answered already.
NOT_HANDED_ON = {"connection", "keep-alive", "transfer-encoding", "expect"}
POLL_SECONDS = 0.02
PATIENCE = 20
CODES = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError", 503: "SlowDown"}


class Fault(StrEnum):
    """How requests are treated.

    PASS: handed on. SLOW: S3 does what it is asked, and the answer waits `amount` seconds.
    REFUSE: the connection is closed, S3 hears nothing. CUT: the answer breaks off after `amount`
    bytes of its body. ERROR: the answer is S3's XML with the status `amount`, S3 hears nothing.
    HANG: nobody hears anything until other treatment is set; those who still wait get that.
    """

    PASS = "pass"
    SLOW = "slow"
    REFUSE = "refuse"
    CUT = "cut"
    ERROR = "error"
    HANG = "hang"


@dataclass(frozen=True)
class _Rule:
    fault: Fault
    amount: float = 0
    method: str = ""
    prefix: str = ""

    def applies(self, method: str, key: str) -> bool:
        return self.method in ("", method) and key.startswith(self.prefix)


class FaultyS3:
    """A proxy on loopback in front of an S3 server.

    Attributes:
        endpoint: its address, in place of the server's. It stays the same while unreachable.
        requests: how many requests came in, by method and key. A listing counts as LIST, with the
            prefix as key.
    """

    def __init__(self, s3: LocalS3) -> None:
        self.upstream = urlsplit(s3.endpoint).netloc
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.requests: Counter[tuple[str, str]] = Counter()
        self._arrived = threading.Condition()
        self._rules: list[_Rule] = []
        self._server: _Server | None = None

    def behave(
        self, fault: Fault, amount: float = 0, *, method: str = "", prefix: str = ""
    ) -> None:
        """Treat requests so from now on; where several settings apply, the last counts.

        Args:
            amount: seconds, bytes or a status, as the fault says.
            method: only GET, HEAD, PUT, POST, DELETE or LIST.
            prefix: only keys that begin so.
        """
        with self._arrived:
            self._rules.insert(0, _Rule(fault, amount, method, prefix))

    def disappear(self) -> None:
        """Be unreachable: the port is closed, and so are all connections."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
            server.drop_connections()

    def reset(self) -> None:
        """Be sound and reachable, and forget the requests."""
        with self._arrived:
            self._rules.clear()
            self.requests.clear()
        if self._server is None:
            self._server = _Server(self)
            serve = self._server.serve_forever
            threading.Thread(target=serve, args=(POLL_SECONDS,), daemon=True).start()

    def count(self, method: str = "", prefix: str = "") -> int:
        """How many requests came in, of this method and of keys that begin so."""
        wanted = _Rule(Fault.PASS, 0, method, prefix)
        with self._arrived:
            return sum(n for request, n in self.requests.items() if wanted.applies(*request))

    def has_received(self, number: int, method: str = "", prefix: str = "") -> None:
        """Wait until so many came in."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.count(method, prefix) >= number, PATIENCE), (
                f"not {number} times {method or 'anything'} of {prefix!r}: {self.requests}"
            )

    def note(self, method: str, key: str) -> None:
        """Count a request."""
        with self._arrived:
            self.requests[method, key] += 1
            self._arrived.notify_all()

    def treatment(self, method: str, key: str) -> _Rule:
        """What is set for a request just now."""
        with self._arrived:
            return next((rule for rule in self._rules if rule.applies(method, key)), SOUND)

    def __enter__(self) -> Self:
        self.reset()
        return self

    def __exit__(self, *_: object) -> None:
        self.disappear()


SOUND = _Rule(Fault.PASS)


@pytest.fixture(name="faulty_s3")
def fixture_faulty_s3(local_s3: LocalS3) -> Iterator[FaultyS3]:
    """The S3 server behind a proxy that is sound at first."""
    with FaultyS3(local_s3) as proxy:
        yield proxy


@pytest.fixture(name="proxy", scope="module")
def fixture_proxy(local_s3: LocalS3) -> Iterator[FaultyS3]:
    """The same for the services of a whole module."""
    with FaultyS3(local_s3) as proxy:
        yield proxy


@pytest.fixture(name="sound_proxy")
def fixture_sound_proxy(proxy: FaultyS3) -> None:
    """It is sound at the beginning of a test, and has counted nothing."""
    proxy.reset()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, proxy: FaultyS3) -> None:
        self.proxy = proxy
        self._connections: set[Any] = set()
        super().__init__(("127.0.0.1", urlsplit(proxy.endpoint).port or 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients leave in the middle of an answer, as tests of time-outs want it.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _treat(self) -> None:
        method, key = self._asked()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy = self.server.proxy
        proxy.note(method, key)
        rule = proxy.treatment(method, key)
        while rule.fault is Fault.HANG:
            rule = proxy.treatment(method, key)
            # Asked last: who left before the fault was over is not served.
            if self._client_leaves(POLL_SECONDS):
                return
        if rule.fault is Fault.REFUSE:
            self.close_connection = True
        elif rule.fault is Fault.ERROR:
            self._answer_error(int(rule.amount))
        else:
            self._hand_on(body, rule)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _treat  # noqa: N815 - the base class's names

    def _asked(self) -> tuple[str, str]:
        """Method and key; paths begin with the bucket."""
        parts = urlsplit(self.path)
        key = unquote(parts.path).lstrip("/").partition("/")[2]
        if self.command == "GET" and not key:
            return "LIST", parse_qs(parts.query).get("prefix", [""])[0]
        return self.command, key

    def _client_leaves(self, seconds: float) -> bool:
        """Wait so long, or until the client has closed its connection."""
        self.connection.settimeout(seconds)
        try:
            # What waits here is only ever the end: clients send one request at a time.
            self.close_connection = self.connection.recv(1, socket.MSG_PEEK) == b""
        except TimeoutError:
            return False
        finally:
            self.connection.settimeout(None)
        return self.close_connection

    def _hand_on(self, body: bytes, rule: _Rule) -> None:
        upstream = HTTPConnection(self.server.proxy.upstream, timeout=PATIENCE)
        with closing(upstream):
            # The signature covers Host: the server must see the one that the client signed.
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in NOT_HANDED_ON:
                    upstream.putheader(name, value)
            upstream.endheaders(body or None)
            response = upstream.getresponse()
            content = response.read()
        if rule.fault is Fault.SLOW and self._client_leaves(rule.amount):
            return
        is_cut = rule.fault is Fault.CUT
        self._answer(
            response.status,
            [item for item in response.getheaders() if item[0].lower() not in NOT_HANDED_ON],
            content[: int(rule.amount)] if is_cut else content,
            length=len(content),
        )
        self.close_connection = self.close_connection or is_cut

    def _answer_error(self, status: int) -> None:
        content = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{CODES[status]}</Code>'
            f"<Message>As the test wants it.</Message><RequestId>0</RequestId></Error>"
        ).encode()
        self._answer(status, [("Content-Type", "application/xml")], content, length=len(content))

    def _answer(
        self, status: int, headers: list[tuple[str, str]], content: bytes, *, length: int
    ) -> None:
        """Answer; `length` is what the header says, where `headers` do not say it."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        named = {name.lower() for name, _ in headers}
        if "content-length" not in named and status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass
