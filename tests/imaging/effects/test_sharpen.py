"""thumbor_renuo.imaging.effects.sharpen: Thumbor's, of pictures of any size."""

import pytest
from thumbor.ext.filters import _sharpen

from tests.imaging.effects.compared import MODES, distance, fresh, picture
from thumbor_renuo.imaging.effects.sharpen import sharpen


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("luminance_only", [True, False])
@pytest.mark.parametrize(("amount", "radius"), [(2, 0), (2, 1), (-1, 2.5), (0.3, 0.5)])
def test_it_is_thumbors(mode: str, luminance_only: bool, amount: float, radius: float) -> None:
    """But near the edges, where Thumbor mirrors the picture and this one goes on as its edge."""
    source = picture(mode, (200, 160))
    rgb = source.as_rgb()
    theirs = _sharpen.apply(
        rgb.mode, *rgb.size, float(amount), float(radius), luminance_only, fresh(rgb)
    )
    made = sharpen(source, amount, radius, luminance_only=luminance_only)
    assert made.mode == rgb.mode
    assert distance(made, theirs)[0] < 1
    middle = made.image.crop(64, 64, 72, 32)
    other = type(made).from_bytes(made.mode, made.size, theirs).image.crop(64, 64, 72, 32)
    assert (middle - other).abs().max() <= 2


def test_nothing_is_added_where_no_detail_fits() -> None:
    """Neither an amount of nothing nor a size beyond all changes a pixel."""
    source = picture()
    for amount, radius in ((0, 1), (5, 60), (5, -60)):
        made = sharpen(source, amount, radius, luminance_only=True)
        assert made.to_bytes() == source.to_bytes()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 3), (15, 15), (16, 16)])
def test_small_pictures(size: tuple[int, int]) -> None:
    """Of these Thumbor's C code reads past its memory, and aborts the process."""
    assert sharpen(picture("RGBA", size), 3, 2, luminance_only=False).size == size
