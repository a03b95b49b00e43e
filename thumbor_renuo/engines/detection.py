"""Thumbor's own detectors, on a smaller copy of the picture and in any thread."""

import math
from functools import partial
from threading import Lock
from typing import Any

from thumbor.detectors import BaseDetector

from thumbor_renuo.engines.vips import Engine

PIXELS = 500_000  # they look for what is a fifteenth of the picture and more: in 40 pixels
# Thumbor has one classifier for all threads; two at a time would write into each other's memory.
_one_picture = Lock()


def on_smaller(detectors: Any) -> Any:
    """The same detectors; where all are Thumbor's, on at most PIXELS of the picture."""
    return [partial(SmallerPicture, detectors)] if all(map(_is_stock, detectors)) else detectors


def _is_stock(detector: Any) -> bool:
    return (
        isinstance(detector, type)
        and issubclass(detector, BaseDetector)
        and detector.__module__.startswith("thumbor.detectors.")
    )


class SmallerPicture(BaseDetector):
    """Stands in the place of Thumbor's first detector.

    Args:
        real: all of Thumbor's, of which each calls the next.
        context: Thumbor's, with our engine.
    """

    def __init__(self, real: Any, context: Any, index: int, detectors: Any) -> None:
        super().__init__(context, index, detectors)
        self._real = real

    async def detect(self) -> Any:
        """What they return; the focal points they add are those of the whole picture.

        Raises:
            UnreadableImage: the picture is damaged.
        """
        context, found = self.context, self.context.request.focal_points
        whole: Engine = context.modules.engine
        smaller, before = _smaller(whole), len(found)
        with _one_picture:
            context.modules.engine = smaller
            try:
                result = await self._real[0](context, 0, self._real).detect()
            finally:
                context.modules.engine = whole
        across, down = (a / b for a, b in zip(whole.size, smaller.size, strict=True))
        for point in found[before:]:
            point.x, point.width = round(point.x * across), round(point.width * across)
            point.y, point.height = round(point.y * down), round(point.height * down)
        return result


def _smaller(whole: Engine) -> Engine:
    width, height = whole.size
    scale = min(1.0, math.sqrt(PIXELS / (width * height)))
    smaller = whole.copy_of_first(max(1, int(width * scale)), max(1, int(height * scale)))
    smaller.convert_to_grayscale()  # decodes it, before others have to wait
    return smaller
