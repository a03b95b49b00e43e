"""thumbor_renuo.handlers.render_steps: Thumbor's steps, with any of its engines."""

import struct
from typing import Any

import pytest
from PIL import Image
from thumbor.engines.pil import Engine as PillowEngine

from tests.handlers import given_images
from tests.handlers.conftest import picture
from tests.handlers.test_render import KEY, House
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.errors import UnreadableImage


@pytest.fixture(autouse=True)
def original() -> None:
    """One of 640 x 480."""
    given_images.IMAGES.clear()
    given_images.IMAGES[KEY] = picture(size=(640, 480))


@pytest.mark.parametrize(
    "options", ["64x48", "fit-in/100x48/filters:quality(40)", "0x0:320x480/32x48"]
)
async def test_thumbors_own_engine_works_too(options: str, monkeypatch: Any) -> None:
    """It makes pictures of the same size."""
    house = House()
    ours = await house.made(options)
    monkeypatch.setattr(house.context.modules.importer, "engine", PillowEngine)
    theirs = await house.made(options)
    assert (theirs.size, theirs.format) == (ours.size, ours.format)


@pytest.mark.parametrize("error", [
    OSError("broken"), SyntaxError(), struct.error(), Image.DecompressionBombError(),
])  # fmt: skip
async def test_what_pillow_raises_is_the_images_fault(error: Exception, monkeypatch: Any) -> None:
    """Thumbor's engine lets it through; the client gets a 400."""
    house = House()

    def fail(*_arguments: Any) -> Any:
        raise error

    monkeypatch.setattr(house.context.modules.importer, "engine", PillowEngine)
    monkeypatch.setattr(PillowEngine, "create_image", fail)
    with pytest.raises(UnreadableImage):
        await house.made("30x20")


async def test_what_our_engine_did_not_foresee_is_our_fault(monkeypatch: Any) -> None:
    """It says itself what is wrong with an image; all else is to be reported."""
    house = House()

    def fail(*_arguments: Any) -> Any:
        raise ValueError("unforeseen")

    monkeypatch.setattr(Engine, "load", fail)
    with pytest.raises(ValueError, match="unforeseen"):
        await house.made("30x20")
    assert house.is_idle()


async def test_facts_have_their_own_type() -> None:
    """Of `meta`, the client gets JSON."""
    render, made = House().render("meta/30x20")
    await render.run()
    assert made[0].derivative.media_type == "application/json"
    assert b'"operations": [{"type": "crop"' in made[0].derivative.data
