"""thumbor_renuo.imaging.effects.convolution: Thumbor's, in bounds."""

import pytest
from thumbor.ext.filters import _convolution

from tests.imaging.effects.compared import MODES, distance, fresh, picture
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.convolution import convolution

SHARP = [0, -1, 0, -1, 5, -1, 0, -1, 0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize(
    ("weights", "columns"),
    [
        ([1, 2, 1, 2, 4, 2, 1, 2, 1], 3), (SHARP, 3), ([-1] * 4 + [8] + [-1] * 4, 3), ([1], 1),
        ([0.5, 0, -0.25], 3), ([1] * 25, 5), ([3, -1.5, 4], 1), ([0] * 9, 3), ([-2] * 3, 3),
        ([1e6, -1e6, 1e6], 3), ([0, 0, 1], 3), ([0, 0, 1], 1), ([70, 1, 1], 3),
    ],
)  # fmt: skip
def test_it_is_thumbors(weights: list[float], columns: int, normalize: bool, mode: str) -> None:
    """But for rounding, where Thumbor drops fractions; also at the edges."""
    source = picture(mode)
    rgb = source.as_rgb()
    theirs = _convolution.apply(
        rgb.mode, fresh(rgb), *rgb.size, tuple(map(float, weights)), columns, normalize
    )
    made = convolution(source, weights, columns, normalize=normalize)
    assert made.mode == rgb.mode
    assert distance(made, theirs) <= (0.6, 2)


@pytest.mark.parametrize(
    ("size", "columns"), [(4, 2), (9, 2), (6, 3), (3, 0), (123, 3), (15, 5 + 10 + 1)]
)
def test_what_is_no_matrix_is_refused(size: int, columns: int) -> None:
    """It has odd numbers of rows and columns, and ends somewhere."""
    with pytest.raises(InvalidOptions, match="of 'convolution'"):
        convolution(picture(), [1] * size, columns, normalize=True)
