"""One HTTP request and its answer: time-outs, bounded answers, and trying again where it helps."""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as UrllibTimeout
from urllib3.util import Retry

from thumbor_renuo import __version__
from thumbor_renuo.client.errors import (
    BadAnswer,
    ClientError,
    ConnectionFailed,
    TimedOut,
    TlsFailed,
)
from thumbor_renuo.client.private_key import PrivateKey

# A page of 1,000 files with names of 1,024 bytes, each letter escaped, is half of it.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
READ_BYTES = 64 * 1024
MAX_PAUSE_SECONDS = 60
FIRST_PAUSE_SECONDS = 0.5
MAX_RETRY_AFTER_CHARACTERS = 64
PASSING = frozenset({429, 500, 502, 503, 504})
CONNECTIONS = 10


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        body: makes the body anew for each try.
        private_key: for an Authorization header.
        passing: statuses after which it is worth trying again.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Callable[[], Iterable[bytes]] | None = None
    private_key: PrivateKey | None = None
    passing: frozenset[int] = PASSING


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            BadAnswer: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise BadAnswer("the answer is no JSON", status=self.status)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait (RFC 9110, 10.2.3); None where it does not."""
        text = self.headers.get("Retry-After", "")
        if not 0 < len(text) <= MAX_RETRY_AFTER_CHARACTERS:
            return None
        try:
            return Retry().parse_retry_after(text)
        except (InvalidHeader, ValueError, OverflowError):
            return None


class Transport:
    """Sends requests; may be shared among threads.

    Args:
        timeout: seconds to connect, for each piece that is sent, to the answer's beginning, and
            from there to its end.
        retries: how often to try again.
        http: urllib3's pool, for a proxy or a certificate authority of one's own.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        *,
        timeout: float = 30,
        retries: int = 2,
        http: PoolManager | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if not timeout > 0 or retries < 0:
            raise ValueError("timeout takes seconds above 0, retries a number from 0 on")
        self._timeout = timeout
        self._retries = retries
        self._http = http or PoolManager(maxsize=CONNECTIONS)
        self._sleep = sleep

    def send(self, request: Request) -> Answer:
        """Send a request that may be sent twice without harm.

        Returns:
            the last try's answer.

        Raises:
            ConnectionFailed, BadAnswer: there is none, or it is too large.
        """
        outcome = self._attempt(request)
        for attempt in range(self._retries):
            pause = self._pause(request, outcome, attempt)
            if pause is None:
                break
            self._sleep(pause)
            outcome = self._attempt(request)
        if isinstance(outcome, ClientError):
            # Here, where no frame and no context of urllib3's with its headers is left.
            raise outcome
        return outcome

    def close(self) -> None:
        """Close all idle connections."""
        self._http.clear()

    def _attempt(self, request: Request) -> Answer | ClientError:
        headers = {"User-Agent": f"thumbor_renuo/{__version__}", **request.headers}
        if request.private_key:
            headers["Authorization"] = request.private_key.authorization
        try:
            response = self._http.urlopen(
                request.method,
                request.url,
                body=request.body() if request.body else None,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=Timeout(connect=self._timeout, read=self._timeout),
            )
            return self._read(response)
        except HTTPError as error:
            return _failure(error, urlsplit(request.url).netloc)

    def _read(self, response: BaseHTTPResponse) -> Answer | ClientError:
        """Read the body piece by piece, so that its length and its duration stay bounded."""
        deadline = time.monotonic() + self._timeout
        body = bytearray()
        try:
            while piece := response.read1(READ_BYTES, decode_content=False):
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    return BadAnswer(
                        f"the answer is over the limit of {MAX_ANSWER_BYTES} bytes",
                        status=response.status,
                        limit=MAX_ANSWER_BYTES,
                    )
                if time.monotonic() > deadline:
                    return TimedOut(f"the answer takes longer than {self._timeout:g} seconds")
        finally:
            # An answer read to its end has given its connection back before.
            response.close()
        return Answer(response.status, response.headers, bytes(body))

    def _pause(self, request: Request, outcome: Answer | ClientError, attempt: int) -> float | None:
        """Seconds to wait before the next try; None where there is no use in one."""
        backoff = FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311
        if isinstance(outcome, ClientError):
            passes = isinstance(outcome, ConnectionFailed) and not isinstance(outcome, TlsFailed)
            return min(backoff, MAX_PAUSE_SECONDS) if passes else None
        if outcome.status not in request.passing:
            return None
        asked = outcome.retry_after
        if asked is None:
            return min(backoff, MAX_PAUSE_SECONDS)
        return asked if asked <= MAX_PAUSE_SECONDS else None


def _failure(error: HTTPError, host: str) -> ConnectionFailed:
    """Our error for urllib3's, whose own words hold the URL and with it a signature."""
    causes = [error, error.__cause__, *error.args]
    # In urllib3's tree, a refused connection is a time-out as well.
    is_late = isinstance(error, UrllibTimeout) and not isinstance(error, NewConnectionError)
    if is_late or any(isinstance(cause, TimeoutError) for cause in causes):
        return TimedOut(f"{host} does not answer in time")
    reason = next((str(c.strerror or c) for c in causes if isinstance(c, OSError)), "cut short")
    if isinstance(error, SSLError):
        return TlsFailed(f"{host} cannot be trusted: {reason}")
    return ConnectionFailed(f"the connection to {host} failed: {reason}")
