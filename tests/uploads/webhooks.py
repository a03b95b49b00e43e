"""What tests of webhooks share: stores, a clock that a test moves, a wait for a state."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.redis_server import RedisProcess
from thumbor_renuo.redis_pool import RedisServer, close_connections
from thumbor_renuo.uploads.webhook import Event
from thumbor_renuo.uploads.webhook_queue import WebhookQueue
from thumbor_renuo.uploads.webhook_redis import RedisStore


class Clock:
    """Seconds since 1970 that pass when a test says so."""

    def __init__(self) -> None:
        self.time = 1764072000.0
        self.pauses: list[float] = []
        self._woken: asyncio.Event | None = None

    def now(self) -> float:
        return self.time

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Stand in for a queue's wait."""
        self.pauses.append(seconds)
        self._woken = woken
        await woken.wait()

    def advance(self, seconds: float) -> None:
        """Let time pass, and what waits look at the clock."""
        self.time += seconds
        if self._woken:
            self._woken.set()


def events(app: str, number: int, first: int = 0) -> list[Event]:
    return [Event(f"{app}-{index:04}", app, "{}") for index in range(first, first + number)]


async def until(holds: Callable[[], Any]) -> None:
    """Wait for a state; asynchronous ones too."""
    async with asyncio.timeout(20):
        while True:
            value = holds()
            if await value if asyncio.iscoroutine(value) else value:
                return
            await asyncio.sleep(0.001)


@asynccontextmanager
async def running(queue: WebhookQueue) -> AsyncIterator[WebhookQueue]:
    """A queue at work, broken off afterwards."""
    work = asyncio.ensure_future(queue.run())
    try:
        yield queue
    finally:
        await queue.aclose(0)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


@asynccontextmanager
async def redis_store(redis: RedisProcess, **options: Any) -> AsyncIterator[RedisStore]:
    """A store in a Redis that is asked again at once after a failure."""
    try:
        yield RedisStore(RedisServer(redis.url, rest_seconds=0), **options)
    finally:
        await close_connections()
