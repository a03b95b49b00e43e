"""Thumbnails asked for again and again: answered from memory before a handler is built."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import ReferenceType, ref

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    ResponseStartLine,
    format_timestamp,
)
from tornado.routing import Router

from thumbor_renuo.apps import App
from thumbor_renuo.delivery.client_hints import VARY
from thumbor_renuo.delivery.stored_derivative import Derivative
from thumbor_renuo.handlers.base import (
    PublicHandler,
    in_flight,
    log_request,
    passes_origin_check,
    request_id_of,
)
from thumbor_renuo.handlers.client_address import client_address
from thumbor_renuo.handlers.services import Made, Services

MAX_ANSWERS = 1000
MAX_KEY_LENGTH = 4096  # of path and headers together
MAX_BODY_BYTES = 64 * 1024  # what a socket takes at once
HINTS = tuple(VARY.split(", "))
# What only a handler can answer: conditions, ranges, bodies.
SPECIAL = (
    "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range",
    "Content-Length", "Transfer-Encoding", "Expect",
)  # fmt: skip
OF_ONE_ANSWER = ("X-Request-Id", "Date")
OK = ResponseStartLine("HTTP/1.1", 200, "OK")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a handler answered.

    Attributes:
        name: of the image among Services.recent, whose bytes are sent.
        derivative: that image; once it is another, or none, the answer is no more.
        app: whose it is, as its record was.
    """

    name: str
    derivative: ReferenceType[Derivative]
    app: App
    headers: tuple[tuple[str, str], ...]


class RecentAnswers(Router):
    """Stands in front of all routes, and says again what the thumbnails' handler has said.

    It keeps headers only; the bytes, and how long they are good for, are those of
    Services.recent. What was not answered from there, or not with 200, comes to the handlers.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._answers: OrderedDict[tuple[str, ...], _Answer] = OrderedDict()

    def keep(self, handler: PublicHandler, app: App, name: str, made: Made) -> None:
        """Remember a handler's answer, as it is about to be sent.

        Args:
            name: of the image among Services.recent.
        """
        if len(made.derivative.data) > MAX_BODY_BYTES or handler.request.method != "GET":
            return
        headers = handler.headers_set
        for header in OF_ONE_ANSWER:
            headers.pop(header, None)
        key = self._key(handler.request)
        if sum(map(len, key)) > MAX_KEY_LENGTH:
            return
        derivative = ref(made.derivative)
        self._answers[key] = _Answer(name, derivative, app, tuple(headers.get_all()))
        if len(self._answers) > MAX_ANSWERS:
            self._answers.popitem(last=False)

    def find_handler(
        self, request: HTTPServerRequest, **_kwargs: Any
    ) -> HTTPMessageDelegate | None:
        """Who answers: the answer again, or nobody here."""
        if request.method != "GET":
            return None
        key = self._key(request)
        answer = self._answers.get(key)
        if answer is None or not self._may_answer(request):
            return None
        derivative = self._derivative(answer)
        if derivative is None:
            del self._answers[key]
            return None
        self._answers.move_to_end(key)
        return _Again(request, answer, derivative.data, self._services)

    def _key(self, request: HTTPServerRequest) -> tuple[str, ...]:
        headers = request.headers
        hints = HINTS if self._services.settings.client_hints else ()
        return request.path, *(headers.get(name, "") for name in ("Accept", *hints))

    def _may_answer(self, request: HTTPServerRequest) -> bool:
        headers = request.headers
        return not any(name in headers for name in SPECIAL) and passes_origin_check(
            self._services.settings.origin_secrets, headers
        )

    def _derivative(self, answer: _Answer) -> Derivative | None:
        """The image of an answer, if that still holds."""
        services = self._services
        if services.apps.by_name(answer.app.full_name) is not answer.app:
            return None
        recent = services.recent.get(answer.name)
        if recent is None or recent.derivative is not answer.derivative():
            return None
        return recent.derivative


class _Again(HTTPMessageDelegate):
    """Sends an answer once its request is read."""

    def __init__(
        self, request: HTTPServerRequest, answer: _Answer, data: bytes, services: Services
    ) -> None:
        self._request, self._answer, self._data = request, answer, data
        self._services = services

    def finish(self) -> None:
        """Write headers and body, and the line in the log."""
        request, answer = self._request, self._answer
        connection: Any = request.connection
        request_id = request_id_of(request)
        headers = HTTPHeaders()
        for name, value in answer.headers:
            headers.add(name, value)
        headers["X-Request-Id"] = request_id
        headers["Date"] = _date(int(time.time()))
        in_flight.add(self)
        written = connection.write_headers(OK, headers, self._data)
        connection.finish()
        written.add_done_callback(self._sent)
        if not written.done():
            self._do_not_wait_long(connection)
        self._log(request_id)

    def on_connection_close(self) -> None:
        """The client has left."""
        in_flight.discard(self)

    def _sent(self, written: Any) -> None:
        in_flight.discard(self)
        if not written.cancelled():
            written.exception()  # the client has left: nobody else is told

    def _do_not_wait_long(self, connection: Any) -> None:
        """Of a client that takes not even these few bytes, the connection ends."""
        patience = self._services.settings.client_write_seconds
        loop = asyncio.get_running_loop()
        loop.call_later(patience, lambda: self in in_flight and connection.stream.close())

    def _log(self, request_id: str) -> None:
        request = self._request
        log_request(
            {
                "route": "thumbnail",
                "app": self._answer.app.full_name,
                "method": request.method,
                "status": 200,
                "bytes": len(self._data),
                "duration_ms": round(request.request_time() * 1000, 1),
                "request_id": request_id,
                "address": client_address(request, self._services.settings.trusted_proxies),
            }
        )


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return format_timestamp(second)
