"""Pixels in colours that their file can tell of."""

from thumbor_renuo.imaging.profile import to_srgb
from thumbor_renuo.imaging.raster import Raster


def telling(raster: Raster, *, keeps_profile: bool) -> Raster:
    """The same colours, in a mode or a space that a decoder will take them for.

    Args:
        raster: with a profile of red, green and blue, or none.
        keeps_profile: its profile goes into the file, which is wrong beside grey; else it becomes
            sRGB.
    """
    if raster.profile is None:
        return raster
    coloured = raster.as_rgb()
    if keeps_profile:
        return coloured
    return Raster.of(to_srgb(coloured.image, coloured.profile)[0])
