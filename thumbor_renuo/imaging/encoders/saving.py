"""Pixels handed to Pillow's and libvips' savers, with their errors in our words."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyvips
from PIL import Image

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.raster import Raster


def pillow_image(raster: Raster) -> Image.Image:
    """A Pillow image of the same mode, which may share memory with the raster."""
    return Image.frombuffer(raster.mode, raster.size, raster.pixels, "raw", raster.mode, 0, 1)


def by_pillow(image: Image.Image, name: str, **options: Any) -> bytes:
    """Save with Pillow.

    Args:
        name: the format as Pillow has it, `JPEG`.
        options: of `Image.save`.

    Raises:
        InvalidOptions: the encoder cannot do it.
        RenderTimeout: the time of this thread is over.
    """
    time_limit.check()
    made = io.BytesIO()
    with translated(name):
        image.save(made, name, **options)
    return made.getvalue()


def by_libvips(image: Any, name: str, **options: Any) -> bytes:
    """Save with libvips, all metadata left out; it stops when the time of this thread is over.

    Args:
        name: the saver's beginning, `png`.
        options: of libvips' saver.

    Raises:
        InvalidOptions, RenderTimeout: as by_pillow.
    """
    time_limit.check()
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
    except (OSError, ValueError, TypeError, SyntaxError, RuntimeError, struct.error, MemoryError):
        raise refused(name) from None


def refused(name: str) -> InvalidOptions:
    """What a client is told where an encoder fails."""
    return InvalidOptions(f"format: no {name.upper()} can be made of this image with these options")
