"""thumbor_renuo.imaging.effects.paste: one picture on another."""

import pytest
from thumbor.ext.filters import _composite

from tests.imaging.effects.compared import distance, fresh, picture, pixel, plain
from thumbor_renuo.imaging.effects.paste import canvas, paste
from thumbor_renuo.imaging.raster import Raster

PLACES = [(0, 0), (5, 7), (-9, -4), (50, 40), (-100, 0), (0, 100), (64, 48), (-63, -47)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("top", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("base", ["L", "LA", "RGB", "RGBA"])
def test_it_is_thumbors(base: str, top: str, place: tuple[int, int]) -> None:
    """The same pixels but for rounding, with alpha only where there was one."""
    under, over = picture(base), picture(top, (30, 60))
    with_alpha = under.as_rgb().with_alpha()
    theirs = _composite.apply(
        "RGBA", fresh(with_alpha), *under.size,
        fresh(over.as_rgb().with_alpha()), *over.size, *place,
    )  # fmt: skip
    made = paste(under, over, *place)
    assert made.has_alpha == under.has_alpha
    shown, wanted = (
        raster.image[:3] * (raster.image[3] / 255)
        for raster in (made.with_alpha(), Raster.from_bytes("RGBA", made.size, theirs))
    )
    assert (shown - wanted).abs().max() <= 2


def test_what_is_not_covered_stays_as_it_is() -> None:
    """Hidden colours of transparent pixels, too."""
    base = plain((10, 20, 30, 0), mode="RGBA")
    made = paste(base, plain((255, 0, 0, 0), (5, 5), "RGBA"), 1, 1)
    assert distance(made, base.to_bytes()) == (0, 0)


def test_a_canvas_has_alpha_only_if_it_needs_it() -> None:
    """An opaque ground has three channels."""
    clear, opaque = canvas(7, 5, (1, 2, 3, 4)), canvas(7, 5, (1, 2, 3, 255))
    assert (clear.bands, opaque.bands, opaque.width, opaque.height) == (4, 3, 7, 5)
    assert pixel(Raster.of(clear), 6, 4) == (1, 2, 3, 4)
