"""Draws SVG in just the size that is asked for."""

from typing import TYPE_CHECKING

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.decoders.finish import finished
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.isolated import child, processes
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

CPU_SECONDS = 3


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The drawing, of which `read_header` has found that it is safe.

    Raises:
        UnreadableImage: it cannot be drawn.
        TooLarge: to draw it takes more time or memory than it may.
        RenderTimeout: there was no time left.
    """
    numbers = (geometry.width, geometry.height, *geometry.box, *geometry.stored_size)
    drawn = processes.decode("SVG", child.SVG, numbers, source.data, seconds=CPU_SECONDS)
    if drawn is None:
        raise UnreadableImage("the SVG is damaged, or cannot be drawn")
    rest = (
        Geometry.whole(drawn.width, drawn.height)
        .resize(*geometry.stored_size)
        .turned(geometry.turn)
    )
    return [finished(drawn.image, rest)]
