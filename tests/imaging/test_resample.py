"""resample: as large as asked for to the pixel, and no colour from where nothing can be seen."""

import pytest
from PIL import Image

from thumbor_renuo.imaging.geometry import UPRIGHT, Geometry
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.resample import resample


def gradient(width: int, height: int, mode: str = "RGB") -> Raster:
    return Raster.from_pillow(Image.radial_gradient("L").resize((width, height)).convert(mode))


def difference(one: Image.Image, other: Image.Image) -> int:
    return max(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (99, 66), (100, 1), (333, 222), (500, 20)])
def test_it_is_as_large_as_asked_for(mode: str, size: tuple[int, int]) -> None:
    """In each mode, smaller, larger and both at once."""
    image = resample(gradient(100, 67, mode).image, Geometry.whole(100, 67).resize(*size))
    raster = Raster.of(image)
    assert (raster.size, raster.mode) == (size, mode)


@pytest.mark.parametrize("size", [(40, 27), (200, 134)])
def test_it_looks_as_pillow_would_make_it(size: tuple[int, int]) -> None:
    """Reduced or enlarged, it is near to Pillow's Lanczos."""
    raster = gradient(100, 67)
    made = Raster.of(resample(raster.image, Geometry.whole(100, 67).resize(*size)))
    expected = raster.to_pillow().resize(size, Image.Resampling.LANCZOS)
    assert difference(made.to_pillow(), expected) <= 4


def test_what_cannot_be_seen_leaves_no_colour() -> None:
    """Transparent red beside opaque blue makes no purple."""
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 32, 64))
    geometry = Geometry.whole(64, 64).resize(10, 10)
    made = Raster.of(resample(Raster.from_pillow(image).image, geometry)).to_pillow()
    pixels = zip(*[iter(made.tobytes())] * 4, strict=True)
    seen = [(r, b) for r, _, b, a in pixels if a > 8]
    assert seen
    assert all(r <= 8 and b >= 247 for r, b in seen)


@pytest.mark.parametrize("shrunk", [2, 4, 8])
def test_a_decoders_rounded_sides_do_not_stretch(shrunk: int) -> None:
    """Of sides rounded up, what stands for less than a pixel is cut off first."""
    padded = gradient(-(-1601 // shrunk) * shrunk, -(-1203 // shrunk) * shrunk).to_pillow()
    full = Raster.from_pillow(padded.crop((0, 0, 1601, 1203)))
    reduced = padded.reduce(shrunk)
    geometry = Geometry.whole(1601, 1203).resize(100, 75)
    made = Raster.of(resample(Raster.from_pillow(reduced).image, geometry, shrunk=shrunk))
    expected = full.to_pillow().resize((100, 75), Image.Resampling.LANCZOS)
    assert difference(made.to_pillow(), expected) <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_of_a_reduced_and_turned_picture(orientation: int) -> None:
    """A box is where it was in the stored picture, whatever the decoder has reduced by."""
    full = gradient(400, 240)
    geometry = Geometry.whole(400, 240).turned(UPRIGHT[orientation])
    geometry = geometry.crop(40, 16, 200, 216).resize(40, 50)
    whole = Raster.of(resample(full.image, geometry))
    half = Raster.from_pillow(full.to_pillow().reduce(2))
    made = Raster.of(resample(half.image, geometry, shrunk=2))
    assert made.size == whole.size == (40, 50)
    assert difference(made.to_pillow(), whole.to_pillow()) <= 6
