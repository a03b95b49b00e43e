"""Pixels in, a file's bytes out: one module for each format."""

from collections.abc import Callable, Sequence

from PIL import features

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.encoders import avif, gif, heic, jpeg, jxl, png, sequence, webp
from thumbor_renuo.imaging.encoders.colours import telling
from thumbor_renuo.imaging.encoders.fit import encode_to_fit
from thumbor_renuo.imaging.encoders.options import EncodeOptions
from thumbor_renuo.imaging.raster import Raster

__all__ = ["ANIMATED", "MADE_HERE", "EncodeOptions", "encode", "encode_animation", "encode_to_fit"]

Encode = Callable[[Raster, EncodeOptions], bytes]
Animate = Callable[[Sequence[Raster], Sequence[int], int, EncodeOptions], bytes]

_ENCODERS: dict[str, Encode] = {"jpeg": jpeg.encode, "png": png.encode, "gif": gif.encode}
if features.check("webp"):
    _ENCODERS["webp"] = webp.encode
if features.check("avif"):
    _ENCODERS["avif"] = avif.encode
if libvips.has("jxlsave"):
    _ENCODERS["jxl"] = jxl.encode
if heic.is_possible():
    _ENCODERS["heic"] = heic.encode
_ANIMATORS: dict[str, Animate] = {
    "gif": gif.encode_animation,
    "webp": webp.encode_animation,
    "png": sequence.encode_png,
}
if "avif" in _ENCODERS:
    _ANIMATORS["avif"] = sequence.encode_avif

MADE_HERE = frozenset(_ENCODERS)
"""The formats that this installation makes."""
ANIMATED = frozenset(_ANIMATORS)
"""Those of which animations are made."""
WITHOUT_PROFILES = {"gif"}
# Each format's longest side, in pixels.
MAX_SIDES = {
    "jpeg": 65_500,
    "webp": 16_383,
    "gif": 65_535,
    "avif": 65_536,
    "heic": 16_384,
}


def encode(raster: Raster, format: str, options: EncodeOptions) -> bytes:  # noqa: A002
    """Encode a still picture; metadata is left out but for what the options name.

    Args:
        format: one of MADE_HERE.

    Raises:
        InvalidOptions: the format is not made here, is too small for the picture, or fails.
        RenderTimeout: the time of this thread is over.
    """
    encoder = _ENCODERS.get(format)
    if encoder is None:
        raise InvalidOptions(f"format: no {format.upper()} is made here")
    _check_sides(raster.size, format)
    return encoder(telling(raster, keeps_profile=format not in WITHOUT_PROFILES), options)


def encode_animation(
    frames: Sequence[Raster],
    delays_ms: Sequence[int],
    loop: int,
    format: str,  # noqa: A002
    options: EncodeOptions,
) -> bytes:
    """Encode an animation.

    Args:
        frames: one at least, all of one size.
        delays_ms: for how long each frame is shown, in milliseconds.
        loop: how often it plays; 0 for ever.
        format: one of ANIMATED.

    Raises:
        InvalidOptions, RenderTimeout: as encode.
    """
    animator = _ANIMATORS.get(format)
    if animator is None:
        raise InvalidOptions(f"format: no animated {format.upper()} is made here")
    _check_sides(frames[0].size, format)
    shown = [telling(frame, keeps_profile=False) for frame in frames]
    return animator(shown, delays_ms, loop, options)


def _check_sides(size: tuple[int, int], format: str) -> None:  # noqa: A002
    limit = MAX_SIDES.get(format)
    if limit is not None and max(size) > limit:
        raise InvalidOptions(
            f"format: a {format.upper()} has at most {limit} pixels a side,"
            f" {size[0]}x{size[1]} would be made",
            limit=limit,
        )
