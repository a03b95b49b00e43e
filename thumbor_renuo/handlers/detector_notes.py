"""What detectors have found: read from Thumbor's storage before a render, and kept after it."""

from functools import partial
from typing import Any

from thumbor.storages.no_storage import Storage as NoStorage

from thumbor_renuo.handlers.driving import drive_on, may_wait


class DetectorNotes(NoStorage):
    """Stands in Thumbor's place for its storage within a render, which must not wait for one.

    It keeps no images: the bucket has them.
    """

    def __init__(self, context: Any, storage: Any) -> None:
        super().__init__(context)
        self._storage = storage
        self._found: Any = None
        self._new: tuple[str, Any] | None = None

    async def read(self, url: str) -> None:
        """Ask what is known of an image."""
        self._found = await self._storage.get_detector_data(url)

    async def get_detector_data(self, path: str) -> Any:  # noqa: ARG002
        """What `read` was told."""
        return self._found

    async def put_detector_data(self, path: str, data: Any) -> str:
        """Remember it for `write`."""
        self._new = (path, data)
        return path

    async def write(self) -> None:
        """Store what was found."""
        if self._new is not None:
            await self._storage.put_detector_data(*self._new)


class LoopDetector:
    """Thumbor's first detector where one of them may wait: all run on the loop."""

    def __init__(self, loop: Any, context: Any, index: int, detectors: Any) -> None:
        self._loop, self._arguments = loop, (context, index, detectors)

    async def detect(self) -> Any:
        """What the detectors return."""
        context, index, detectors = self._arguments
        return drive_on(self._loop, detectors[index](context, index, detectors).detect())


def for_threads(detectors: Any, loop: Any) -> Any:
    """The same detectors, for a thread to call."""
    if not any(may_wait(detector) for detector in detectors):
        return detectors
    return [partial(_first, loop, detectors)]


def _first(loop: Any, real: Any, context: Any, index: int, detectors: Any) -> LoopDetector:  # noqa: ARG001
    return LoopDetector(loop, context, index, real)
