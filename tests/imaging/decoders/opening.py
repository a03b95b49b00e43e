"""Opens what tests have made, as a render does, and compares pictures."""

from PIL import Image, ImageChops, ImageStat

from thumbor_renuo.imaging.geometry import UPRIGHT
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import DecodeOptions, Source


def decoded(content: bytes, size: tuple[int, int] | None = None, **options: bool) -> list[Raster]:
    """All frames, upright, in a size as displayed, or their own."""
    source = Source.of(content, DecodeOptions(**options))
    geometry = source.geometry.turned(UPRIGHT[source.header.orientation])
    return source.decode(geometry.resize(*size) if size else geometry)


def first(content: bytes, size: tuple[int, int] | None = None, **options: bool) -> Image.Image:
    """The first frame as a Pillow image."""
    return decoded(content, size, **options)[0].to_pillow()


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of all channels, 0 to 255."""
    assert one.size == other.size
    both = one.convert(other.mode), other
    return max(ImageStat.Stat(ImageChops.difference(*both)).mean)


def small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Made smaller by Pillow."""
    return image.resize(size, Image.Resampling.LANCZOS)
