"""thumbor_renuo.imaging.shrink: smaller by whole numbers."""

import pytest
import pyvips

from thumbor_renuo.imaging.shrink import shrunk_by


def strip(*pixels: tuple[int, ...]) -> object:
    data = bytes(value for pixel in pixels for value in pixel)
    image = pyvips.Image.new_from_memory(data, len(pixels), 1, len(pixels[0]), "uchar")
    return image.copy(interpretation="srgb" if len(pixels[0]) > 2 else "b-w")


@pytest.mark.parametrize(
    ("pixels", "shown"),
    [
        (((10,), (20,)), [15]),
        (((10, 20, 30), (30, 40, 50)), [20, 30, 40]),
        (((200, 0, 0, 255), (0, 200, 0, 0)), [200, 0, 0, 128]),
        (((200, 255), (0, 0)), [200, 128]),
    ],
)
def test_colours_are_weighed_by_alpha(
    pixels: tuple[tuple[int, ...], ...], shown: list[int]
) -> None:
    """What cannot be seen does not count."""
    made = shrunk_by(strip(*pixels), 2)
    assert (made.width, made.height) == (1, 1)
    assert made(0, 0) == pytest.approx(shown, abs=1)


def test_sides_are_rounded_up() -> None:
    """Nothing is lost of the last pixels."""
    assert shrunk_by(pyvips.Image.black(9, 5), 4).width == 3
    assert shrunk_by(pyvips.Image.black(9, 5), 4).height == 2


def test_by_one_is_the_same() -> None:
    """The picture itself."""
    image = pyvips.Image.black(9, 5)
    assert shrunk_by(image, 1) is image
