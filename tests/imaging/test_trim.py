"""content_box: the smallest box around what differs from a corner."""

import random

import pytest
from PIL import Image
from thumbor.ext.filters import _bounding_box

from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.trim import content_box


def picture(seed: int, mode: str) -> Image.Image:
    """Grey with rectangles, which Thumbor's code sees as well."""
    draws = random.Random(seed)
    image = Image.new(mode, (40, 30), (200, 200, 200, 255)[: len(mode)])
    for _ in range(2):
        left, top = draws.randrange(30), draws.randrange(20)
        colour = tuple(draws.randrange(180, 220) for _ in mode)
        image.paste(colour, (left, top, left + 9, top + 9))
    return image


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("corner", ["top-left", "bottom-right"])
@pytest.mark.parametrize("tolerance", [0, 10, 30, 400])
def test_it_is_the_box_that_thumbor_finds(mode: str, corner: str, tolerance: int) -> None:
    """For each corner and tolerance, and none where nothing differs."""
    for seed in range(20):
        image = picture(seed, mode)
        left, top, right, bottom = _bounding_box.apply(
            mode, *image.size, corner, tolerance, image.tobytes()
        )
        expected = None if right < left else (left, top, right + 1, bottom + 1)
        found = content_box(
            Raster.from_pillow(image), is_top_left=corner == "top-left", tolerance=tolerance
        )
        assert found == expected


def test_a_single_pixel_is_seen() -> None:
    """Thumbor's code would find no right end of it."""
    image = Image.new("L", (9, 7))
    image.putpixel((4, 3), 255)
    raster = Raster.from_pillow(image)
    assert content_box(raster, is_top_left=True, tolerance=0) == (4, 3, 5, 4)
