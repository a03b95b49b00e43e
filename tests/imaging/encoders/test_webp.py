"""WebP."""

import pytest

from tests.imaging.encoders.rasters import gradient, noise, opened
from thumbor_renuo.imaging.encoders import EncodeOptions, encode
from thumbor_renuo.imaging.encoders.webp import asked_quality
from thumbor_renuo.imaging.raster import Raster


@pytest.mark.parametrize("options", [EncodeOptions(100), EncodeOptions(40, lossless=True)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_quality_100_keeps_every_pixel(options: EncodeOptions, mode: str) -> None:
    """So does `lossless`; what is under transparency counts as nothing."""
    raster = noise(mode)
    shown = opened(encode(raster, "webp", options)).convert(mode)
    expected = raster.to_pillow()
    if mode == "RGBA":
        assert shown.getchannel("A").tobytes() == expected.getchannel("A").tobytes()
        return
    assert shown.tobytes() == expected.tobytes()


def test_an_opaque_alpha_costs_nothing() -> None:
    """A picture in which nothing is transparent becomes one without alpha."""
    raster = gradient("RGB")
    assert opened(encode(raster.with_alpha(), "webp", EncodeOptions())).mode == "RGB"


def test_the_kept_exif_is_there() -> None:
    """As it was given."""
    image = opened(encode(gradient(), "webp", EncodeOptions(exif=b"II*\0" + bytes(10))))
    assert image.info["exif"].removeprefix(b"Exif\0\0") == b"II*\0" + bytes(10)


def test_the_fast_effort_asks_for_a_little_less() -> None:
    """By two at most, in order, and nothing at both ends or from effort 3 on."""
    asked = [asked_quality(quality, 2) for quality in range(101)]
    assert sorted(asked) == asked
    assert all(quality - 2 <= low <= quality for quality, low in enumerate(asked) if quality > 2)
    assert asked[75] == pytest.approx(73.9)
    assert (asked[0], asked[1], asked[100]) == (0, 0, 100)
    assert asked_quality(75, 3) == asked_quality(75, 6) == 75


def test_more_effort_makes_fewer_bytes() -> None:
    """At the same quality."""
    raster = Raster.from_pillow(noise("RGB", (32, 32)).to_pillow().resize((256, 256)))
    made = [encode(raster, "webp", EncodeOptions(webp_effort=effort)) for effort in (0, 4)]
    assert len(made[1]) < len(made[0])
