"""Geometry: what waits for pixels is folded into one crop, one resize and one turn."""

from itertools import product

import pytest
from PIL import Image

from thumbor_renuo.imaging.geometry import (
    COUNTERCLOCKWISE,
    FLIP_H,
    FLIP_V,
    UPRIGHT,
    Geometry,
    NotPending,
    Turn,
)
from thumbor_renuo.imaging.picture import Picture
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Pixels

Transpose = Image.Transpose
TURNS = {
    "flip_h": (FLIP_H, Transpose.FLIP_LEFT_RIGHT),
    "flip_v": (FLIP_V, Transpose.FLIP_TOP_BOTTOM),
    "90": (COUNTERCLOCKWISE[90], Transpose.ROTATE_90),
    "180": (COUNTERCLOCKWISE[180], Transpose.ROTATE_180),
    "270": (COUNTERCLOCKWISE[270], Transpose.ROTATE_270),
    "exif 5": (UPRIGHT[5], Transpose.TRANSPOSE),
    "exif 6": (UPRIGHT[6], Transpose.ROTATE_270),
    "exif 7": (UPRIGHT[7], Transpose.TRANSVERSE),
    "exif 8": (UPRIGHT[8], Transpose.ROTATE_90),
}


def pixels() -> Image.Image:
    """A picture in which no pixel is like another."""
    return Image.frombytes("RGB", (11, 7), bytes(range(11 * 7 * 3)))


def pending(image: Image.Image) -> Picture:
    """The same, of which nothing is decoded."""
    return Picture(Pixels(Raster.from_pillow(image)), Geometry.whole(*image.size))


@pytest.mark.parametrize(("first", "second"), list(product(TURNS, repeat=2)))
def test_two_turns_and_a_crop_are_as_pillow_does_them(first: str, second: str) -> None:
    """Turns compose, and a box between or after them means what can be seen by then."""
    expected, picture = pixels(), pending(pixels())
    for name in (first, second):
        turn, transpose = TURNS[name]
        expected = expected.transpose(transpose)
        picture.turn(turn)
        width, height = expected.size
        box = (1, 2, width - 1, height - 1)
        expected = expected.crop(box)
        picture.crop(*box)
        assert picture.size == expected.size
    assert picture.raster.to_bytes() == expected.tobytes()


def test_a_turn_after_a_resize_is_folded_in() -> None:
    """A resize is meant as the picture lies by then, and a later turn swaps its sides."""
    geometry = Geometry.whole(400, 200).turned(UPRIGHT[6]).resize(50, 100)
    assert geometry.size == (50, 100)
    assert geometry.stored_size == (100, 50)
    assert geometry.scale == (4, 4)
    assert geometry.turned(COUNTERCLOCKWISE[90]).size == (100, 50)


def test_only_smaller_and_smaller_can_wait() -> None:
    """A picture made smaller has lost what a larger one, or a box of it, would need."""
    geometry = Geometry.whole(400, 200).resize(100, 50)
    assert geometry.resize(80, 40).stored_size == (80, 40)
    with pytest.raises(NotPending):
        geometry.resize(101, 50)
    with pytest.raises(NotPending):
        geometry.crop(0, 0, 10, 10)


def test_a_crop_is_cut_to_the_picture() -> None:
    """What lies outside is left out, and nothing left is an error."""
    geometry = Geometry.whole(10, 10).crop(-5, 2, 20, 9)
    assert geometry.box == (0, 2, 10, 9)
    with pytest.raises(ValueError, match="nothing"):
        geometry.crop(10, 0, 12, 7)


def test_a_turn_and_its_inverse_are_none() -> None:
    """Each turn has one that undoes it."""
    turns = [Turn(*flags) for flags in product((False, True), repeat=3)]
    for turn in turns:
        assert sum(turn.then(other) == Turn() for other in turns) == 1
