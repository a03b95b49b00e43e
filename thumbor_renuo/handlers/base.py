"""What all our answers share: errors, CORS, security headers, log lines, bounded bodies."""

import json
import logging
import re
import uuid
from asyncio import Future
from dataclasses import dataclass
from typing import Any, ClassVar

import sentry_sdk
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler, stream_request_body

from thumbor_renuo.apps import AppRegistry
from thumbor_renuo.config import Settings
from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.delivery.admission import Admission
from thumbor_renuo.errors import (
    BadRequest,
    MethodNotAllowed,
    NotFound,
    RangeNotSatisfiable,
    RenuoError,
    TooLarge,
    Unavailable,
)
from thumbor_renuo.handlers.client_address import client_address
from thumbor_renuo.logs import access_log, request_id
from thumbor_renuo.uploads.presigned_post import PolicySigner

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
SERVER = "thumbor_renuo"
VISIBLE = re.compile(r"[!-~]{1,300}")
MAX_BODY_BYTES = 16 * 1024
# A body of unknown length is read so far for the sake of a worded answer; then the connection ends.
CUT_OFF_BYTES = 1024 * 1024
PREFLIGHT_SECONDS = 86400
CLIENT_HAS_LEFT = 499  # as nginx logs it; nobody receives it


@dataclass(frozen=True)
class Services:
    """What the handlers call: made once for a process."""

    settings: Settings
    apps: AppRegistry
    signer: PolicySigner
    renders: Admission
    streams: Admission


# Requests that have begun and not ended: a stopping process waits for them.
in_flight: set[RequestHandler] = set()


