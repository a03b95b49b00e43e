"""Decodes still WebP, made smaller by the decoder itself where it is to be small."""

from typing import TYPE_CHECKING, Any

from thumbor_renuo.imaging.decoders.still import of_level, opened, stretched
from thumbor_renuo.imaging.formats import WEBP
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The picture.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        RenderTimeout: there was no time left.
    """

    def level(shrink: int) -> Any:
        image = opened(WEBP, source, scale=1 / shrink)
        # libwebp fits the whole picture into sides that are rounded, and cuts or pads nothing.
        header, width, height = source.header, image.width * shrink, image.height * shrink
        return stretched(image, header.stored_width / width, header.stored_height / height)

    return [of_level(WEBP, source, geometry, level)]
