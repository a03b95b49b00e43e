"""Raster: pixels, and what they can be changed to."""

import pytest
from PIL import Image

from thumbor_renuo.imaging.raster import Raster

COLOURS = [(0, 0, 0, 0), (255, 0, 0, 255), (12, 200, 100, 128), (255, 255, 255, 1)]


def colours(mode: str) -> Image.Image:
    image = Image.new("RGBA", (2, 2))
    image.putdata(COLOURS)
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_pixels_come_back_as_they_went_in(mode: str) -> None:
    """To Pillow and back nothing changes, and the mode tells of the channels."""
    image = colours(mode)
    raster = Raster.from_pillow(image)
    assert (raster.mode, raster.size) == (mode, (2, 2))
    assert raster.to_pillow().tobytes() == image.tobytes() == raster.to_bytes()
    assert raster.has_alpha == mode.endswith("A")


@pytest.mark.parametrize("mode", ["1", "P", "I;16", "F", "CMYK", "YCbCr"])
def test_other_modes_become_colours(mode: str) -> None:
    """What has no 8 bits a channel is converted."""
    image = Image.new("RGB", (3, 2), "red").convert("L" if mode == "I;16" else mode)
    assert Raster.from_pillow(image.convert(mode)).size == (3, 2)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_grey_is_as_pillow_weighs_it(mode: str) -> None:
    """Within a step of Pillow's ITU-R 601 grey, and the alpha stays."""
    image = colours(mode)
    grey = Raster.from_pillow(image).as_grey()
    expected = image.convert("LA" if grey.has_alpha else "L").tobytes()
    assert max(abs(a - b) for a, b in zip(grey.to_bytes(), expected, strict=True)) <= 1


def test_alpha_comes_and_goes() -> None:
    """A channel for alpha is opaque when it is added, and what is under it stays when it goes."""
    raster = Raster.from_pillow(colours("RGB"))
    with_alpha = raster.with_alpha()
    assert with_alpha.mode == "RGBA"
    assert with_alpha.is_opaque()
    assert with_alpha.without_alpha().to_bytes() == raster.to_bytes()
    assert not Raster.from_pillow(colours("LA")).is_opaque()


def test_grey_becomes_colour() -> None:
    """Each channel gets the grey, and alpha stays."""
    raster = Raster.from_pillow(colours("LA")).as_rgb()
    assert raster.mode == "RGBA"
    assert raster.to_bytes() == colours("LA").convert("RGBA").tobytes()


def test_one_colour_all_over() -> None:
    """A plain picture has its colour in each pixel."""
    assert Raster.plain((2, 1), (1, 2, 3, 4)).to_bytes() == bytes([1, 2, 3, 4] * 2)
