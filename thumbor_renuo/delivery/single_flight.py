"""Equal work that is asked for at once is done once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from thumbor_renuo.errors import RenuoError, Unavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

Make = Callable[[Callable[[T], None]], Awaitable[None]]

CANCEL_SECONDS = 1.0


class SingleFlight(Generic[T]):
    """Runs one task for each name, whoever asks for it, and tells all of them the result.

    The task belongs to none of the callers: it goes on when the first of them leaves, and is
    cancelled when the last one leaves before there is a result.
    """

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many tasks have not ended."""
        return len(self._tasks)

    async def run(self, name: str, make: Make[T]) -> T:
        """The result of the task of this name; started here unless it runs already.

        Args:
            make: called with `publish`, which it calls once with the result. What it does
                afterwards keeps nobody waiting; until it ends, the result is given to those who
                ask for the name.

        Raises:
            Unavailable: the task was cancelled before it had a result.
            RuntimeError: it ended without a result.
            Exception: what `make` raised before it had a result. Those who waited get it; the
                next caller starts anew.
        """
        flight = self._flights.get(name)
        if flight is None or flight.task.done():
            flight = self._start(name, make)
        if flight.published is None:
            return await self._wait(name, flight)
        return flight.published[0]

    async def close(self, seconds: float) -> None:
        """Wait so long for what runs, then cancel it."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while self._tasks and (left := deadline - clock()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CANCEL_SECONDS)

    def _start(self, name: str, make: Make[T]) -> "_Flight[T]":
        flight: _Flight[T] = _Flight()  # not _Flight[T](): typing takes longer than the rest
        flight.task = asyncio.create_task(_fly(make, flight.publish))
        flight.task.add_done_callback(partial(self._land, name, flight))
        self._tasks.add(flight.task)
        self._flights[name] = flight
        return flight

    async def _wait(self, name: str, flight: "_Flight[T]") -> T:
        # A future of its own: cancelling one waiter cancels no other's.
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        flight.waiters.add(waiter)
        try:
            return await waiter
        finally:
            flight.waiters.discard(waiter)
            if not flight.waiters and flight.published is None:
                self._forget(name, flight)  # at once: nobody is to wait for what is being cancelled
                flight.task.cancel()

    def _forget(self, name: str, flight: "_Flight[T]") -> None:
        if self._flights.get(name) is flight:
            del self._flights[name]

    def _land(self, name: str, flight: "_Flight[T]", task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._forget(name, flight)
        error = _error_of(task)
        if error is None and flight.published is None:
            error = RuntimeError("the work ended without a result")
        waiters = [waiter for waiter in flight.waiters if not waiter.done()]
        for waiter in waiters:
            waiter.set_exception(error or RuntimeError("published, and yet somebody waits"))
        is_foreseen = task.cancelled() or isinstance(error, RenuoError)
        if error is not None and not waiters and not is_foreseen:
            logger.error("work failed that nobody waits for", exc_info=error)


@dataclass(eq=False)
class _Flight(Generic[T]):
    task: asyncio.Task[None] = field(init=False)
    waiters: set[asyncio.Future[T]] = field(default_factory=set)
    published: tuple[T] | None = None

    def publish(self, result: T) -> None:
        """Tell the result to all who wait and to all who come until the task ends."""
        if self.published is not None:
            raise RuntimeError("a result was published already")
        self.published = (result,)
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(result)


async def _fly(make: Make[T], publish: Callable[[T], None]) -> None:
    await make(publish)


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    if task.cancelled():
        return Unavailable("the work on this request was broken off, try again")
    return task.exception()
