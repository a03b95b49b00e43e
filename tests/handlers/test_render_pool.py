"""thumbor_renuo.handlers.render_pool: threads that are waited for."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from thumbor_renuo.handlers.render_pool import InlinePool, RenderPool

WORD: ContextVar[str] = ContextVar("word", default="")


async def test_what_the_work_returns_and_raises() -> None:
    """It runs in another thread, with the caller's context variables."""
    pool = RenderPool(1)
    WORD.set("mine")
    assert await pool.run(lambda: (WORD.get(), threading.get_ident())) != (
        "mine",
        threading.get_ident(),
    )
    assert await pool.run(WORD.get) == "mine"
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 // 0)
    pool.close()


async def test_work_that_has_begun_is_outlasted() -> None:
    """However often the caller is cancelled, it goes as such when the thread has ended."""
    pool, begun, may_end = RenderPool(1), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)

    running = asyncio.create_task(pool.run(work))
    await asyncio.to_thread(begun.wait, 10)
    for _ in range(3):
        running.cancel()
        await asyncio.sleep(0)
        assert not running.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    pool.close()


async def test_work_that_has_not_begun_is_left_out() -> None:
    """The caller goes at once, and no thread ever does it."""
    pool, begun, may_end = RenderPool(1), threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> None:
        begun.set()
        may_end.wait(10)

    first = asyncio.create_task(pool.run(work))
    await asyncio.to_thread(begun.wait, 10)
    second = asyncio.create_task(pool.run(lambda: done.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    may_end.set()
    await first
    await pool.run(lambda: done.append("third"))
    assert done == ["third"]
    pool.close()


async def test_thumbors_own_pool_within_a_thread() -> None:
    """The work is done where it is asked for."""
    assert await InlinePool().queue(threading.get_ident) == threading.get_ident()
    assert await InlinePool().queue(divmod, 7, 2) == (3, 1)
