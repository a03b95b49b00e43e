"""Picture: pixels when they are needed, and not before."""

from PIL import Image, ImageFilter

from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.picture import Picture
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Pixels


class Counted(Pixels):
    """Pixels that know what was asked of them."""

    def __init__(self, raster: Raster) -> None:
        super().__init__(raster)
        self.asked: list[Geometry] = []

    def decode(self, geometry: Geometry) -> list[Raster]:
        self.asked.append(geometry)
        return super().decode(geometry)


def picture() -> tuple[Picture, Counted]:
    origin = Counted(Raster.from_pillow(Image.radial_gradient("L").convert("RGB")))
    return Picture(origin, Geometry.whole(256, 256)), origin


def test_all_that_can_wait_is_done_in_one_go() -> None:
    """Crop, resize and flip ask for pixels once, at the end."""
    it, origin = picture()
    it.crop(0, 0, 128, 64)
    it.resize(64, 32)
    it.flip_horizontally()
    assert it.size == (64, 32)
    assert not origin.asked
    assert it.raster.size == (64, 32)
    assert it.raster.size == (64, 32)
    assert len(origin.asked) == 1


def test_what_cannot_wait_is_done_in_two() -> None:
    """A crop after a resize is cut out of the resized pixels."""
    it, origin = picture()
    it.resize(64, 64)
    it.crop(0, 0, 10, 20)
    assert it.raster.size == (10, 20)
    assert len(origin.asked) == 1
    assert origin.asked[0].size == (64, 64)


def test_what_follows_the_pixels_is_done_to_them() -> None:
    """Pixels that are there are not decoded again."""
    it, origin = picture()
    assert it.raster.size == (256, 256)
    it.resize(8, 4)
    assert it.raster.size == (8, 4)
    assert len(origin.asked) == 1


def test_it_is_a_pillow_image_to_who_asks() -> None:
    """Filters that know nothing of it find Pillow's attributes and methods."""
    it, _ = picture()
    it.resize(9, 5)
    assert it.mode == "RGB"
    assert it.convert("L").size == (9, 5)
    assert it.filter(ImageFilter.BLUR).size == (9, 5)
    assert not hasattr(it, "_no_such_thing")
