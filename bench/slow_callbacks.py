"""What asyncio's debug mode tells of callbacks that keep the event loop busy."""

import logging
import re
from collections import Counter

TOOK = re.compile(r"took ([0-9.]+) seconds")
# Where the callback stopped after its work.
STOPPED = re.compile(r"coro=<(\S+)\(\).*? at \S*?((?:site-packages|thumbor_renuo)/\S+?:\d+)>")


class SlowCallbacks(logging.Handler):
    """Collects them from asyncio's log, as its handler or line by line.

    Attributes:
        milliseconds: of each.
        stops: how often which coroutine was it, and where it stopped.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def emit(self, record: logging.LogRecord) -> None:
        """Take what asyncio logs."""
        self.take(record.getMessage())

    def take(self, line: str) -> None:
        """Take one of asyncio's lines, if it is one."""
        if found := TOOK.search(line):
            self.milliseconds.append(float(found[1]) * 1000)
            stopped = STOPPED.search(line)
            self.stops[f"{stopped[1]} up to {stopped[2]}" if stopped else "another"] += 1

    def clear(self) -> None:
        """Begin anew."""
        self.milliseconds: list[float] = []
        self.stops: Counter[str] = Counter()
