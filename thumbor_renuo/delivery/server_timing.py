"""The Server-Timing header: how long each step of an answer took (W3C Server Timing, 3)."""

import time
from collections.abc import Callable


class ServerTiming:
    """A stopwatch with laps.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._last = clock()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Count the time since the last lap for this step."""
        now = self._clock()
        self._laps[name] = self._laps.get(name, 0.0) + now - self._last
        self._last = now

    def __str__(self) -> str:
        return ", ".join(f"{name};dur={s * 1000:.1f}" for name, s in self._laps.items())
