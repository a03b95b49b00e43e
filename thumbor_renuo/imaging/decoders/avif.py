"""Decodes AVIF: with dav1d in a process of its own, or with libvips where there is none."""

from functools import partial
from typing import TYPE_CHECKING, Any

import pyvips

from thumbor_renuo.imaging.decoders import still
from thumbor_renuo.imaging.decoders.finish import PROFILE, normal
from thumbor_renuo.imaging.formats import AVIF
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.isolated import avif, child, processes
from thumbor_renuo.imaging.raster import SRGB, Raster
from thumbor_renuo.imaging.shrink import shrunk_by

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

CPU_SECONDS = 10
HAS_DAV1D = avif.is_possible()


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The first picture.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        TooLarge: to decode it takes more time or memory than it may.
        RenderTimeout: there was no time left.
    """
    if not HAS_DAV1D or source.options.truncated:
        return still.decode(AVIF, source, geometry)
    AVIF.check_end(source.data)
    return [still.of_level(AVIF, source, geometry, partial(_level, source))]


def _level(source: "Source", shrink: int) -> Any:
    header = source.header
    numbers = header.stored_width, header.stored_height, shrink
    decoded = processes.decode("AVIF", child.AVIF, numbers, source.data, seconds=CPU_SECONDS)
    if decoded is None:
        # What dav1d does not read, such as pictures with a clean aperture, libheif may.
        image = still.of_stored_size(AVIF, source, still.opened(AVIF, source))
        return shrunk_by(normal(image), shrink)
    image = decoded.image.copy(interpretation=SRGB)
    if decoded.profile:
        image.set_type(pyvips.GValue.blob_type, PROFILE, decoded.profile)
    return image