@stream_request_body
class PublicHandler(RequestHandler):
    """Base of every handler.

    Attributes:
        route: the name in log lines.
        cors: answer any origin's scripts, errors included.
        keeps_errors: an error lies in the path, so that it may be kept for a little.
    """

    route: ClassVar[str]
    cors: ClassVar[bool] = False
    keeps_errors: ClassVar[bool] = False

    def initialize(self, services: Services) -> None:
        """Take what the route table hands over."""
        self.services = services
        self.app_name: str | None = None
        self.address = "unknown"
        self.bytes_sent = 0
        self.error_code: str | None = None
        self._body: list[bytes] = []
        self._body_bytes = 0

    # -- before ---------------------------------------------------------------------------------

    def set_default_headers(self) -> None:
        """Set what every answer has; also called when an error discards all headers."""
        given = self.request.headers.get("X-Request-Id", "")
        if not hasattr(self, "request_id"):
            self.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.set_header("Server", SERVER)
        self.set_header("X-Request-Id", self.request_id)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", cache_policy.NEVER)
        if self.cors:
            origin = self.request.headers.get("Origin", "")
            self.set_header(
                "Access-Control-Allow-Origin", origin if VISIBLE.fullmatch(origin) else "*"
            )
            self.set_header("Vary", "Origin")

    def prepare(self) -> Any:
        """Refuse a body that is too large before it is read."""
        request_id.set(self.request_id)
        in_flight.add(self)
        super().prepare()
        # Now: a client that leaves takes its socket's address along.
        self.address = client_address(self.request, self.services.settings.trusted_proxies)
        self.request.connection.set_max_body_size(CUT_OFF_BYTES)  # type: ignore[union-attr]
        length = self.request.headers.get("Content-Length", "0")
        # Only ASCII digits: isdigit() also takes those that int() does not.
        if re.fullmatch("[0-9]{1,18}", length) is None or int(length) > MAX_BODY_BYTES:
            raise self._too_large()

    def data_received(self, chunk: bytes) -> None:
        """Collect the body, one chunk over the limit at most."""
        if self._body_bytes <= MAX_BODY_BYTES:
            self._body.append(chunk)
            self._body_bytes += len(chunk)

    @property
    def body(self) -> bytes:
        """The request's body.

        Raises:
            TooLarge: it has more than MAX_BODY_BYTES.
        """
        if self._body_bytes > MAX_BODY_BYTES:
            raise self._too_large()
        return b"".join(self._body)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"the request's body is over the limit of {MAX_BODY_BYTES} bytes",
            limit=MAX_BODY_BYTES,
        )

    def options(self, *_args: str, **_kwargs: str) -> None:
        """Answer a preflight."""
        self.set_status(204)
        self.set_header("Allow", self.allowed_methods())
        if self.cors:
            asked = self.request.headers.get("Access-Control-Request-Headers", "")
            if re.fullmatch(r"[\w\-, ]{1,500}", asked):
                self.set_header("Access-Control-Allow-Headers", asked)
            self.set_header("Access-Control-Allow-Methods", self.allowed_methods())
            self.set_header("Access-Control-Max-Age", str(PREFLIGHT_SECONDS))
        self.finish()

    def allowed_methods(self) -> str:
        """The methods that this handler has, as in an Allow header."""
        mine = [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(type(self), method.lower()) is not getattr(RequestHandler, method.lower())
        ]
        return ", ".join(mine)

    # -- errors: the one place that writes them -------------------------------------------------

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with our error for what was raised."""
        raised = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(raised, StreamClosedError):
            self.error_code = self.error_code or "client_left"
            if not self._headers_written:
                self.set_status(CLIENT_HAS_LEFT, "Client Closed Request")
            self.finish()
            return
        kwargs["error"] = self._as_renuo_error(status_code, raised)
        super().send_error(kwargs["error"].status, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the body of an error: `{"error", "message"}`, and `limit` where there is one."""
        error: RenuoError = kwargs["error"]
        self.error_code = error.code
        if self.keeps_errors and error.lies_in_path:
            lifetime = cache_policy.for_error(status_code, self.services.settings.error_max_age)
            self.set_header("Cache-Control", lifetime)
        if isinstance(error, MethodNotAllowed):
            self.set_header("Allow", self.allowed_methods())
        if isinstance(error, Unavailable):
            self.set_header("Retry-After", "1")
        if isinstance(error, RangeNotSatisfiable):
            self.set_header("Content-Range", f"bytes */{error.size}")
        body: dict[str, Any] = {"error": error.code, "message": error.message}
        if error.limit is not None:
            body["limit"] = error.limit
        self.write_json(body)
        self.finish()

    def _as_renuo_error(self, status: int, raised: BaseException | None) -> RenuoError:
        if isinstance(raised, RenuoError):
            return raised
        if isinstance(raised, HTTPError):
            status = raised.status_code
        known: dict[int, RenuoError] = {
            400: BadRequest("the request cannot be read"),
            404: NotFound("there is nothing under this path"),
            405: MethodNotAllowed(f"the method {self.request.method} is not available here"),
        }
        return known.get(status, RenuoError("an unexpected error; it has been reported"))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Report what nobody foresaw; a foreseen error stands in the access line."""
        if isinstance(value, RenuoError | HTTPError | StreamClosedError):
            return
        logger.error("unexpected error in route %s", self.route, exc_info=(typ, value, tb))
        sentry_sdk.capture_exception(value)

    def compute_etag(self) -> str | None:
        """Leave out Tornado's hash of the body: what has an ETag sets it."""
        return None

    # -- after ----------------------------------------------------------------------------------

    def write(self, chunk: Any) -> None:
        """Count what is written."""
        self.bytes_sent += len(chunk)
        super().write(chunk)

    def write_json(self, value: Any) -> None:
        """Write a JSON body with letters of all languages as they are."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(value, ensure_ascii=False).encode())

    def finish(self, chunk: Any = None) -> "Future[None]":
        """End the answer; it is in flight until its last byte is at the client."""
        if not self._headers_written:
            self.set_header("Server", SERVER)  # Thumbor sets its own, with its version
        written = super().finish(chunk)
        written.add_done_callback(lambda _written: in_flight.discard(self))
        return written

    def on_connection_close(self) -> None:
        """Do not make a stopping process wait for a client that has left."""
        in_flight.discard(self)

    def _log(self) -> None:
        """One line a request, without path and query: both may hold a key."""
        body = self.request.method != "HEAD" and self.get_status() != 304  # noqa: PLR2004
        fields = {
            "route": self.route,
            "app": self.app_name,
            "method": self.request.method,
            "status": self.get_status(),
            "bytes": self.bytes_sent if body else 0,
            "duration_ms": round(self.request.request_time() * 1000, 1),
            "request_id": self.request_id,
            "address": self.address,
        }
        if self.error_code:
            fields["error"] = self.error_code
        access_log.info("request", extra={"fields": fields})


class NotFoundHandler(PublicHandler):
    """Whatever no other route takes."""

    route = "unknown"
    keeps_errors = True

    def get(self, *_args: str) -> None:
        """Answer 404."""
        raise NotFound("there is nothing under this path")

    head = post = put = delete = patch = get
