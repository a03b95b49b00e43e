"""JPEG XL by libvips, where it was built with it."""

import pyvips

from thumbor_renuo.imaging.encoders import saving
from thumbor_renuo.imaging.encoders.options import EncodeOptions
from thumbor_renuo.imaging.raster import Raster

EFFORT = 3  # each step more takes about twice as long


def encode(raster: Raster, options: EncodeOptions) -> bytes:
    """A JPEG XL; quality 100 is the best that is not lossless."""
    image = raster.image
    if raster.profile:
        image = image.copy()
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", raster.profile)
    return saving.by_libvips(
        image, "jxl", Q=options.quality, lossless=options.lossless, effort=EFFORT
    )
