"""thumbor_renuo.imaging.decoders.finish: pixels of all kinds in 8 bits of grey or colours."""

import pytest
import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.decoders.finish import finished, normal
from thumbor_renuo.imaging.geometry import Geometry


def flat(*values: float, kind: str = "uchar", space: str = "srgb") -> object:
    image = pyvips.Image.black(6, 4, bands=len(values)) + list(values)
    return image.cast(kind).copy(interpretation=space)


@pytest.mark.parametrize(
    ("image", "pixel", "space"),
    [
        (flat(7), [7], "b-w"),
        (flat(7, 9), [7, 9], "b-w"),
        (flat(1, 2, 3), [1, 2, 3], "srgb"),
        (flat(1, 2, 3, 4), [1, 2, 3, 4], "srgb"),
        (flat(1, 2, 3, 4, 5, 6), [1, 2, 3, 4], "srgb"),
        (flat(0x1234, 0xFFFF, 0, kind="ushort", space="rgb16"), [0x12, 0xFF, 0], "srgb"),
        (flat(0xABCD, kind="ushort", space="grey16"), [0xAB], "b-w"),
        (flat(100, 0, 0, kind="float", space="lab"), [255, 255, 255], "srgb"),
        (flat(1.0, 1.0, 1.0, kind="float", space="scrgb"), [255, 255, 255], "srgb"),
        (flat(0, 0, 0, 0, space="cmyk"), [255, 255, 255], "srgb"),
        (flat(0, 0, 0, 0, kind="ushort", space="cmyk"), [255, 255, 255], "srgb"),
        (flat(1, 2, 3, space="multiband"), [1, 2, 3], "srgb"),
    ],
)
def test_all_channels_become_bytes(image, pixel: list[int], space: str) -> None:
    """Grey, colours, and the alpha of both."""
    made = normal(image)
    assert (made(2, 2), made.format, made.interpretation) == (pixel, "uchar", space)


@pytest.mark.parametrize("kind", ["float", "uint", "short", "double", "complex"])
def test_other_numbers_are_refused(kind: str) -> None:
    """Nobody knows which of them is white."""
    with pytest.raises(UnreadableImage, match="8 or 16 bits"):
        normal(flat(1, 2, 3, kind=kind))


def test_a_picture_is_finished() -> None:
    """Its size, and its pixels in memory."""
    raster = finished(flat(1, 2, 3), Geometry.whole(6, 4).resize(3, 2))
    assert (raster.size, raster.mode, raster.to_bytes()) == ((3, 2), "RGB", bytes([1, 2, 3]) * 6)
