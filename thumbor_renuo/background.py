"""What runs beside the requests, once for each event loop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

logger = logging.getLogger(__name__)

Task = Callable[[], Coroutine[Any, Any, None]]


class Background:
    """Starts tasks with the first request of a loop; `thumbor -c` tells nobody when it begins.

    Args:
        tasks: run until they are cancelled.
        on_hangup: called in a thread on SIGHUP.
        on_start: called before the tasks begin; the request that starts them waits for it.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        on_hangup: Callable[[], Any],
        on_start: Callable[[], Any] = lambda: None,
    ) -> None:
        self._tasks, self._on_hangup, self._on_start = tasks, on_hangup, on_start
        self._running: WeakKeyDictionary[asyncio.AbstractEventLoop, list[asyncio.Task[None]]] = (
            WeakKeyDictionary()
        )

    def start(self) -> None:
        """Start what does not run in this loop yet."""
        loop = asyncio.get_running_loop()
        if loop not in self._running:
            self._on_start()
            with suppress(ValueError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(signal.SIGHUP, self._hang_up)
            self._running[loop] = [loop.create_task(_guarded(task)) for task in self._tasks]

    def _hang_up(self) -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, self._on_hangup)

    async def stop(self) -> None:
        """Cancel the tasks of this loop and wait for them."""
        running = self._running.pop(asyncio.get_running_loop(), [])
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _guarded(task: Task) -> None:
    try:
        await task()
    except Exception:
        logger.exception("a background task ended")
        raise
