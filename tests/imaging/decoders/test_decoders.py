"""thumbor_renuo.imaging.decoders: one for each format."""

import pytest

from tests.imaging.decoders.opening import decoded
from tests.imaging.pictures import PICTURES, saved, scene
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.decoders import DECODERS, decode
from thumbor_renuo.imaging.header import Header
from thumbor_renuo.imaging.source import Source


@pytest.mark.parametrize("name", PICTURES)
def test_all_formats_are_decoded(name: str) -> None:
    """As many frames as the header says, in the size that is asked for."""
    frames = decoded(PICTURES[name][1], (40, 30))
    assert [frame.size for frame in frames] == [(40, 30)] * Source.of(PICTURES[name][1]).frames


def test_each_format_has_a_decoder() -> None:
    """By the names that headers use."""
    assert set(DECODERS) == {
        "jpeg", "png", "webp", "gif", "avif", "heic", "jxl", "tiff", "bmp", "svg",
    }  # fmt: skip


def test_what_has_no_decoder_is_unreadable() -> None:
    """However it got here."""
    source = Source(saved(scene(), "PNG"), Header("psd", 9, 9))
    with pytest.raises(UnreadableImage, match="psd"):
        decode(source, source.geometry)
