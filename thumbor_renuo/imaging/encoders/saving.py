"""Pixels handed to Pillow's and libvips' savers, with their errors in our words."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyvips
from PIL import Image

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.isolated import child, processes
from thumbor_renuo.imaging.isolated.encode import FAILED, Work, made, told
from thumbor_renuo.imaging.isolated.protocol import ENCODE, head
from thumbor_renuo.imaging.raster import MODES, Raster

QUICK_SECONDS = 0.5
"""By so much, as it is estimated, an encoder may pass the time of a thread."""


def pillow_image(raster: Raster) -> Image.Image:
    """A Pillow image of the same mode, which may share memory with the raster."""
    return Image.frombuffer(raster.mode, raster.size, raster.pixels, "raw", raster.mode, 0, 1)


def by_pillow(
    raster: Raster, name: str, *, slowest: float, further: Sequence[Raster] = (), **options: Any
) -> bytes:
    """Save with Pillow, or with pillow-heif.

    Where there is a limit of time, what may take long is encoded in a process of its own, which is
    killed when the time is over.

    Args:
        name: `HEIC`, or the format as Pillow has it, `JPEG`.
        slowest: the seconds that a megapixel takes at most, of noise.
        further: frames of an animation after the first one, of the same size and mode.
        options: of `Image.save`, or of pillow-heif's.

    Raises:
        InvalidOptions: the encoder cannot do it.
        RenderTimeout: the time of this thread is over.
        Unavailable: somebody else has stopped the process.
    """
    time_limit.check()
    frames = [frame.pixels for frame in (raster, *further)]
    work = Work(name, raster.mode, raster.size, options)
    if _is_quick(raster.width * raster.height * len(frames), slowest):
        with translated(name):
            return made(work, frames)
    return _made_elsewhere(name, work, frames)


def _is_quick(pixels: int, slowest: float) -> bool:
    return time_limit.remaining() is None or pixels / 1e6 * slowest <= QUICK_SECONDS


def _made_elsewhere(name: str, work: Work, frames: Sequence[Any]) -> bytes:
    begin, left = told(work), time_limit.remaining() or 0
    count = len(begin) + sum(memoryview(pixels).nbytes for pixels in frames)
    # Encoders with threads of their own take more than one second of the processor in one.
    seconds = math.ceil(left) * (os.cpu_count() or 1)
    asked = head(child.ENCODED, seconds, (len(begin),), count)
    try:
        answer = processes.ask(ENCODE, [asked, begin, *frames])
    except EOFError:
        time_limit.check()
        raise refused(name) from None
    if not answer.width:
        raise refused(name)
    return answer.pixels


def by_libvips(image: Any, name: str, *, slowest: float = 0, **options: Any) -> bytes:
    """Save with libvips, all metadata left out; it stops when the time of this thread is over.

    Args:
        name: the saver's beginning, `png`.
        slowest: of a saver that does not stop within a picture, and is one of LIBVIPS: as
            by_pillow.
        options: of libvips' saver.

    Raises:
        InvalidOptions, RenderTimeout: as by_pillow.
    """
    time_limit.check()
    if slowest and not _is_quick(image.width * image.height, slowest):
        pixels, sides = time_limit.pixels(image), (image.width, image.height)
        work = Work(f"{name}save_buffer", MODES[image.bands], sides, {"keep": "none", **options})
        return _made_elsewhere(name, work, [pixels])
    with translated(name):
        save = getattr(time_limit.stoppable(image), f"{name}save_buffer")
        return bytes(save(keep="none", **options))


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise InvalidOptions, or RenderTimeout, where an encoder fails."""
    try:
        yield
    except pyvips.Error:
        time_limit.check()  # what was stopped has failed, too
        raise refused(name) from None
    except FAILED:
        raise refused(name) from None


def refused(name: str) -> InvalidOptions:
    """What a client is told where an encoder fails."""
    return InvalidOptions(f"format: no {name.upper()} can be made of this image with these options")
