"""The transformer: trim, and the crop that was meant for the whole picture."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from tests.conftest import make_config
from thumbor_renuo.engines.transformer import Transformer
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.handlers.driving import drive


def transformer(image: Image.Image, **request: Any) -> Transformer:
    file = BytesIO()
    image.save(file, "PNG")
    context: Any = SimpleNamespace(config=make_config())
    engine = Engine(context)
    engine.load(file.getvalue(), None)
    asked = {"trim": True, "trim_pos": "top-left", "trim_tolerance": 0, "should_crop": False}
    context.request = SimpleNamespace(engine=engine, **{**asked, **request})
    return Transformer(context)


def framed() -> Image.Image:
    image = Image.new("RGB", (40, 30), "white")
    image.paste("red", (10, 5, 30, 20))
    return image


def test_the_edge_goes() -> None:
    """Only what differs is left."""
    it = transformer(framed())
    drive(it.trim())
    assert it.engine.size == (20, 15)


def test_a_crop_is_moved_along() -> None:
    """It was meant in the coordinates of the whole picture."""
    crop = {"left": 12, "top": 7, "right": 20, "bottom": 18}
    it = transformer(framed(), should_crop=True, crop=crop)
    drive(it.trim())
    assert crop == {"left": 2, "top": 2, "right": 10, "bottom": 13}


@pytest.mark.parametrize("request_", [{"trim": None}, {"trim_tolerance": 440}])
def test_nothing_may_be_to_trim(request_: dict[str, Any]) -> None:
    """It was not asked for, or would leave nothing."""
    it = transformer(framed(), **request_)
    drive(it.trim())
    assert it.engine.size == (40, 30)
