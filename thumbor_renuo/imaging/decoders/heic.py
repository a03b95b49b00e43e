"""Decodes HEIC with pillow-heif (the extra `heic`), or with a libvips that can."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyvips

from thumbor_renuo.errors import UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.decode import open_header
from thumbor_renuo.imaging.decoders import still
from thumbor_renuo.imaging.decoders.finish import finished
from thumbor_renuo.imaging.formats import HEIC
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.raster import BANDS, SRGB, Raster

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

LIBRARY = "pillow_heif"
NO_DECODER = "has not been built in"  # libheif's words
# What pillow-heif raises on damaged files.
DAMAGED = (ValueError, RuntimeError, OSError, EOFError, SyntaxError, IndexError, MemoryError)


def decode(source: "Source", geometry: Geometry) -> list[Raster]:
    """The primary picture, turned as its container says.

    Raises:
        UnreadableImage: it is damaged.
        UnsupportedImage: there is no decoder for it.
        RenderTimeout: there was no time left.
    """
    if not find_spec(LIBRARY):
        return _by_libvips(source, geometry)
    image, profile = _opened(source.data)
    with libvips.translated("HEIC"):
        still.of_stored_size(HEIC, source, image)
        wide_gamut = source.options.wide_gamut
        return [finished(image, geometry, profile=profile, wide_gamut=wide_gamut)]


def _opened(data: bytes) -> tuple[Any, bytes | None]:
    import pillow_heif  # noqa: PLC0415  (it need not be installed)

    pillow_heif.options.DECODE_THREADS = 1
    try:
        opened = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
        pixels, stride, (width, height) = opened.data, opened.stride, opened.size
    except DAMAGED:
        raise UnreadableImage("the HEIC is damaged or cut short") from None
    bands = BANDS.get(opened.mode)
    if bands is None:
        raise UnreadableImage("the HEIC's channels are no picture's")
    image = pyvips.Image.new_from_memory(pixels, stride, height, 1, "uchar")
    image = image.crop(0, 0, width * bands, height).bandfold(factor=bands)
    return image.copy(interpretation=SRGB), opened.info.get("icc_profile")


def _by_libvips(source: "Source", geometry: Geometry) -> list[Raster]:
    fail_on = "none" if source.options.truncated else HEIC.fail_on
    image = open_header(HEIC, source.data, fail_on=fail_on)
    with libvips.translated("HEIC"):
        try:
            return [finished(image, geometry, wide_gamut=source.options.wide_gamut)]
        except pyvips.Error as error:
            if NO_DECODER in str(error):
                raise UnsupportedImage(
                    "HEIC is not read here: the server needs `pip install thumbor_renuo[heic]`"
                ) from None
            raise
