"""Frames joined for an animation: their order, delays and loops."""

import pytest
from PIL import Image

from tests.imaging.encoders.rasters import gradient, opened
from thumbor_renuo.errors import InvalidOptions, RenderTimeout
from thumbor_renuo.imaging.encoders import ANIMATED, EncodeOptions, encode_animation
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import time_limit

FORMATS = ["gif", "webp"]
OPTIONS = EncodeOptions()
COLOURS = [(250, 0, 0, 255), (0, 250, 0, 255), (0, 0, 250, 255)]


def frames(size: tuple[int, int] = (20, 10)) -> list[Raster]:
    return [Raster.plain(size, colour).without_alpha() for colour in COLOURS]


def played(image: Image.Image) -> list[tuple[int, int]]:
    """Of each frame, which channel is the strongest, and for how many milliseconds it is shown."""
    seen = []
    for frame in range(getattr(image, "n_frames", 1)):
        image.seek(frame)
        colour = image.convert("RGB").getpixel((3, 3))
        assert isinstance(colour, tuple)
        image.load()
        seen.append((colour.index(max(colour)), image.info["duration"]))
    return seen


@pytest.mark.parametrize("name", sorted(ANIMATED))
def test_frames_come_in_order_with_their_delays(name: str) -> None:
    """Each is shown for as long as it was asked for."""
    image = opened(encode_animation(frames(), [100, 20, 1500], 0, name, OPTIONS))
    assert image.size == (20, 10)
    assert played(image) == [(0, 100), (1, 20), (2, 1500)]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("loop", [0, 2, 7])
def test_it_plays_as_often_as_it_did(name: str, loop: int) -> None:
    """0 is for ever. A GIF's own count is of repetitions, one less."""
    image = opened(encode_animation(frames(), [100] * 3, loop, name, OPTIONS))
    repetitions = loop - 1 if name == "gif" and loop else loop
    assert image.info["loop"] == repetitions


@pytest.mark.parametrize("name", FORMATS)
def test_missing_and_wild_delays_are_mended(name: str) -> None:
    """A frame without a delay has the last one's; none is negative or more than a GIF can say.

    Browsers show a frame without a delay for 100 ms, which libvips writes into a WebP.
    """
    image = opened(encode_animation(frames(), [-5, 70], 0, name, OPTIONS))
    assert [delay for _, delay in played(image)] == [100 if name == "webp" else 0, 70, 70]
    image = opened(encode_animation(frames(), [10**12], 0, name, OPTIONS))
    assert {delay for _, delay in played(image)} == {655_350}


@pytest.mark.parametrize("name", sorted(ANIMATED))
def test_one_frame_with_transparency_gives_it_to_all(name: str) -> None:
    """Frames of several modes become one animation."""
    mixed = [gradient("L"), gradient("RGBA"), gradient("RGB")]
    image = opened(encode_animation(mixed, [50], 0, name, OPTIONS))
    assert getattr(image, "n_frames", 1) == 3
    image.seek(1)
    assert image.convert("RGBA").getpixel((5, 0))[3] < 9  # type: ignore[index]


def test_a_webp_may_be_lossless() -> None:
    """At quality 100 the pixels of a frame are those that went in."""
    first = gradient()
    data = encode_animation([first, *frames(first.size)], [50], 0, "webp", EncodeOptions(100))
    assert opened(data).convert("RGB").tobytes() == first.to_bytes()


@pytest.mark.parametrize("name", sorted(ANIMATED))
def test_frames_of_two_sizes_are_refused(name: str) -> None:
    """They would be one in the other."""
    with pytest.raises(InvalidOptions, match="not of one size"):
        encode_animation([*frames(), *frames((5, 5))], [50], 0, name, OPTIONS)


@pytest.mark.parametrize("name", sorted(ANIMATED))
def test_an_animation_stops_when_the_time_is_over(name: str) -> None:
    """Before, and between its frames."""
    with time_limit(0), pytest.raises(RenderTimeout):
        encode_animation(frames(), [50], 0, name, OPTIONS)
    many = [gradient("RGB", (600, 600)), *frames((600, 600))] * 20
    with pytest.raises(RenderTimeout), time_limit(0.05):
        encode_animation(many, [50], 0, name, OPTIONS)
