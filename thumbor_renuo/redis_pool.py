"""Redis, asked only while it answers: bounded connections, short waits, errors of our own."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from thumbor_renuo.errors import ConfigurationError

if TYPE_CHECKING:
    from redis.asyncio import BlockingConnectionPool, Redis

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

ANSWER_SECONDS = 0.5  # for a whole question: waiting for a connection, opening it, and the answer
LATE_SECONDS = 0.1
REST_SECONDS = 5.0
CONNECTIONS = 20
WANTED = (
    "redis://[user:password@]host[:port][/database], rediss:// for TLS, or unix:///path/to/socket"
)


class RedisDown(Exception):
    """Redis did not answer, or is not asked for a few seconds because it did not."""


class RedisServer:
    """One Redis server: after a failure it is left alone for a while, then asked once.

    Args:
        url: as `check` accepts it.
        rest_seconds: how long it is left alone.
        clock: seconds that never go back.
    """

    _shared: ClassVar[dict[str, Self]] = {}

    def __init__(
        self,
        url: str,
        *,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._down_since: float | None = None
        self._asked_again_at = 0.0

    @classmethod
    def of(cls, url: str) -> Self:
        """The process' one server of this address: an outage is noticed and told of once."""
        return cls._shared.setdefault(url, cls(url))

    async def ask(self, question: "Callable[[Redis], Awaitable[Answer]]") -> Answer:
        """The answer to a question, within ANSWER_SECONDS.

        Nothing is tried twice: what was counted by a question whose answer is lost would be
        counted again.

        Args:
            question: a call of the client's; texts come back as str.

        Raises:
            RedisDown: there is no answer.
        """
        from redis.exceptions import RedisError  # noqa: PLC0415  (an optional package)

        was_down = self._down_since is not None
        if was_down:
            self._wait_for_turn()
        begin = time.monotonic()
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await question(connection(self._url))
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            # A time-out that comes late tells of an event loop that was blocked, not of Redis.
            if time.monotonic() - begin < ANSWER_SECONDS + LATE_SECONDS:
                self._note_failure(error)
            raise RedisDown from error
        if task and task.cancelling() > cancelled:
            # Before Python 3.12 asyncio.wait_for, which the client uses to send, forgets that it
            # was cancelled where its work is done in the same moment.
            raise asyncio.CancelledError
        if was_down:
            # What was asked before the failure and is answered after it proves nothing.
            self._note_recovery()
        return answer

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[str | int]) -> Any:
        """The answer of a Lua script: one round trip, once the server has seen the script.

        Raises:
            RedisDown: there is no answer.
        """
        from redis.exceptions import NoScriptError  # noqa: PLC0415

        async def question(redis: "Redis") -> Any:
            try:
                return await redis.evalsha(_digest(script), len(keys), *keys, *arguments)
            except NoScriptError:  # a new server, or one that was restarted
                return await redis.eval(script, len(keys), *keys, *arguments)

        return await self.ask(question)

    def _wait_for_turn(self) -> None:
        """Let one question through every few seconds."""
        now = self._clock()
        if now < self._asked_again_at:
            raise RedisDown
        self._asked_again_at = now + self._rest_seconds

    def _note_failure(self, error: Exception) -> None:
        now = self._clock()
        self._asked_again_at = now + self._rest_seconds
        if self._down_since is None:
            self._down_since = now
            reason = f"{type(error).__name__} {error}".strip()
            logger.warning("Redis does not answer, each process goes on alone: %s", reason)

    def _note_recovery(self) -> None:
        if self._down_since is not None:
            seconds = self._clock() - self._down_since
            self._down_since = None
            logger.warning("Redis answers again after %.0f s", seconds)


def connection(url: str) -> "Redis":
    """The running event loop's one client of this address; it connects when it is first asked."""
    from redis.asyncio import Redis  # noqa: PLC0415

    for loop in [loop for loop in _CLIENTS if loop.is_closed()]:
        del _CLIENTS[loop]
    clients = _CLIENTS.setdefault(asyncio.get_running_loop(), {})
    if url not in clients:
        clients[url] = Redis.from_pool(_pool(url))
    return clients[url]


async def close_connections() -> None:
    """Close the running loop's connections to Redis."""
    for client in _CLIENTS.pop(asyncio.get_running_loop(), {}).values():
        await client.aclose()


def check(url: str) -> None:
    """See that the address can be used, without connecting.

    Raises:
        ConfigurationError: the package `redis` is missing, or the address is none; what it says
            does not hold the password.
    """
    if find_spec("redis") is None:
        raise ConfigurationError(
            ["REDIS_URL: needs the package redis: pip install 'thumbor_renuo[redis]'"]
        )
    if not _is_address(url):
        raise ConfigurationError(
            [f"REDIS_URL: got a value of {len(url)} characters (not shown), wants {WANTED}"]
        )


_CLIENTS: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Redis]]" = WeakKeyDictionary()


@cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode()).hexdigest()  # noqa: S324  (Redis' name for it)


def _pool(url: str) -> "BlockingConnectionPool":
    from redis.asyncio import BlockingConnectionPool  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    return BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,  # every server knows it, and its handshake is the shortest
        decode_responses=True,
    )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # redis-py takes database 0 where it cannot read the path, and localhost without a host.
        if parts.scheme == "unix":
            if not parts.path or parts.hostname:
                return False
        elif not parts.hostname or not re.fullmatch(r"(/[0-9]{0,5})?", parts.path):
            return False
        # The query's words are checked where they are used, and kept ones may be of a wrong type.
        connection_of: Any = _pool(url).make_connection
        connection_of()
    except Exception:  # noqa: BLE001  (of the parser, of types, of TLS files: all mean the same)
        return False
    return True
