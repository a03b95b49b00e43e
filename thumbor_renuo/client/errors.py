"""Every error of the client, with what the server said.

ClientError                 client_error         the root
├── ConnectionFailed        connection_failed    refused, reset, cut short, no such host
│   ├── TimedOut            timed_out            too slow to connect, to take or to answer
│   └── TlsFailed           tls_failed           the certificate is not trusted
├── BadAnswer               bad_answer           not what the interface promises
│   └── Redirected          redirected     3xx   redirects are never followed
├── RequestRefused          (the server's)  4xx
│   ├── InvalidRequest                     400
│   ├── Forbidden                     401, 403   unknown or wrong keys, a bad token
│   ├── NotFound                           404
│   ├── Conflict                           409
│   ├── TooLarge                           413   `limit` in bytes
│   ├── UnsupportedType                    415
│   ├── ContentRefused                     422   the uploaded file was deleted
│   └── TooManyRequests                    429   `retry_after` in seconds
├── ServerError             (the server's)  5xx
├── StorageRefused          (S3's, in S3's words)
├── SourceChanged           source_changed       the file changed while it was uploaded
└── DeleteIncomplete        delete_incomplete    `deleted` and `failed` say how far it came
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thumbor_renuo.client.stored_file import FailedDelete

MAX_MESSAGE = 500
MAX_READ = 64 * 1024
CODE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
READABLE = re.compile(r"[^\x00-\x1f\x7f<>\[\]{}\ufffd]{1,200}")


class ClientError(Exception):
    """What went wrong; never holds the private key or a signed URL.

    Attributes:
        message: in words.
        status: the HTTP status of the answer; None where there was none.
        code: for programs, `forbidden` for example; the server's own where it sent one.
        limit: the bound that was passed, where the server names one.
        retry_after: seconds to wait, where the server names them.
    """

    code = "client_error"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        limit: int | str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code or type(self).code
        self.limit = limit
        self.retry_after = retry_after

    def __str__(self) -> str:
        status = f"HTTP {self.status}, " if self.status else ""
        return f"{self.message} ({status}{self.code})"


class ConnectionFailed(ClientError):
    """There is no answer, or not all of one."""

    code = "connection_failed"


class TimedOut(ConnectionFailed):
    """The other side is too slow."""

    code = "timed_out"


class TlsFailed(ConnectionFailed):
    """The other side cannot prove who it is; trying again would not help."""

    code = "tls_failed"


class BadAnswer(ClientError):
    """The answer is not what the interface promises."""

    code = "bad_answer"


class Redirected(BadAnswer):
    """The answer is a redirect: the address of the service is another than was given."""

    code = "redirected"


class RequestRefused(ClientError):
    """The server does not do what it was asked for."""

    code = "request_refused"


class InvalidRequest(RequestRefused):
    """A parameter is not what the server takes."""

    code = "bad_request"


class Forbidden(RequestRefused):
    """A key or token is unknown, wrong or expired."""

    code = "forbidden"


class NotFound(RequestRefused):
    """There is no such file."""

    code = "not_found"


class Conflict(RequestRefused):
    """The request and what is under way exclude each other."""

    code = "conflict"


class TooLarge(RequestRefused):
    """The file has more bytes than the app takes; `limit` says how many it takes."""

    code = "too_large"


class UnsupportedType(RequestRefused):
    """The app takes no files of this type."""

    code = "unsupported_type"


class ContentRefused(RequestRefused):
    """What was uploaded may not be published; it has been deleted. `code` says why."""

    code = "content_refused"


class TooManyRequests(RequestRefused):
    """A rate limit or a daily budget is used up."""

    code = "too_many_requests"


class ServerError(ClientError):
    """The server failed, each time it was asked."""

    code = "server_error"


class StorageRefused(ClientError):
    """The bucket did not take the file; code and message are S3's."""

    code = "storage_refused"


class SourceChanged(ClientError):
    """The file became shorter while it was uploaded, or could no longer be read."""

    code = "source_changed"


class DeleteIncomplete(ClientError):
    """Some files could not be deleted.

    Attributes:
        deleted: how many were.
        failed: those that were not, as far as the server came.
    """

    code = "delete_incomplete"

    def __init__(
        self, message: str, *, deleted: int = 0, failed: Sequence["FailedDelete"] = ()
    ) -> None:
        super().__init__(message)
        self.deleted = deleted
        self.failed = tuple(failed)


BY_STATUS: dict[int, type[ClientError]] = {
    400: InvalidRequest,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: UnsupportedType,
    422: ContentRefused,
    429: TooManyRequests,
}
BY_HUNDRED: dict[int, type[ClientError]] = {3: Redirected, 4: RequestRefused, 5: ServerError}


def refusal(
    status: int, body: bytes, retry_after: float | None, erased: Callable[[str], str]
) -> ClientError:
    """The error for an answer whose status is not the one wanted.

    Args:
        body: `{error, message, limit?}` in JSON, or a short text.
        erased: takes secrets out of a text.
    """
    kind = BY_STATUS.get(status) or BY_HUNDRED.get(status // 100, BadAnswer)
    text = body[:MAX_READ].decode("utf-8", "replace").strip()
    fields = _object(text) or {"message": text if READABLE.fullmatch(text) else None}
    told = {name: erased(v) if isinstance(v, str) else v for name, v in fields.items()}
    message, code, limit = told.get("message"), told.get("error"), told.get("limit")
    return kind(
        message[:MAX_MESSAGE] if message and isinstance(message, str) else "it does not say why",
        status=status,
        code=code if isinstance(code, str) and CODE.fullmatch(code) else None,
        limit=limit if isinstance(limit, int | str) and not isinstance(limit, bool) else None,
        retry_after=retry_after,
    )


def storage_refusal(status: int, body: bytes, retry_after: float | None) -> StorageRefused:
    """The error for S3's answer to a PUT: XML with Code and Message, and with more than is told."""
    text = body[:MAX_READ].decode("utf-8", "replace")
    code = re.search(r"<Code>([A-Za-z0-9]{1,100})</Code>", text)
    message = re.search(r"<Message>([^<]{1,500})</Message>", text)
    return StorageRefused(
        message[1] if message else "the bucket did not take the file",
        status=status,
        code=code[1] if code else None,
        retry_after=retry_after,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
