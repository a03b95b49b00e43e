"""What all our answers share: errors, CORS, security headers, log lines, bounded bodies."""

import asyncio
import hashlib
import hmac
import logging
import random
import re
from asyncio import Future
from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Any, ClassVar

import sentry_sdk
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler, stream_request_body

from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.errors import (
    BadRequest,
    Conflict,
    InvalidKey,
    MethodNotAllowed,
    NotFound,
    NotFromCdn,
    RangeNotSatisfiable,
    RenuoError,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from thumbor_renuo.handlers.client_address import client_address
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.logs import ENCODE, access_log, request_id
from thumbor_renuo.s3.client import S3Bucket

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
SERVER = "thumbor_renuo"
VISIBLE = re.compile(r"[!-~]{1,300}")
# A body of unknown length is read so far for the sake of a worded answer; then the connection ends.
CUT_OFF_BYTES = 1024 * 1024
PREFLIGHT_SECONDS = 86400
OLD_REFUSAL = "Invalid request."
# What a page's scripts may read of an answer beside the headers that are always shown.
EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
CLIENT_HAS_LEFT = 499  # as nginx logs it; nobody receives it


# Requests that have begun and not ended: a stopping process waits for them.
in_flight: set[object] = set()


@stream_request_body
class PublicHandler(RequestHandler):
    """Base of every handler.

    Attributes:
        route: the name in log lines.
        cors: answer any origin's scripts, errors included.
        keeps_errors: an error lies in the path, so that it may be kept for a little.
        max_body_bytes: the largest body; a larger one is refused unread.
        old_words: an unknown key is refused in the words that old clients know.
        is_open: it is answered to whoever did not come through the CDN, too.
    """

    route: ClassVar[str]
    cors: ClassVar[bool] = False
    keeps_errors: ClassVar[bool] = False
    max_body_bytes: ClassVar[int] = 16 * 1024
    old_words: ClassVar[bool] = False
    is_open: ClassVar[bool] = False

    def initialize(self, services: Services) -> None:
        """Take what the route table hands over."""
        self.services = services
        self.app_name: str | None = None
        self.key_fingerprint: str | None = None
        self.cors_refused = self.client_has_left = self.is_private = False
        self.standing_headers: dict[str, str] = {}
        self.address = "unknown"
        self.bytes_sent = 0
        self.error_code: str | None = None
        self._body: list[bytes] = []
        self._body_bytes = 0

    # -- before ---------------------------------------------------------------------------------

    def set_default_headers(self) -> None:
        """Set what every answer has; also called when an error discards all headers."""
        if not hasattr(self, "request_id"):
            self.request_id = request_id_of(self.request)
        self.set_header("Server", SERVER)
        self.set_header("X-Request-Id", self.request_id)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", cache_policy.NEVER)
        if self.cors:
            self._allow_origin()

    def _allow_origin(self) -> None:
        self.set_header("Vary", "Origin")
        if getattr(self, "cors_refused", False):  # Tornado calls this before initialize
            return
        origin = self.request.headers.get("Origin", "")
        self.set_header("Access-Control-Allow-Origin", origin if VISIBLE.fullmatch(origin) else "*")
        self.set_header("Access-Control-Expose-Headers", EXPOSED)

    def prepare(self) -> Any:
        """Refuse a body that is too large before it is read."""
        request_id.set(self.request_id)
        in_flight.add(self)
        super().prepare()
        self.services.background.start()
        # Now: a client that leaves takes its socket's address along.
        self.address = client_address(self.request, self.services.settings.trusted_proxies)
        self.request.connection.set_max_body_size(CUT_OFF_BYTES)  # type: ignore[union-attr]
        self._check_origin_secret()
        length = self.request.headers.get("Content-Length", "0")
        # Only ASCII digits: isdigit() also takes those that int() does not.
        if re.fullmatch("[0-9]{1,18}", length) is None or int(length) > self.max_body_bytes:
            raise self._too_large()

    def _check_origin_secret(self) -> None:
        secrets = self.services.settings.origin_secrets
        if not self.is_open and not passes_origin_check(secrets, self.request.headers):
            raise NotFromCdn("this is served through the CDN only")

    @property
    def bucket(self) -> S3Bucket:
        """The bucket for uploads, with a pool that neither originals nor thumbnails can fill."""
        return S3Bucket.of(self.services.settings, "uploads")

    def data_received(self, chunk: bytes) -> None:
        """Collect the body, one chunk over the limit at most."""
        if self._body_bytes <= self.max_body_bytes:
            self._body.append(chunk)
            self._body_bytes += len(chunk)

    @property
    def body(self) -> bytes:
        """The request's body.

        Raises:
            TooLarge: it has more than max_body_bytes.
        """
        if self._body_bytes > self.max_body_bytes:
            raise self._too_large()
        return b"".join(self._body)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"the request's body is over the limit of {self.max_body_bytes} bytes",
            limit=self.max_body_bytes,
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
        if self.keeps_errors and error.lies_in_path and not self.is_private:
            lifetime = cache_policy.for_error(status_code, self.services.settings.error_max_age)
            self.set_header("Cache-Control", lifetime)
        if isinstance(error, MethodNotAllowed):
            self.set_header("Allow", self.allowed_methods())
        if isinstance(error, TooLarge):
            # Bytes that nobody reads may stand between this answer and the next request.
            self.set_header("Connection", "close")
        if isinstance(error, Unavailable | Conflict):
            self.set_header("Retry-After", "1")
        if isinstance(error, RangeNotSatisfiable):
            self.set_header("Content-Range", f"bytes */{error.size}")
        if isinstance(error, TooManyRequests):
            self.set_header("Retry-After", str(error.retry_after))
        for name, value in self.standing_headers.items():
            self.set_header(name, value)
        if self.old_words and isinstance(error, InvalidKey):
            self.set_header("Content-Type", "application/json; charset=utf-8")
            self.finish(OLD_REFUSAL)
            return
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

    def write_cacheable(self, data: bytes, media_type: str, *, etag: str, max_age: int) -> None:
        """Write a body that may be kept, or 304 where the client has it already.

        Args:
            etag: with its quotes.
            max_age: in seconds.
        """
        self.set_header("Content-Type", f"{media_type}; charset=utf-8")
        self.set_header("Cache-Control", cache_policy.for_success(max_age))
        self.set_header("ETag", etag)
        if self.check_etag_header():
            self.set_status(304)
        else:
            self.write(data)

    def write_json(self, value: Any) -> None:
        """Write a JSON body with letters of all languages as they are."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(ENCODE(value).encode())

    def finish(self, chunk: Any = None) -> "Future[None]":
        """End the answer; it is in flight until its last byte is at the client."""
        written = super().finish(chunk)
        written.add_done_callback(lambda _written: in_flight.discard(self))
        return written

    def on_connection_close(self) -> None:
        """Do not make a stopping process wait for a client that has left."""
        self.client_has_left = True
        in_flight.discard(self)

    async def send(self, pieces: AsyncIterable[bytes], size: int) -> None:
        """Write a body piece by piece, to a client that takes it fast enough.

        Args:
            size: of all pieces, in bytes.
        """
        settings = self.services.settings
        patience = settings.client_write_seconds
        try:
            async with asyncio.timeout(patience + size / settings.client_bytes_per_second):
                async for piece in pieces:
                    self.write(piece)
                    async with asyncio.timeout(patience):
                        await self.flush()
        except TimeoutError:
            self.break_off("client_too_slow")

    async def send_whole(self, data: bytes) -> None:
        """Write a body of up to 64 KiB, to a client that takes it fast enough."""
        self.write(data)
        written = self.flush()
        if written.done():  # as nearly always: the socket has taken it
            written.result()
            return
        try:
            async with asyncio.timeout(self.services.settings.client_write_seconds):
                await written
        except TimeoutError:
            self.break_off("client_too_slow")

    def break_off(self, code: str) -> None:
        """End the connection: once the status is out, only that tells that bytes are missing."""
        self.error_code = code
        self.request.connection.stream.close()  # type: ignore[union-attr]
        raise StreamClosedError

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
        if self.key_fingerprint:
            fields["key"] = self.key_fingerprint
        if self.error_code:
            fields["error"] = self.error_code
        log_request(fields)

    @property
    def headers_set(self) -> HTTPHeaders:
        """A copy of the answer's headers as they are by now."""
        return self._headers.copy()


def log_request(fields: Mapping[str, Any]) -> None:
    """Write the line of one request."""
    access_log.info("request", extra={"fields": fields})


def passes_origin_check(secrets: Sequence[str], headers: Mapping[str, str]) -> bool:
    """Whether a request has one of the CDN's secrets, if there are any."""
    if not secrets:
        return True
    given = headers.get("X-Origin-Secret", "").encode("latin-1", "replace")
    matches = [hmac.compare_digest(given, secret.encode()) for secret in secrets]
    return any(matches)


def request_id_of(request: HTTPServerRequest) -> str:
    """The id that a proxy gave, or a new one; it identifies and need not be hard to guess."""
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


class NotFoundHandler(PublicHandler):
    """Whatever no other route takes."""

    route = "unknown"
    keeps_errors = True

    def get(self, *_args: str) -> None:
        """Answer 404."""
        raise NotFound("there is nothing under this path")

    head = post = put = delete = patch = get


def etag_of(data: bytes) -> str:
    """A strong ETag of a whole body, with its quotes."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
