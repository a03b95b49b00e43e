"""thumbor_renuo.handlers.detector_notes: what detectors have found, before and after a render."""

import asyncio
import threading
from typing import Any

from thumbor.detectors import BaseDetector

from tests.handlers.foreign_parts import Detector
from thumbor_renuo.handlers.detector_notes import DetectorNotes, for_threads
from thumbor_renuo.handlers.driving import drive


class Storage:
    """One that must be waited for."""

    def __init__(self, **found: Any) -> None:
        self.found = found

    async def get_detector_data(self, url: str) -> Any:
        await asyncio.sleep(0)
        return self.found.get(url)

    async def put_detector_data(self, url: str, data: Any) -> None:
        await asyncio.sleep(0)
        self.found[url] = data


async def test_what_is_known_is_told_without_a_wait() -> None:
    """In a thread; and nothing is stored that was not found anew."""
    storage = Storage(a=[1])
    notes = DetectorNotes(None, storage)
    await notes.read("a")
    assert await asyncio.to_thread(lambda: drive(notes.get_detector_data("a"))) == [1]
    await notes.write()
    assert storage.found == {"a": [1]}


async def test_what_is_found_is_stored_afterwards() -> None:
    """Not before `write`."""
    storage = Storage()
    notes = DetectorNotes(None, storage)
    await notes.read("a")
    drive(notes.put_detector_data("a", [2]))
    assert storage.found == {}
    await notes.write()
    assert storage.found == {"a": [2]}


async def test_it_keeps_no_images() -> None:
    """Whatever a filter asks for has to come from the loader."""
    notes = DetectorNotes(None, Storage(a=[1]))
    await notes.put("a", b"image")
    assert await notes.get("a") is None


async def test_detectors_that_may_wait_are_called_on_the_loop() -> None:
    """By a thread, which gets what the first of them returns; Thumbor's own stay as they are."""
    loop, found = asyncio.get_running_loop(), list[Any]()

    class Foreign(BaseDetector):
        async def detect(self) -> Any:
            await asyncio.sleep(0)
            return (self.context, self.detectors, threading.get_ident())

    given = [Foreign, Detector]

    def ask() -> None:
        detectors = for_threads(given, loop)
        found.extend(drive(detectors[0]("context", index=0, detectors=detectors).detect()))

    await asyncio.to_thread(ask)
    assert found == ["context", given, threading.get_ident()]

    class Stock(BaseDetector):
        __module__ = "thumbor.detectors.face_detector"

    assert for_threads([Stock], loop) == [Stock]
