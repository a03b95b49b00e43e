"""A filter and a detector such as somebody else might write: they wait for the loop."""

import asyncio
import threading
from typing import Any

from thumbor.detectors import BaseDetector
from thumbor.filters import BaseFilter, filter_method
from thumbor.point import FocalPoint

THREADS: list[int] = []


class Filter(BaseFilter):
    """`patient()` waits, and notes in which thread it is."""

    @filter_method()
    async def patient(self) -> None:
        """Wait a little."""
        await asyncio.sleep(0)
        THREADS.append(threading.get_ident())


class Detector(BaseDetector):
    """Finds what matters at the right edge, after a while."""

    async def detect(self) -> Any:
        """Wait, and tell."""
        await asyncio.sleep(0)
        THREADS.append(threading.get_ident())
        self.context.request.focal_points.append(FocalPoint(1000, 10, weight=1))
