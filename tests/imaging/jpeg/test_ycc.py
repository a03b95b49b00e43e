"""thumbor_renuo.imaging.jpeg.ycc: colours of fewer pixels."""

import numpy as np
import pytest
from PIL import Image

from thumbor_renuo.imaging.jpeg.ycc import to_rgb


def plane(*lines: list[int]) -> np.ndarray:
    return np.array(lines, np.uint8)


def test_the_formulas_are_those_of_jfif() -> None:
    """As Pillow has them, for all corners and some between, to one step."""
    levels = np.array([0, 30, 100, 128, 200, 255], np.uint8)
    planes = [part.reshape(36, 6) for part in np.meshgrid(levels, levels, levels)]
    expected = Image.merge("YCbCr", [Image.fromarray(part) for part in planes]).convert("RGB")
    assert np.abs(to_rgb(planes).astype(int) - np.asarray(expected)).max() <= 1


@pytest.mark.parametrize(("v", "h"), [(1, 1), (1, 2), (2, 1), (2, 2), (1, 4), (4, 2)])
def test_colours_have_the_same_mean(v: int, h: int) -> None:
    """However many pixels of brightness share one."""
    noise = np.random.default_rng(1).integers(100, 150, (2, 12, 10)).astype(np.uint8)
    grey = np.full((12 * v, 10 * h), 128, np.uint8)
    made = to_rgb([grey, *noise]).reshape(12, v, 10, h, 3).mean(axis=(1, 3))
    alone = to_rgb([np.full((12, 10), 128, np.uint8), *noise])
    assert np.abs(made - alone).max() <= 1


def test_a_slope_goes_on_within_a_pixel() -> None:
    """Its halves and quarters lie between the neighbours."""
    ramp = np.tile(np.arange(90, 160, 10, dtype=np.uint8), (3, 1))
    grey = np.full((3, 14), 128, np.uint8)
    red = to_rgb([grey, np.full((3, 7), 128, np.uint8), ramp])[1, 2:-2, 0].astype(int)
    assert set(np.diff(red)) <= {6, 7, 8}  # 10 / 2 * 1.402


def test_brightness_may_have_odd_sides() -> None:
    """Then the last of a colour's pixels stands for fewer."""
    grey = np.full((5, 3), 77, np.uint8)
    neutral = np.full((3, 2), 128, np.uint8)
    made = to_rgb([grey, neutral, neutral])
    assert made.shape == (6, 4, 3)
    assert (made == 77).all()


def test_what_is_too_bright_or_dark_is_cut() -> None:
    """It does not wrap around."""
    made = to_rgb([plane([255, 0]), plane([255, 0]), plane([255, 0])])
    assert made.tolist() == [[[255, 121, 255], [0, 135, 0]]]
