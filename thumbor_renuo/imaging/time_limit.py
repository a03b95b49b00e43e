"""How long the work on one picture may take, for as long as a thread is at it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyvips

from thumbor_renuo.errors import RenderTimeout

# libvips tells of its progress after every few lines; to be told costs 0.1 ms a picture.
QUICK_PIXELS = 100_000
SAMPLE_BYTES = {"uchar": 1, "ushort": 2, "float": 4}
_current = threading.local()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit what this thread does within the block: libvips' work, and ours between its steps.

    Raises:
        RenderTimeout: at the first check after the limit.
    """
    outer = getattr(_current, "limit", None)
    _current.limit = (time.monotonic() + seconds, seconds)
    try:
        yield
    finally:
        _current.limit = outer


def check() -> None:
    """Go on only if there is time left.

    Raises:
        RenderTimeout: there is not.
    """
    limit = getattr(_current, "limit", None)
    if limit is not None and time.monotonic() > limit[0]:
        raise _timeout(limit[1])


def remaining() -> float | None:
    """How many seconds are left, none at least; None where there is no limit."""
    limit = getattr(_current, "limit", None)
    return None if limit is None else max(0.0, limit[0] - time.monotonic())


def evaluate(image: Any) -> Any:
    """Run a libvips pipeline; the result lies in memory.

    Raises:
        RenderTimeout: it was stopped, for the time is over.
        pyvips.Error: as libvips has it.
    """
    return _run(image, _in_memory)


def pixels(image: Any) -> Any:
    """Run a libvips pipeline; the result is a buffer of packed pixels, line by line from the top.

    Raises:
        RenderTimeout, pyvips.Error: as evaluate.
    """
    return _run(image, lambda watched: watched.write_to_memory())


def _run(image: Any, run: Callable[[Any], Any]) -> Any:
    check()
    try:
        return run(stoppable(image))
    except pyvips.Error:
        check()  # what was stopped has failed, too
        raise


def stoppable(image: Any) -> Any:
    """The same picture, of which libvips stops calculating when the time of this thread is over.

    Where there is no limit, or little to do, it is the picture itself.
    """
    limit = getattr(_current, "limit", None)
    if limit is None or image.width * image.height * image.bands < QUICK_PIXELS:
        return image
    deadline = limit[0]
    watched = image.copy()
    watched.set_progress(True)

    def stop_late(running: Any, _progress: Any) -> None:
        if time.monotonic() > deadline:
            running.set_kill(True)

    watched.signal_connect("eval", stop_late)
    return watched


def _in_memory(image: Any) -> Any:
    # Where the pixels lie in memory already, libvips makes no copy, and pyvips forgets that they
    # are another object's, which would be freed.
    done = image.copy_memory()
    kept = [data for data in image._references if _nbytes(data) == _size(done)]  # noqa: SLF001
    done._references += kept  # noqa: SLF001  (there is no other way to say so)
    return done


def _nbytes(data: Any) -> int:
    try:
        return memoryview(data).nbytes
    except TypeError:  # it is no pixels, but a source of them
        return 0


def _size(image: Any) -> int:
    return int(image.width * image.height * image.bands * SAMPLE_BYTES.get(image.format, 1))


def _timeout(seconds: float) -> RenderTimeout:
    return RenderTimeout(
        f"the image takes longer than {seconds:g} seconds to make", limit=f"{seconds:g}"
    )
