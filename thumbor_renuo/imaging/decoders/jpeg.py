"""Decodes JPEG with libjpeg-turbo, made smaller by its DCT and with no scan that is not needed."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.decode import open_header
from thumbor_renuo.imaging.decoders.finish import CMYK, finished
from thumbor_renuo.imaging.formats import JPEG
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.jpeg import eighth, turbo
from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.lossless import BLOCK
from thumbor_renuo.imaging.jpeg.markers import PROGRESSIVE
from thumbor_renuo.imaging.jpeg.trim import trimmed
from thumbor_renuo.imaging.profile import to_srgb
from thumbor_renuo.imaging.raster import GREY, SRGB, Raster
from thumbor_renuo.imaging.resample import resample
from thumbor_renuo.imaging.time_limit import check

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

# Makes a numpy array of a JPEG and by how much it is to be reduced, or says that it cannot.
Way = Callable[[Layout, int], Any | None]
COLOURS, INKS = {1: "GRAY", 3: "RGB"}, 4
SPACES = {1: GREY, 3: SRGB}
# Larger ones are decoded line by line with libvips, and so are those of which only this part of the
# lines is needed, from the top: libvips stops there, and takes a little longer for each line.
MAX_HELD_BYTES, LEAST_PART = 48 * 1024**2, 0.75


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The picture; of those that share a file with it, as gain maps do, nothing is read.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        TooLarge: it has more scans than a picture has.
        RenderTimeout: there was no time left.
    """
    layout = Layout(source.data)
    frame, header = layout.frame, source.header
    if (frame.width, frame.height) != (header.stored_width, header.stored_height):
        raise UnreadableImage("the JPEG is damaged: it tells two sizes")
    if len(frame.components) not in {*COLOURS, INKS}:
        raise UnreadableImage("a JPEG of two channels is no picture")
    is_partial = geometry.box.bottom < LEAST_PART * frame.height
    level = partial(_level, layout, truncated=source.options.truncated, is_partial=is_partial)
    with libvips.translated(JPEG.name.upper()):
        image, shrunk = source.level(geometry.shrink, len(frame.components), level)
        if image.interpretation == CMYK:
            return [_separated(image, geometry, layout.profile, shrunk)]
        options = source.options
        return [
            finished(
                image,
                geometry,
                profile=layout.profile,
                wide_gamut=options.wide_gamut,
                shrunk=shrunk,
            )
        ]


def _separated(image: Any, geometry: Geometry, profile: bytes | None, shrunk: int) -> Raster:
    """Of four inks; to convert the colours costs most, and is done where there are fewer pixels."""
    if min(geometry.scale) < 1:
        return finished(to_srgb(image, profile)[0], geometry, shrunk=shrunk)
    image, _ = to_srgb(resample(image, geometry, shrunk=shrunk), profile)
    return Raster.of(image)


def _level(layout: Layout, shrink: int, *, truncated: bool, is_partial: bool) -> Any:
    """A pyvips image, which may be one that decodes line by line when it is asked for."""
    if truncated and not layout.is_whole:
        return open_header(JPEG, layout.data, shrink=shrink, fail_on="none")
    for way in _ways(layout, shrink, is_partial=is_partial):
        check()
        try:
            pixels = way(layout, shrink)
        except (ValueError, LookupError):
            continue  # libjpeg has warned of something, or its parts do not fit together
        if pixels is not None:
            height, width, bands = pixels.shape
            image = pyvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
            return image.copy(interpretation=SPACES[bands])
    # What libjpeg warns of may lie in the header alone, or it is of a kind that only libvips reads.
    fail_on = "none" if truncated else "warning"
    return open_header(JPEG, layout.cleaned, shrink=shrink, fail_on=fail_on)


def _ways(layout: Layout, shrink: int, *, is_partial: bool) -> list[Way]:
    """How to decode it, the fastest first."""
    frame = layout.frame
    bands = len(frame.components)
    if bands not in COLOURS:
        return []
    is_progressive = frame.kind == PROGRESSIVE
    ways: list[Way] = [_by_means, _by_few_scans] if is_progressive and shrink > 1 else []
    held = frame.width * frame.height * bands / shrink**2
    if held <= MAX_HELD_BYTES and (is_progressive or not is_partial):
        ways.append(_by_all)
    return ways


def _by_means(layout: Layout, shrink: int) -> Any | None:
    return eighth.picture(layout) if shrink == BLOCK else None


def _by_few_scans(layout: Layout, shrink: int) -> Any | None:
    data = trimmed(layout, shrink)
    return None if data is None else _reduced(layout, data, shrink)


def _by_all(layout: Layout, shrink: int) -> Any:
    return _reduced(layout, layout.data, shrink)


def _reduced(layout: Layout, data: bytes, shrink: int) -> Any:
    frame = layout.frame
    size = -(-frame.width // shrink), -(-frame.height // shrink)
    return turbo.decode(data, COLOURS[len(frame.components)], size)
