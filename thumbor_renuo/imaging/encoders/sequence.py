"""Animations by Pillow, for the formats of which libvips makes stills only: AVIF and PNG."""

from collections.abc import Sequence
from typing import Any

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.encoders import avif, png, saving
from thumbor_renuo.imaging.encoders.frames import clamped
from thumbor_renuo.imaging.encoders.options import EncodeOptions
from thumbor_renuo.imaging.raster import Raster

Frames = Sequence[Raster]


def encode_avif(
    frames: Frames, delays_ms: Sequence[int], loop: int, options: EncodeOptions
) -> bytes:
    """An animated AVIF; the format does not say how often it is played."""
    del loop
    # Each frame costs as much as a still: what is right for one takes seconds for twenty.
    speed = options.avif_speed or avif.FAST_SPEED
    chosen = {**avif.settings(options), "speed": speed, "slowest": avif.SLOWEST[speed]}
    return _saved(frames, "AVIF", delays_ms, **chosen)


def encode_png(
    frames: Frames, delays_ms: Sequence[int], loop: int, options: EncodeOptions
) -> bytes:
    """An animated PNG."""
    chosen = {"compress_level": options.png_compression, "slowest": png.SLOWEST}
    return _saved(frames, "PNG", delays_ms, loop=loop, **chosen)


def _saved(frames: Frames, name: str, delays_ms: Sequence[int], **options: Any) -> bytes:
    if any(frame.size != frames[0].size for frame in frames):
        raise InvalidOptions("the frames of the animation are not of one size")
    coloured = []
    for frame in frames:
        time_limit.check()
        coloured.append(frame.as_rgb().with_alpha())
    times = clamped(delays_ms, len(coloured))
    first, *further = coloured
    return saving.by_pillow(first, name, further=further, save_all=True, duration=times, **options)
