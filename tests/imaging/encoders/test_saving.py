"""Pillow's and libvips' savers in our words."""

import struct

import pytest
import pyvips

from tests.imaging.encoders.rasters import gradient
from thumbor_renuo.errors import InvalidOptions, RenderTimeout
from thumbor_renuo.imaging.encoders import saving
from thumbor_renuo.imaging.time_limit import time_limit


@pytest.mark.parametrize(
    "error", [OSError, ValueError, RuntimeError, struct.error, MemoryError, SyntaxError]
)
def test_an_encoders_error_becomes_ours(error: type[Exception]) -> None:
    """It names the format, and nothing of what the encoder says."""
    said = "no WEBP can be made of this image"
    with pytest.raises(InvalidOptions, match=said) as caught, saving.translated("webp"):
        raise error("secret detail")
    assert "secret" not in str(caught.value)


def test_libvips_errors_become_ours() -> None:
    """Whatever option it was."""
    with pytest.raises(InvalidOptions, match="no PNG can be made"):
        saving.by_libvips(gradient().image, "png", nonsense=1)


def test_what_was_stopped_is_a_timeout() -> None:
    """Not a fault of the picture."""
    with time_limit(0), pytest.raises(RenderTimeout), saving.translated("PNG"):
        raise pyvips.Error("killed")


def test_pixels_reach_pillow_unchanged() -> None:
    """In all four modes."""
    for mode in ("L", "LA", "RGB", "RGBA"):
        image = saving.pillow_image(gradient(mode))
        assert (image.mode, image.tobytes()) == (mode, gradient(mode).to_bytes())
