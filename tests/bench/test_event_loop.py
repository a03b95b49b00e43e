"""What pings and asyncio's log tell of an event loop."""

import pytest

from bench.slow_callbacks import SlowCallbacks
from bench.workloads.event_loop import waits


def test_a_late_answer_stands_for_the_pings_that_it_kept_back() -> None:
    """Whoever would have pinged meanwhile would have waited, too."""
    assert waits(0.01) == [0.01]
    assert waits(0.12) == pytest.approx([0.12, 0.07, 0.02])


def test_slow_callbacks_are_read_from_the_log() -> None:
    """How long it was, and where the coroutine stopped after it; other lines are none."""
    slow = SlowCallbacks()
    slow.take("something else")
    slow.take(
        "Executing <Task pending name='Task-5' coro=<Image.get() running at "
        "/x/site-packages/tornado/web.py:12> cb=[f()]> took 0.125 seconds"
    )
    assert slow.milliseconds == [125.0]
    assert slow.stops == {"Image.get up to site-packages/tornado/web.py:12": 1}
