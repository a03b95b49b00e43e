"""Large pictures made quick to give a palette to.

libvips cannot be stopped while it looks for a picture's palette, which takes up to half a second a
megapixel.
"""

from PIL import Image

from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.encoders import saving
from thumbor_renuo.imaging.raster import Raster

MAX_PIXELS = 2_000_000
COLOURS = 256


def is_large(raster: Raster) -> bool:
    """Whether its palette would be looked for too long."""
    return raster.width * raster.height > MAX_PIXELS


def prepared(raster: Raster) -> Raster:
    """The same picture; of a large one, few colours that an octree finds in 10 ms a megapixel."""
    if not is_large(raster):
        return raster
    time_limit.check()
    coloured = saving.pillow_image(raster.as_rgb())
    indexed = coloured.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    return Raster.from_pillow(indexed.convert(coloured.mode))
