"""Thumbor's coroutines run to their end in a thread; those that may wait run on the loop."""

import asyncio
from collections.abc import Coroutine
from typing import Any

# None of these waits for anything but what is there already.
OURS = ("thumbor_renuo.", "thumbor.filters.", "thumbor.detectors.")


def may_wait(kind: type) -> bool:
    """Whether a filter or detector may wait for the network: somebody else's."""
    return not f"{kind.__module__}.".startswith(OURS)


def drive(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that never waits.

    Raises:
        RuntimeError: it waits for something.
        Exception: what it raises.
    """
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    work.close()
    raise RuntimeError(f"{work!r} waits for something, and is in a thread")


def drive_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """The same for one that may wait: it runs on the loop, and this thread waits for it."""
    return asyncio.run_coroutine_threadsafe(work, loop).result()


def is_in_thread() -> bool:
    """Whether no loop runs here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False
