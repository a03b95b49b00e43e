"""Decodes HEIC in a process of its own: with pillow-heif (the extra `heic`), or with libvips."""

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from thumbor_renuo.errors import UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging.decoders import still
from thumbor_renuo.imaging.formats import HEIC
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.isolated import child, processes
from thumbor_renuo.imaging.isolated.protocol import NoDecoderError
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

LIBRARY = "pillow_heif"
CPU_SECONDS = 15


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The primary picture, turned as its container says.

    Raises:
        UnreadableImage: it is damaged.
        UnsupportedImage: there is no decoder for it.
        TooLarge: to decode it takes more time or memory than it may.
        RenderTimeout: there was no time left.
    """
    return [still.of_level(HEIC, source, geometry, partial(_level, source))]


def _level(source: "Source", shrink: int) -> Any:
    header, is_tolerant = source.header, source.options.truncated
    numbers = header.stored_width, header.stored_height, shrink, int(is_tolerant)
    job = child.HEIC if find_spec(LIBRARY) else child.LIBVIPS_HEIF
    try:
        decoded = processes.decode("HEIC", job, numbers, source.data, seconds=CPU_SECONDS)
    except NoDecoderError:
        raise UnsupportedImage(
            "HEIC is not read here: the server needs `pip install thumbor_renuo[heic]`"
        ) from None
    if decoded is None:
        raise UnreadableImage("the HEIC is damaged or cut short")
    return decoded.image
