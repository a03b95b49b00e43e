"""thumbor_renuo.imaging.libvips: safe for strangers' pictures."""

import pytest
import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import libvips

BYTES_OF_A_FILE = b"/nowhere/\xff.png"  # libvips' error names it


def test_the_process_is_set_up() -> None:
    """One thread a picture, no cache, and again and again."""
    libvips.set_up()
    libvips.set_up()
    assert pyvips.concurrency_get() == 1
    assert pyvips.cache_get_max() == 0


def test_untrusted_loaders_are_blocked() -> None:
    """Those that libvips does not fuzz, as that of SVG."""
    libvips.set_up()
    with pytest.raises(pyvips.Error, match="operation is blocked"):
        pyvips.Operation.call("svgload_buffer", b"<svg/>")


def test_what_it_was_built_with_can_be_asked() -> None:
    """By the names of its operations."""
    assert libvips.has("pngload_source")
    assert not libvips.has("nonsenseload_source")


def test_its_errors_are_ours() -> None:
    """Without its words."""
    with pytest.raises(UnreadableImage) as refused, libvips.translated("GIF"):
        pyvips.Operation.call("gifload_buffer", b"nonsense")
    assert refused.value.message == "the GIF is damaged or cut short"


def test_other_errors_pass() -> None:
    """A mistake of ours is not hidden."""
    with pytest.raises(KeyError), libvips.translated("GIF"):
        raise KeyError


def test_an_error_that_is_no_text_is_forgotten() -> None:
    """It does not become the error of each picture from then on."""
    with pytest.raises(UnreadableImage), libvips.translated("PNG"):
        pyvips.Operation.call("pngload", BYTES_OF_A_FILE)
    with pytest.raises(pyvips.Error, match="unable to open"):
        pyvips.Operation.call("pngload", "/nowhere/a.png")
