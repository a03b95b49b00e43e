"""Decodes AVIF with dav1d, by Pillow: three times as fast as libheif's decoder in pyvips' wheel.

It holds the interpreter's lock for as long as it decodes, and cannot be stopped.
"""

import importlib
from typing import Any

import pyvips

from thumbor_renuo.imaging.geometry import UPRIGHT
from thumbor_renuo.imaging.resample import turned
from thumbor_renuo.imaging.shrink import shrunk_by

_avif: Any
try:
    _avif = importlib.import_module("PIL._avif")
except ImportError:
    _avif = None

CODEC = "dav1d"
BANDS = {"RGB": 3, "RGBA": 4}
# What Pillow raises. Without memory the process ends: nobody else is to decode it then.
FAILED = (OSError, SyntaxError, ValueError, RuntimeError)


def is_possible() -> bool:
    """Whether Pillow was built with it."""
    return _avif is not None and bool(_avif.decoder_codec_available(CODEC))


def decode(data: bytes, numbers: tuple[int, ...]) -> tuple[Any, bytes]:
    """The first picture, turned as the file says.

    Args:
        numbers: width and height that it must have, and by how much it is reduced.

    Returns:
        a pyvips image, and its ICC profile.

    Raises:
        ValueError: it cannot be decoded, or is of another size.
    """
    width, height, shrink = numbers[:3]
    try:
        decoder = _avif.AvifDecoder(data, CODEC, 1)
        stored, _, mode, icc, _, orientation, _ = decoder.get_info()
        turn = UPRIGHT[orientation]
        if turn.sides(stored) != (width, height):
            raise ValueError("it tells two sizes")
        pixels = decoder.get_frame(0)[0]
    except FAILED as error:
        raise ValueError(str(error)) from error
    image = pyvips.Image.new_from_memory(pixels, *stored, BANDS[mode], "uchar")
    image = image.copy(interpretation="srgb")
    return shrunk_by(turned(image, turn), shrink), icc or b""
