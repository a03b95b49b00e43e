"""Animations by Pillow, for the formats of which libvips makes stills only: AVIF and PNG."""

from collections.abc import Sequence
from typing import Any

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.encoders import avif, saving
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
    chosen = {**avif.settings(options), "speed": options.avif_speed or avif.FAST_SPEED}
    return _saved(frames, "AVIF", delays_ms, **chosen)


def encode_png(
    frames: Frames, delays_ms: Sequence[int], loop: int, options: EncodeOptions
) -> bytes:
    """An animated PNG."""
    level = options.png_compression
    return _saved(frames, "PNG", delays_ms, loop=loop, compress_level=level)


def _saved(frames: Frames, name: str, delays_ms: Sequence[int], **options: Any) -> bytes:
    if any(frame.size != frames[0].size for frame in frames):
        raise InvalidOptions("the frames of the animation are not of one size")
    images = []
    for frame in frames:
        time_limit.check()
        images.append(saving.pillow_image(frame.as_rgb().with_alpha()))
    times = clamped(delays_ms, len(images))
    return saving.by_pillow(
        images[0], name, save_all=True, append_images=images[1:], duration=times, **options
    )
