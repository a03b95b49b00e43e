"""Decodes AVIF in a process of its own: with dav1d, or with libvips where that does not."""

from functools import partial
from typing import TYPE_CHECKING, Any

from thumbor_renuo.errors import UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging.decoders import still
from thumbor_renuo.imaging.formats import AVIF
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.isolated import avif, child, processes
from thumbor_renuo.imaging.isolated.protocol import NoDecoderError
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

CPU_SECONDS = 10
HAS_DAV1D = avif.is_possible()


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The first picture.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        UnsupportedImage: there is no decoder for it.
        TooLarge: to decode it takes more time or memory than it may.
        RenderTimeout: there was no time left.
    """
    if not source.options.truncated:
        AVIF.check_end(source.data)
    return [still.of_level(AVIF, source, geometry, partial(_level, source))]


def _level(source: "Source", shrink: int) -> Any:
    header, is_tolerant = source.header, source.options.truncated
    numbers = header.stored_width, header.stored_height, shrink, int(is_tolerant)
    decode = partial(processes.decode, "AVIF", data=source.data, seconds=CPU_SECONDS)
    decoded = None
    if HAS_DAV1D and not is_tolerant:
        decoded = decode(child.AVIF, numbers)
    if decoded is None:
        # What dav1d does not read, such as pictures with a clean aperture, libheif may.
        try:
            decoded = decode(child.LIBVIPS_HEIF, numbers)
        except NoDecoderError:
            raise UnsupportedImage("this AVIF is not read here") from None
    if decoded is None:
        raise UnreadableImage("the AVIF is damaged or cut short")
    return decoded.image
