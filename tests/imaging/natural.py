"""A picture of as much detail as a photograph has, made here, and how far two are apart."""

from functools import lru_cache

import numpy as np
from PIL import Image


@lru_cache
def photograph(size: tuple[int, int] = (1201, 901)) -> Image.Image:
    """Clouds and their outlines; as in nature, what is twice as fine is half as strong."""
    clouds = _clouds(size, 4)
    # Of brightness there is more than of colour.
    light = 0.6 * clouds[0] + 0.5 * (clouds[1] > 0) - 0.5 * (clouds[1] < -0.5)
    bands = [light + 0.3 * clouds[2], light, light + 0.3 * clouds[3]]
    values = (128 + 55 * np.stack(bands, axis=-1)).round().clip(0, 255)
    return Image.fromarray(values.astype(np.uint8))


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Of all channels, in dB."""
    a, b = (np.asarray(image.convert("RGB"), np.float64) for image in (one, other))
    error = float(np.mean((a - b) ** 2))
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def _clouds(size: tuple[int, int], count: int) -> np.ndarray:
    width, height = size
    random = np.random.default_rng(1)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(random.standard_normal((count, height, width))) / frequency
    clouds = np.fft.irfft2(spectrum, (height, width))
    return np.asarray(clouds / clouds.std(axis=(1, 2), keepdims=True))
