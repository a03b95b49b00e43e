"""HEIC by pillow-heif, where it is installed."""

from typing import Any

from thumbor_renuo.imaging.encoders import saving
from thumbor_renuo.imaging.encoders.optional import optional
from thumbor_renuo.imaging.encoders.options import EncodeOptions
from thumbor_renuo.imaging.isolated.encode import HEIC
from thumbor_renuo.imaging.raster import Raster

pillow_heif = optional("pillow_heif")

# 109 ms at 512 pixels, where pillow-heif's own choice takes 242; 38 for 30 % more bytes.
PRESET, FAST_PRESET = "veryfast", "ultrafast"
MAX_PIXELS_AT_PRESET = 2_000_000  # which take two seconds
SLOWEST, FAST_SLOWEST = 2.0, 0.7  # seconds that a megapixel of noise takes


def is_possible() -> bool:
    """Whether there is an encoder for HEVC."""
    return pillow_heif is not None and bool(pillow_heif.libheif_info()["HEIF"])


def encode(raster: Raster, options: EncodeOptions) -> bytes:
    """A HEIC in colours, with transparency only where there is some."""
    shown = (raster.without_alpha() if raster.is_opaque() else raster).as_rgb()
    is_small = raster.width * raster.height <= MAX_PIXELS_AT_PRESET
    preset, slowest = (PRESET, SLOWEST) if is_small else (FAST_PRESET, FAST_SLOWEST)
    kept = {"icc_profile": raster.profile, "exif": options.exif}
    given: dict[str, Any] = {name: data for name, data in kept.items() if data}
    given |= {"quality": options.quality, "enc_params": {"preset": preset}}
    return saving.by_pillow(shown, HEIC, slowest=slowest, **given)
