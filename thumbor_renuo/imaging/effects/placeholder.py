"""What is shown while a picture loads."""

from thumbor_renuo.imaging import colour, thumbhash, thumbhash_picture
from thumbor_renuo.imaging.effects.blur import blur
from thumbor_renuo.imaging.effects.colours import rgb
from thumbor_renuo.imaging.effects.paste import canvas
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.raster import OPAQUE, Raster
from thumbor_renuo.imaging.resample import resample

SIDE = 32  # in pixels
HASHED_SIDE = 64  # large enough for all that a ThumbHash keeps
HASHED_LEAST = 8  # of fewer pixels, its waves cannot be told apart
SOFTNESS = 1


def placeholder(raster: Raster) -> Raster:
    """A small and soft preview, at most 32 pixels wide and high."""
    return blur(_within(raster, SIDE), SOFTNESS)


def thumbhash_preview(raster: Raster) -> Raster:
    """What browsers draw from the picture's ThumbHash, at most 32 pixels wide and high."""
    small = _within(raster, HASHED_SIDE, HASHED_LEAST).as_rgb().with_alpha()
    code = thumbhash.thumbhash(small.width, small.height, small.to_bytes())
    width, height, pixels = thumbhash_picture.picture_of(code)
    preview = Raster.from_bytes("RGBA", (width, height), pixels)
    return preview if raster.has_alpha else preview.without_alpha()


def dominant_colour(raster: Raster) -> Raster:
    """A picture of the same size in the colour that it shows most of."""
    small = _within(raster, HASHED_SIDE).as_rgb().with_alpha()
    red, green, blue = bytes.fromhex(colour.dominant_color(small.to_bytes())[1:])
    return rgb(canvas(*raster.size, (red, green, blue, OPAQUE)), raster.profile)


def _within(raster: Raster, side: int, least: int = 1) -> Raster:
    scale = min(1, side / max(raster.size))
    size = (max(least, round(length * scale)) for length in raster.size)
    geometry = Geometry.whole(*raster.size).resize(*size)
    return Raster.of(resample(raster.image, geometry), raster.profile)
