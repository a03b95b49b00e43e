"""thumbor_renuo.imaging.effects.saturation: as Thumbor's."""

import pytest
from thumbor.ext.filters import _saturation

from tests.imaging.effects.compared import MODES, distance, fresh, picture
from thumbor_renuo.imaging.effects.saturation import saturation


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("factor", [0, 0.4, 1, 1.7, -0.5, 50])
def test_it_is_thumbors(mode: str, factor: float) -> None:
    """The same pixels but for the last digit of a rounding; alpha stays."""
    source = picture(mode)
    rgb = source.as_rgb()
    made = saturation(source, factor)
    assert made.mode == rgb.mode
    assert distance(made, _saturation.apply(rgb.mode, factor, fresh(rgb))) <= (0.4, 1)


def test_grey_stays_grey() -> None:
    """A factor of 0 leaves no colour."""
    made = saturation(picture("RGB"), 0).to_bytes()
    assert made[::3] == made[1::3] == made[2::3]
