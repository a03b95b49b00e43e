"""Decodes pictures of all formats: one module for each way to do it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.decoders import animation, avif, bmp, heic, jpeg, still, svg, webp
from thumbor_renuo.imaging.formats import GIF, JXL, PNG, TIFF, WEBP
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

DECODERS: "dict[str, Callable[[Source, Geometry], list[Raster]]]" = {
    "jpeg": jpeg.decode,
    "png": partial(still.decode, PNG),
    "tiff": partial(still.decode, TIFF),
    "avif": avif.decode,
    "jxl": partial(still.decode, JXL),
    "gif": partial(animation.decode, GIF),
    "webp": webp.decode,
    "bmp": bmp.decode,
    "heic": heic.decode,
    "svg": svg.decode,
}


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """All frames of a source that are asked for, each cropped, resized and turned.

    Raises:
        UnreadableImage: the file is damaged, or cut short.
        UnsupportedImage: there is no decoder for it here.
        TooLarge: to decode it takes more memory than it may.
        RenderTimeout: there was no time left.
    """
    decoder = DECODERS.get(source.header.format)
    if decoder is None:
        raise UnreadableImage(f"{source.header.format} is not decoded")
    if source.header.format == WEBP.name and source.header.frames > 1:
        decoder = partial(animation.decode, WEBP)
    return decoder(source, geometry)
