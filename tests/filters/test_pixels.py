"""thumbor_renuo.filters.pixels: filters work on engines with Pillow images as well."""

from types import SimpleNamespace

import pytest
from PIL import Image

from tests.filters.applying import CLASSES
from thumbor_renuo.imaging.raster import Raster


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_an_engine_of_pillow_s(mode: str) -> None:
    """Its image is replaced by one of the pixels that the filter makes."""
    engine = SimpleNamespace(image=Image.new(mode, (9, 7)), is_multiple=lambda: False)
    context = SimpleNamespace(modules=SimpleNamespace(engine=engine), metrics=None)
    work = CLASSES["brightness"].init_if_valid("brightness(100)", context).run()
    with pytest.raises(StopIteration):
        work.send(None)
    assert isinstance(engine.image, Image.Image)
    assert engine.image.size == (9, 7)
    assert engine.image.convert("RGB").getpixel((8, 6)) == (255, 255, 255)


def test_our_engine_gets_a_raster() -> None:
    """It keeps no Pillow image."""
    source = Raster.from_pillow(Image.new("RGB", (9, 7)))
    engine = SimpleNamespace(raster=source, is_multiple=lambda: False)
    context = SimpleNamespace(modules=SimpleNamespace(engine=engine), metrics=None)
    made = CLASSES["contrast"].init_if_valid("contrast(9)", context)
    assert made.raster is source
    with pytest.raises(StopIteration):
        made.run().send(None)
    assert made.raster is engine.raster is not source
