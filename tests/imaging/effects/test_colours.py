"""thumbor_renuo.imaging.effects.colours: colours change, alpha and profile stay."""

import pytest

from tests.imaging.effects.compared import MODES, picture
from thumbor_renuo.imaging.effects.colours import change_colours, rgb
from thumbor_renuo.imaging.raster import Raster


@pytest.mark.parametrize("mode", MODES)
def test_alpha_and_profile_stay(mode: str) -> None:
    """Only the first three channels are given to the change."""
    source = picture(mode)
    source = Raster(source.image, b"profile")
    made = change_colours(source, lambda colours: colours.invert())
    before, after = source.as_rgb().to_bytes(), made.to_bytes()
    assert made.profile == b"profile"
    if made.has_alpha:
        assert after[3::4] == before[3::4]
    step = len(made.mode)
    assert after[1::step] == bytes(255 - level for level in before[1::step])


def test_levels_are_cut_off() -> None:
    """Whatever a pipeline computes, a picture has 8 bits."""
    made = rgb(picture().image * 3 - 200, None)
    assert (made.mode, set(made.to_bytes()) >= {0, 255}) == ("RGB", True)
