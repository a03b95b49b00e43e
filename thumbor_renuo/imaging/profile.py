"""Colours as an ICC profile has them, into sRGB."""

from typing import Any

import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import icc, libvips
from thumbor_renuo.imaging.raster import GREY, SRGB

PROFILE = "icc-profile-data"
CMYK = "cmyk"
# What browsers do: as the profile's tables have it, where it has any.
INTENT = "perceptual"
SPACE_OF_BANDS = {1: icc.GREY, 3: icc.RGB}


def to_srgb(
    image: Any, profile: bytes | None, *, wide_gamut: bool = False
) -> tuple[Any, bytes | None]:
    """A pyvips image of 8 bits in sRGB, or in grey of its curve.

    A profile that is damaged or of other channels is ignored, as browsers do.

    Args:
        image: of grey; of red, green and blue; both with or without alpha; or of four inks.
        profile: its ICC profile.
        wide_gamut: leave red, green and blue as they are where they are not sRGB's.

    Returns:
        the picture, and the profile that it is in now: None for sRGB and grey.
    """
    if image.interpretation == CMYK:
        return _from_inks(image, profile), None
    colours = image.bands - image.hasalpha()
    if profile is None or icc.is_srgb(profile):
        return image, None
    if icc.space(profile) != SPACE_OF_BANDS.get(colours):
        return image, None
    if wide_gamut and colours > 1:
        return image, profile
    converted = _converted(image[:colours], profile)
    if converted is None:
        return image, None
    if colours == 1:
        converted = converted[0].copy(interpretation=GREY)
    return (converted.bandjoin(image[colours]) if image.hasalpha() else converted), None


def _from_inks(image: Any, profile: bytes | None) -> Any:
    converted = None
    if profile is not None and icc.space(profile) == icc.CMYK:
        converted = _converted(image, profile)
    if converted is None:
        return image.icc_transform(SRGB, input_profile=CMYK, intent=INTENT)
    return converted


def _converted(image: Any, profile: bytes) -> Any | None:
    """None where the profile is whole, and Little CMS can do nothing with it all the same."""
    # libvips takes its own profile where it cannot read this one.
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, PROFILE, profile)
    try:
        with libvips.translated("profile"):
            converted = image.icc_transform(SRGB, embedded=True, intent=INTENT)
    except UnreadableImage:
        return None
    converted = converted.copy()
    converted.remove(PROFILE)
    return converted
