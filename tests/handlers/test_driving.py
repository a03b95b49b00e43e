"""thumbor_renuo.handlers.driving: coroutines in a thread."""

import asyncio
import inspect
import threading
from collections.abc import Generator

import pytest
from thumbor.detectors import BaseDetector
from thumbor.filters.blur import Filter as Blur

from thumbor_renuo.filters.noise import Filter as Noise
from thumbor_renuo.handlers.driving import drive, drive_on, is_in_thread, may_wait


async def at_once(value: int) -> int:
    """Waits for nothing that is not there."""

    async def inner() -> int:
        return value // (value - 1)

    return await inner()


async def patient() -> int:
    """Waits for the loop, and says which thread it runs in."""
    await asyncio.sleep(0)
    return threading.get_ident()


def test_one_that_never_waits_is_run_to_its_end() -> None:
    """What it returns and raises is the caller's."""
    assert drive(at_once(2)) == 2
    with pytest.raises(ZeroDivisionError):
        drive(at_once(1))


def test_one_that_waits_is_a_fault() -> None:
    """It is ended, and not forgotten half done."""

    class Later:
        def __await__(self) -> Generator[None, None, None]:
            yield

    async def waits() -> None:
        await Later()

    work = waits()
    with pytest.raises(RuntimeError, match="waits"):
        drive(work)
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


async def test_one_that_may_wait_runs_on_the_loop() -> None:
    """The thread waits for it, and gets what it returns."""
    loop = asyncio.get_running_loop()
    assert await asyncio.to_thread(lambda: drive_on(loop, patient())) == threading.get_ident()


async def test_where_one_is() -> None:
    """A thread has no loop."""
    assert not is_in_thread()
    assert await asyncio.to_thread(is_in_thread)


def test_who_may_wait() -> None:
    """Thumbor's filters and detectors do not, nor do ours; somebody else's may."""

    class Foreign:
        __module__ = "thumbor_renuo_of_somebody.filters"

    kinds = (Blur, Noise, BaseDetector, Foreign)
    assert [may_wait(kind) for kind in kinds] == [False, False, False, True]
