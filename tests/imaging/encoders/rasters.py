"""Pictures to encode, and what is in the files made of them."""

import io
import random

from PIL import Image

from thumbor_renuo.imaging.raster import BANDS, Raster


def gradient(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Raster:
    """Smooth colours that differ in each channel; the alpha goes from 0 to 255."""
    across = Image.linear_gradient("L").resize(size)
    channels = [across, across.rotate(180), across.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    colours = channels if mode.startswith("RGB") else [across]
    return Raster.from_pillow(Image.merge(mode, [*colours, across][: BANDS[mode]]))


def noise(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Raster:
    """Noise, the same each time."""
    count = size[0] * size[1] * BANDS[mode]
    return Raster.from_bytes(mode, size, random.Random(5).randbytes(count))


def opened(data: bytes) -> Image.Image:
    """As Pillow reads it."""
    return Image.open(io.BytesIO(data))


def error(data: bytes, raster: Raster) -> float:
    """The mean difference of a channel's values from the picture's."""
    shown = opened(data).convert(raster.mode).tobytes()
    return sum(abs(a - b) for a, b in zip(shown, raster.to_bytes(), strict=True)) / len(shown)
