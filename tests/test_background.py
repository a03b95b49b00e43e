"""thumbor_renuo.background: tasks beside the requests, and SIGHUP."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

import pytest

from thumbor_renuo.background import Background


class Sleeper:
    """A task that runs until it is cancelled, and counts."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def __call__(self) -> None:
        """Wait for ever, and take a moment to leave."""
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.ended += 1

    @property
    def counts(self) -> tuple[int, int]:
        """How often it has begun and ended."""
        return self.begun, self.ended


def nothing() -> None:
    """Do nothing on SIGHUP."""


async def until(holds: Callable[[], object]) -> None:
    """Wait for a state."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - a signal sets no event
            await asyncio.sleep(0.005)


async def test_tasks_start_once_in_a_loop() -> None:
    """Each request asks for it, and only the first has an effect."""
    tasks = [Sleeper(), Sleeper()]
    background = Background(tasks, nothing)
    for _ in range(3):
        background.start()
        await until(lambda: all(task.begun for task in tasks))
    assert [task.counts for task in tasks] == [(1, 0), (1, 0)]
    await background.stop()
    assert [task.counts for task in tasks] == [(1, 1), (1, 1)], "stop() waits for their end"


async def test_what_is_stopped_may_start_again() -> None:
    """And a stop with nothing to stop does nothing."""
    task = Sleeper()
    background = Background([task], nothing)
    await background.stop()
    background.start()
    await until(lambda: task.begun == 1)
    await background.stop()
    await background.stop()
    background.start()
    await until(lambda: task.begun == 2)
    await background.stop()
    assert task.counts == (2, 2)


def test_each_loop_has_its_own_tasks() -> None:
    """A second event loop starts them anew, whatever became of the first one's."""
    task = Sleeper()
    background = Background([task], nothing)

    async def serve() -> None:
        background.start()
        background.start()
        await asyncio.sleep(0)

    asyncio.run(serve())
    asyncio.run(serve())
    assert task.counts == (2, 2), "the end of a loop cancels what runs in it"


async def test_what_has_changed_before_the_start_is_seen_to_first() -> None:
    """`thumbor -c` starts with the first request, which must not see what was true at boot."""
    seen: list[str] = []

    async def task() -> None:
        seen.append("task")

    background = Background([task], nothing, on_start=lambda: seen.append("on_start"))
    assert seen == []
    background.start()
    assert seen == ["on_start"], "before the request goes on"
    background.start()
    await until(lambda: "task" in seen)
    assert seen == ["on_start", "task"]
    await background.stop()


async def test_a_task_that_breaks_down_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback; the others go on, and stop() does not raise."""

    async def broken() -> None:
        raise LookupError("what went wrong")

    other = Sleeper()
    background = Background([broken, other], nothing)
    background.start()
    await until(lambda: caplog.records)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "a background task ended")
    assert "what went wrong" in caplog.text
    assert other.counts == (1, 0)
    await background.stop()
    assert other.counts == (1, 1)


async def test_a_cancelled_task_is_no_breakdown(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is logged at the end."""
    task = Sleeper()
    background = Background([task], nothing)
    background.start()
    await until(lambda: task.begun)
    await background.stop()
    assert caplog.records == []


async def test_sighup_is_answered_beside_the_loop() -> None:
    """Each time, in a thread; the process goes on."""
    threads: list[threading.Thread] = []
    background = Background([], lambda: threads.append(threading.current_thread()))
    background.start()
    for number in (1, 2, 3):
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: len(threads) == number)  # noqa: B023 - called before it changes
    assert threading.main_thread() not in threads
    await background.stop()


async def test_a_hangup_that_fails_is_not_the_last() -> None:
    """The next SIGHUP is answered as the first."""
    called: list[int] = []

    def fail() -> None:
        called.append(1)
        raise LookupError("what went wrong")

    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    background = Background([], fail)
    background.start()
    for number in (1, 2):
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: len(called) == number)  # noqa: B023 - called before it changes
    await until(lambda: len(told) == 2)
    assert {str(context["exception"]) for context in told} == {"what went wrong"}
    await background.stop()


def test_beside_the_main_thread_there_are_no_signals() -> None:
    """Tasks run there all the same: only the main thread may take signals."""
    task = Sleeper()
    background = Background([task], nothing)

    async def serve() -> None:
        background.start()
        await until(lambda: task.begun)
        await background.stop()

    before = signal.getsignal(signal.SIGHUP)
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    thread.join(10)
    assert task.counts == (1, 1)
    assert signal.getsignal(signal.SIGHUP) == before
