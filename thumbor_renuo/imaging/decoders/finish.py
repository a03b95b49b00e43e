"""What is done to the pixels of all formats: 8 bits a channel, the size, the colours."""

from typing import Any

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.profile import to_srgb
from thumbor_renuo.imaging.raster import BANDS, GREY, SRGB, Raster
from thumbor_renuo.imaging.resample import resample

PROFILE = "icc-profile-data"
CMYK = "cmyk"
# Spaces of numbers that are no brightness of red, green and blue.
OTHER_SPACES = {"lab", "labs", "labq", "lch", "xyz", "yxy", "scrgb", "hsv", "cmc", "oklab", "oklch"}


def finished(
    image: Any,
    geometry: Geometry,
    *,
    profile: bytes | None = None,
    wide_gamut: bool = False,
    shrunk: float | tuple[float, float] = 1,
) -> Raster:
    """Crop, resize and turn an opened picture; its pixels are decoded here.

    Args:
        image: a pyvips image, in whatever colours the file has.
        profile: the ICC profile, where it is not among the image's fields.
        wide_gamut: keep colours that sRGB has not, and their profile.
        shrunk: by how much the decoder has reduced it already; in width and height, if it differs.

    Raises:
        UnreadableImage: its channels are no picture's.
        RenderTimeout: there was no time left.
        pyvips.Error: as libvips has it.
    """
    profile = profile or embedded_profile(image)
    if image.interpretation == CMYK:
        image, profile = to_srgb(_narrow(image), profile)
    image = resample(normal(image), geometry, shrunk=shrunk)
    image, profile = to_srgb(image, profile, wide_gamut=wide_gamut)
    return Raster.of(image, profile)


def embedded_profile(image: Any) -> bytes | None:
    """The ICC profile that libvips found in the file."""
    return bytes(image.get(PROFILE)) if image.get_typeof(PROFILE) else None


def normal(image: Any) -> Any:
    """Grey, or red, green and blue, of 8 bits a channel, with or without alpha.

    Raises:
        UnreadableImage: the numbers are of another kind.
    """
    if image.interpretation == CMYK:
        # Its four channels would pass for colours with alpha.
        image, _ = to_srgb(_narrow(image), embedded_profile(image))
    if image.interpretation in OTHER_SPACES:
        image = image.colourspace(SRGB)
    image = _narrow(image)
    if image.format != "uchar":
        raise UnreadableImage("channels of other than 8 or 16 bits are not read")
    bands = min(image.bands, BANDS["RGBA"])
    if bands < image.bands:
        image = image[:bands]
    return image.copy(interpretation=GREY if bands <= BANDS["LA"] else SRGB)


def _narrow(image: Any) -> Any:
    if image.format != "ushort":
        return image
    return image.msb().copy(interpretation=image.interpretation)
