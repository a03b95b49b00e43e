"""thumbor_renuo.imaging.effects.mask: masks that keep white white."""

import math

import pytest

from tests.imaging.effects.compared import plain
from thumbor_renuo.imaging.effects.mask import MOST, averaging_mask


@pytest.mark.parametrize("radius", [0, 1, 2, 3, 4, 9, 25, 60, 150])
@pytest.mark.parametrize("sharpness", [0.1, 1, 5])
def test_the_weights_add_up(radius: int, sharpness: float) -> None:
    """They are whole, none is over what libvips keeps, and their sum is what it divides by."""
    bell = [math.exp(-((x * sharpness / (radius or 1)) ** 2)) for x in range(-radius, radius + 1)]
    mask = averaging_mask([bell])
    weights = [int(mask(x, 0)[0]) for x in range(mask.width)]
    assert sum(weights) == mask.get("scale")
    assert MOST / 2 - 1 <= max(weights) <= MOST
    assert all(abs(weight / sum(weights) - share / sum(bell)) < 2 / sum(weights)
               for weight, share in zip(weights, bell, strict=True))  # fmt: skip


@pytest.mark.parametrize("level", [1, 40, 128, 254, 255])
def test_what_is_plain_stays_as_it_is(level: int) -> None:
    """Rounding adds up to no loss of light."""
    image = plain((level, level, level), (40, 30)).image
    for rows in ([[1.0] * 9], [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[0.3] * 41]):
        blurred = image.conv(averaging_mask(rows), precision="integer")
        assert (blurred.min(), blurred.max()) == (level, level)
