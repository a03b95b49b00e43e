"""A server on loopback that records requests and answers as it is told, or misbehaves."""

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

READ_BYTES = 64 * 1024
KEPT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Recorded:
    """A request: of a large body, only size and digest are kept."""

    method: str
    target: str
    headers: Mapping[str, str]
    size: int
    sha256: str
    body: bytes
    connection: object

    @property
    def path(self) -> str:
        """The raw path."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters, decoded."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer; `pieces` are sent one by one until the client has had enough.

    Attributes:
        fault: `reset` ends the connection, `silence` answers nothing, `cut` ends within the body.
        unread: leave so many bytes of the request's body unread.
        drip: seconds between pieces.
    """

    status: int = 200
    json: Any = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    unread: bool = False
    pieces: Sequence[bytes] = ()
    drip: float = 0


class StubServer:
    """Answers each request with the next of its replies; the last one stays.

    Attributes:
        decide: chooses the reply instead.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.replies = [Reply()]
        self.decide: Callable[[Recorded], Reply] | None = None
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"stub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def reply(self, *replies: Reply) -> None:
        """Set what is answered from now on."""
        self.replies = list(replies)

    def next_reply(self, request: Recorded) -> Reply:
        """Record a request and take its reply."""
        with self._lock:
            self.requests.append(request)
            if self.decide:
                return self.decide(request)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def peek(self) -> Reply:
        """The reply that comes next."""
        with self._lock:
            return self.replies[0]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: StubServer

    def log_message(self, *_line: object) -> None:
        """Be silent."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client has left
            self.close_connection = True

    def respond(self) -> None:
        early = self.stub.peek().unread
        size = 0 if early else int(self.headers.get("Content-Length", "0"))
        kept, digest, left = b"", hashlib.sha256(), size
        while left and (piece := self.rfile.read(min(READ_BYTES, left))):
            digest.update(piece)
            left -= len(piece)
            kept += piece[: max(0, KEPT_BYTES - len(kept))]
        request = Recorded(
            self.command,
            self.path,
            dict(self.headers.items()),
            size - left,
            digest.hexdigest(),
            kept,
            self.connection,
        )
        self.answer(self.stub.next_reply(request))

    do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 - names of http.server

    def answer(self, reply: Reply) -> None:
        if reply.fault == "reset":
            # With no time to linger, the system sends RST.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if reply.fault == "silence":
            self.stub.stopped.wait(60)
            self.close_connection = True
            return
        body = reply.body if reply.json is None else json.dumps(reply.json).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.pieces:
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in reply.pieces:
                self.wfile.write(piece)
                if self.stub.stopped.wait(reply.drip):
                    break
            self.close_connection = True
            return
        if reply.status != 204:
            self.send_header("Content-Length", str(len(body) + (reply.fault == "cut")))
        self.end_headers()
        self.wfile.write(body)
        if reply.fault == "cut" or reply.unread:
            self.close_connection = True
