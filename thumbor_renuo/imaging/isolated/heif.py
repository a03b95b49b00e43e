"""Decodes HEIC with pillow-heif, and with libvips' libheif what that can and dav1d does not."""

from typing import Any

import pyvips

from thumbor_renuo.imaging.isolated.protocol import PROFILE
from thumbor_renuo.imaging.shrink import shrunk_by

BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
MAX_BANDS = 4
MISSING = "has not been built in"  # libheif's words of a decoder
# What pillow-heif raises on damaged files. Without memory the process ends.
DAMAGED = (ValueError, RuntimeError, OSError, EOFError, SyntaxError, IndexError)


def decode(data: bytes, numbers: tuple[int, ...]) -> tuple[Any, bytes]:
    """The primary picture, turned as its container says, by pillow-heif.

    Args:
        numbers: width and height that it must have, and by how much it is reduced.

    Returns:
        a pyvips image, and its ICC profile.

    Raises:
        ValueError: it cannot be decoded, or is of another size.
    """
    import pillow_heif  # noqa: PLC0415  (it need not be installed)

    pillow_heif.options.DECODE_THREADS = 1
    try:
        opened = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
        _check_size(opened.size, numbers)
        pixels, stride = opened.data, opened.stride
    except DAMAGED as error:
        raise ValueError(str(error)) from error
    width, height = opened.size
    bands = BANDS.get(opened.mode)
    if bands is None:
        raise ValueError("its channels are no picture's")
    image = pyvips.Image.new_from_memory(pixels, stride, height, 1, "uchar")
    image = image.crop(0, 0, width * bands, height).bandfold(factor=bands)
    profile = opened.info.get("icc_profile") or b""
    return shrunk_by(image.copy(interpretation="srgb"), numbers[2]), profile


def decode_by_libvips(data: bytes, numbers: tuple[int, ...]) -> tuple[Any, bytes]:
    """The primary picture of an AVIF or HEIC, turned as its container says.

    Args:
        numbers: as `decode`, and whether what there is of one that is cut short is shown.

    Returns:
        a pyvips image of 8 bits a channel, and its ICC profile.

    Raises:
        ValueError, pyvips.Error: as `decode`.
    """
    *_, shrink, is_tolerant = numbers[:4]
    fail_on = "none" if is_tolerant else "error"
    image = pyvips.Image.heifload_buffer(data, access="sequential", fail_on=fail_on)
    _check_size((image.width, image.height), numbers)
    profile = bytes(image.get(PROFILE)) if image.get_typeof(PROFILE) else b""
    if image.format == "ushort":
        image = image.msb()
    if image.bands > MAX_BANDS:
        image = image[:MAX_BANDS]
    return shrunk_by(image.copy(interpretation="srgb"), shrink), profile


def _check_size(size: tuple[int, int], numbers: tuple[int, ...]) -> None:
    if size != tuple(numbers[:2]):
        raise ValueError("it tells two sizes")
