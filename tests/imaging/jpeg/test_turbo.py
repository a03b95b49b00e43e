"""thumbor_renuo.imaging.jpeg.turbo: libjpeg-turbo."""

import pytest

from tests.imaging.pictures import STILL
from thumbor_renuo.imaging.jpeg import turbo

BASELINE = STILL["jpeg"][1]


@pytest.mark.parametrize(("size", "sides"), [((0, 0), (150, 200)), ((50, 38), (38, 50))])
def test_it_reduces_by_what_leaves_enough(size: tuple[int, int], sides: tuple[int, int]) -> None:
    """To the sides that are asked for, rounded up."""
    assert turbo.decode(BASELINE, "RGB", size).shape == (*sides, 3)
    assert turbo.decode(BASELINE, "GRAY", size).shape == (*sides, 1)


@pytest.mark.parametrize("content", [b"\xff\xd8", BASELINE[:-2], BASELINE[:3000], BASELINE[2:]])
def test_what_libjpeg_warns_of_is_refused(content: bytes) -> None:
    """The same way as what it cannot decode."""
    with pytest.raises(ValueError):
        turbo.decode(content, "RGB")
