"""thumbor_renuo.imaging.decoders.animation: GIF and WebP that move."""

import struct

import pytest
from PIL import Image

from tests.imaging.decoders.opening import decoded, difference, small
from tests.imaging.pictures import GIF_FRAME, gif_of, moving, saved, scene
from thumbor_renuo.errors import RenderTimeout, UnreadableImage
from thumbor_renuo.imaging.source import DecodeOptions, Source
from thumbor_renuo.imaging.time_limit import time_limit

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))


def flags(kind: str, size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    """A frame of each colour."""
    frames = [Image.new("RGB", size, colour) for colour in COLOURS]
    more = {"lossless": True} if kind == "WEBP" else {}
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], **more, **options)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
@pytest.mark.parametrize("size", [(30, 20), (15, 10), (7, 9), (60, 40)])
def test_all_frames_are_decoded_in_their_order(kind: str, size: tuple[int, int]) -> None:
    """In their own size, made smaller, and made larger."""
    frames = decoded(flags(kind), size)
    assert [frame.size for frame in frames] == [size] * 4
    shown = [frame.to_pillow().convert("RGB").getpixel((3, 4)) for frame in frames]
    assert shown == list(COLOURS)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_times_and_loop_are_kept(kind: str) -> None:
    """With the source."""
    source = Source.of(flags(kind, duration=[40, 120, 2000, 70], loop=0))
    source.decode(source.geometry)
    assert (list(source.delays_ms), source.loop) == ([40, 120, 2000, 70], 0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_crops_and_turns_hold_for_each_frame(kind: str) -> None:
    """The corner of each, turned."""
    source = Source.of(moving(kind, **({"lossless": True} if kind == "WEBP" else {})))
    box = (100, 50, 180, 110)
    geometry = source.geometry.crop(*box).resize(40, 30)
    for turn, frame in enumerate(source.decode(geometry)):
        expected = small(scene(turn=turn).crop(box), (40, 30))
        assert difference(frame.to_pillow().convert("RGB"), expected) < 6


def test_what_is_seen_counts_and_not_what_has_changed() -> None:
    """A small second frame lies on the first; disposed of, the ground is there again."""

    def frame(box: tuple[int, int, int, int], control: int) -> bytes:
        head = b"!\xf9\x04" + bytes([control]) + b"\x0a\0\0\0"
        return head + b"," + struct.pack("<4H", *box) + GIF_FRAME[9:]

    one, all_of_it = (1, 0, 1, 1), (0, 0, 2, 1)
    picture = saved(Image.new("P", (2, 1), 1), "GIF")
    ground = picture[picture.rindex(b",\0\0\0\0") : -1]
    assert len(ground) > 10
    content = gif_of(2, 1, frame(all_of_it, 0x04) + frame(one, 0x08) + frame(one, 0x04))
    frames = decoded(content)
    assert [raster.size for raster in frames] == [(2, 1)] * 3
    alphas = [raster.with_alpha().to_pillow().getchannel("A").getpixel((1, 0)) for raster in frames]
    assert alphas == [255, 255, 255]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_only_the_first_frame_may_be_wanted(kind: str) -> None:
    """The others are not decoded."""
    frames = decoded(flags(kind), (3, 2), first_frame=True)
    assert len(frames) == 1
    assert frames[0].to_pillow().convert("RGB").getpixel((0, 0)) == COLOURS[0]


def test_a_canvas_may_be_larger_than_the_first_frame() -> None:
    """Of a size that libnsgif does not believe; the rest is transparent."""
    first, second = (
        b"," + struct.pack("<4H", *box) + GIF_FRAME[9:] for box in ((0, 0, 1, 1), (639, 479, 1, 1))
    )
    frames = decoded(gif_of(640, 480, first + second))
    assert [frame.size for frame in frames] == [(640, 480)] * 2
    alphas = [frame.to_pillow().getchannel("A") for frame in frames]
    assert [alpha.getpixel((639, 479)) for alpha in alphas] == [0, 255]
    assert [alpha.getpixel((0, 0)) for alpha in alphas] == [255, 255]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_one_that_is_cut_short_is_refused_unless_asked_for(kind: str) -> None:
    """Then there are as many frames as it says it has, the last one again and again."""
    content = moving(kind, 4, **({"lossless": True} if kind == "WEBP" else {}))
    cut = content[: len(content) * 6 // 10]
    with pytest.raises(UnreadableImage):
        decoded(cut, (20, 15))
    source = Source.of(cut, DecodeOptions(truncated=True))
    try:
        frames = source.decode(source.geometry)
    except UnreadableImage:
        assert kind == "WEBP"  # libwebp shows nothing of it
        return
    assert len(frames) == source.frames
    assert difference(frames[0].to_pillow().convert("RGB"), scene()) < 8


def test_the_time_is_bounded() -> None:
    """Between two frames as well."""
    with pytest.raises(RenderTimeout), time_limit(0):
        decoded(flags("GIF"))
