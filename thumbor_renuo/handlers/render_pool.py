"""The threads that renders run in: what has begun in one is waited for, even when given up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class RenderPool:
    """A fixed number of threads, started when they are first needed: after a fork.

    Args:
        threads: how many renders run at once.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="render")

    async def run(self, work: Callable[[], T]) -> T:
        """Run it in a thread.

        Nothing can stop a thread: if the caller is cancelled, it gets to know when the work has
        ended, so that it keeps for so long what bounds such work.

        Raises:
            Exception: what the work raises.
        """
        loop = asyncio.get_running_loop()
        job = self._threads.submit(copy_context().run, work)
        ended = _end_of(job, loop)
        try:
            await ended
        except asyncio.CancelledError:
            if not job.cancel():
                await _outlast(job, loop)
            raise
        return job.result()

    def close(self) -> None:
        """Let the threads end when they have nothing to do any more."""
        self._threads.shutdown(wait=False)


class InlinePool:
    """Stands in Thumbor's place for its pool, where the work is in a thread already."""

    async def queue(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Run it at once."""
        return operation(*arguments)

    def cleanup(self) -> None:
        """Nothing is left."""


def _end_of(job: Future[Any], loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
    ended: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell_loop(_job: Future[Any]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell)

    job.add_done_callback(tell_loop)
    return ended


async def _outlast(job: Future[Any], loop: asyncio.AbstractEventLoop) -> None:
    while not job.done():
        with suppress(asyncio.CancelledError):  # raised again when it has ended
            await _end_of(job, loop)
