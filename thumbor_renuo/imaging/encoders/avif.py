"""AVIF by libaom through Pillow, with one thread an encode: the pool has the others.

At 512 pixels and quality 65, bytes and points of SSIMULACRA2:
    speed 6 (Pillow's and Thumbor's default)         128 ms  21.5 kB  76.4
    speed 8 through libvips (imgproxy, imagor)        47 ms  21.7 kB  75.8
    speed 8, no trellis while choosing modes (here)   40 ms  21.7 kB  75.5
    speed 9 (here, for large pictures)                11 ms  24.2 kB  74.3
    speed 9 at quality 61                             11 ms  21.7 kB  71.5
Nothing is between speed 8 and 9: libaom stops weighing rate against distortion there. The quality
number is the same on all of them, for at the same bytes speed 9 falls short by 3 points.
"""

from contextlib import suppress
from typing import Any

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.encoders import saving
from thumbor_renuo.imaging.encoders.options import EncodeOptions
from thumbor_renuo.imaging.raster import Raster

SPEED, FAST_SPEED = 8, 9
# The seconds that a megapixel of noise takes, from speed 0 on.
SLOWEST = (70, 70, 50, 30, 20, 10, 2.5, 1.5, 1.5, 0.5, 0.5)
# At SPEED a megapixel takes a quarter of a second, which is what a request can wait for.
MAX_PIXELS_AT_SPEED = 1_000_000
# libaom's option: 2 leaves out the trellis where it only estimates.
TUNING = {"disable-trellis-quant": "2"}


def encode(raster: Raster, options: EncodeOptions) -> bytes:
    """An AVIF in colours, as decoders want it; with transparency only where there is some.

    EXIF data that Pillow cannot read is left out.
    """
    is_small = raster.width * raster.height <= MAX_PIXELS_AT_SPEED
    speed = options.avif_speed or (SPEED if is_small else FAST_SPEED)
    chosen = {**settings(options), "speed": speed, "icc_profile": raster.profile or b""}
    shown = raster.without_alpha() if raster.is_opaque() else raster
    image = shown.as_rgb()
    chosen["slowest"] = SLOWEST[speed]
    if options.exif:
        # It is read before anything is encoded.
        with suppress(InvalidOptions):
            return saving.by_pillow(image, "AVIF", exif=options.exif, **chosen)
    return saving.by_pillow(image, "AVIF", **chosen)


def settings(options: EncodeOptions) -> dict[str, Any]:
    """What is the same for stills and animations, as Pillow takes it."""
    return {
        "quality": options.quality,
        "subsampling": "4:2:0",
        "max_threads": 1,
        "autotiling": False,
        "advanced": TUNING,
    }
