"""Decodes still pictures line by line with libvips: PNG, TIFF, AVIF, JPEG XL."""

from typing import TYPE_CHECKING, Any

from pyvips import GValue

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.decode import check_held, open_header
from thumbor_renuo.imaging.decoders.finish import finished, normal
from thumbor_renuo.imaging.formats import Format
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.levels import Decode
from thumbor_renuo.imaging.raster import BANDS, Raster
from thumbor_renuo.imaging.shrink import shrunk_by

if TYPE_CHECKING:
    from thumbor_renuo.imaging.source import Source

STRETCH = "thumbor-renuo-stretch"


def decode(kind: Format, source: "Source", geometry: Geometry) -> list[Raster]:
    """The first picture of a file.

    Raises:
        UnreadableImage: it is damaged, or cut short and nobody asked for what is left.
        TooLarge: it cannot be decoded line by line, and is too large to be held.
        RenderTimeout: there was no time left.
    """
    # It must live until the last pixel is decoded, which `level` does not see.
    data = kind.mended(source.data) if source.options.truncated else source.data

    def level(shrink: int) -> Any:
        image = of_stored_size(kind, source, opened(kind, source, data=data))
        return shrunk_by(normal(image), shrink)

    return [of_level(kind, source, geometry, level)]


def of_level(kind: Format, source: "Source", geometry: Geometry, level: Decode) -> Raster:
    """What is made of a picture, whose decoded pixels may serve the next request as well.

    Args:
        level: opens the picture, reduced by one of SHRINKS.

    Raises:
        UnreadableImage, TooLarge, RenderTimeout: as `decode`.
    """
    bands = BANDS["RGBA" if source.header.has_alpha else "RGB"]
    with libvips.translated(kind.name.upper()):
        image, shrunk = source.level(geometry.shrink, bands, level)
        return finished(
            image,
            geometry,
            wide_gamut=source.options.wide_gamut,
            shrunk=_ratios(image, shrunk),
        )


def stretched(image: Any, x: float, y: float) -> Any:
    """A level whose pixels are not as large as its shrink says.

    The image itself tells, for it may be kept, and others made of it.

    Args:
        x, y: how many times as many pixels of the picture go into one of the level.
    """
    image = image.copy()
    image.set_type(GValue.array_double_type, STRETCH, [x, y])
    return image


def _ratios(image: Any, shrunk: int) -> tuple[float, float]:
    x, y = image.get(STRETCH) if image.get_typeof(STRETCH) else (1, 1)
    return shrunk * x, shrunk * y


def opened(kind: Format, source: "Source", *, data: bytes | None = None, **options: Any) -> Any:
    """A picture of which no pixel is decoded yet.

    Args:
        data: what is to be decoded in place of the source's own bytes; it must be kept as long.
        options: the loader's own.

    Raises:
        UnreadableImage, TooLarge: as `decode`.
    """
    if source.options.truncated:
        options["fail_on"] = "none"
    else:
        kind.check_end(source.data)
    image = open_header(kind, source.data if data is None else data, **options)
    check_held(image)
    return image


def of_stored_size(kind: Format, source: "Source", image: Any) -> Any:
    """The picture itself, where it is as large as its header says.

    Raises:
        UnreadableImage: it is not: the limits were checked for another one.
    """
    header = source.header
    if (image.width, image.height) != (header.stored_width, header.stored_height):
        raise UnreadableImage(f"the {kind.name.upper()} is damaged: it tells two sizes")
    return image
