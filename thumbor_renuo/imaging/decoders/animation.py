"""Decodes the frames of GIF and WebP animations, each made small before the next is decoded."""

from typing import TYPE_CHECKING, Any

import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips, time_limit
from thumbor_renuo.imaging.decode import field
from thumbor_renuo.imaging.decoders.finish import finished
from thumbor_renuo.imaging.decoders.still import opened
from thumbor_renuo.imaging.formats import GIF, Format
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.headers.gif import with_canvas
from thumbor_renuo.imaging.raster import Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

ALL = -1


def decode(kind: Format, source: "Source", geometry: Geometry) -> list[Raster]:
    """As many frames as the source says it has; each is what is seen then, not what changed.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        RenderTimeout: there was no time left.
    """
    data, first = with_canvas(source.data) if kind is GIF else (source.data, 0)
    count = 1 if source.frames == 1 else ALL
    image = opened(kind, source, data=data, page=first, n=count)
    rasters: list[Raster] = []
    with libvips.translated(kind.name.upper()):
        try:
            for frame in _frames(image, source):
                time_limit.check()
                rasters.append(finished(frame, geometry, wide_gamut=source.options.wide_gamut))
        except pyvips.Error:
            if not rasters or not source.options.truncated:
                raise
    if not rasters or (len(rasters) < source.frames and not source.options.truncated):
        raise UnreadableImage(f"the {kind.name.upper()} is damaged or cut short")
    return rasters + rasters[-1:] * (source.frames - len(rasters))


def _frames(image: Any, source: "Source") -> "list[Any]":
    # libvips shows them as one strip, which is read from the top.
    each, width, height = (
        field(image, "page-height", image.height),
        source.header.stored_width,
        source.header.stored_height,
    )
    if image.width < width or each < height:
        raise UnreadableImage("the animation is damaged: it tells two sizes")
    tops = range(0, min(source.frames * each, image.height), each)
    return [image.crop(0, top, width, height) for top in tops]
