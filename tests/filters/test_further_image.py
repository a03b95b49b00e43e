"""thumbor_renuo.filters.further_image, watermark and frame: images beside the picture."""

from typing import Any

import pytest
from PIL import Image

from tests.filters.applying import apply, context_of, picture, png, prepared, run
from thumbor_renuo.errors import InvalidOptions, UnreadableImage

RED = png(Image.new("RGB", (10, 6), "red"))
SOFT = png(Image.new("RGBA", (10, 6), (255, 0, 0, 128)))


def test_an_animation_loads_it_once() -> None:
    """Each frame gets the same mark, decoded once."""
    context: Any = context_of(picture("RGB", (30, 20)), images={"a.png": RED})
    for call in ("watermark(a.png,0,0,0,50)", "frame(a.png)"):
        made = prepared(call, context)
        made.engine.raster = picture("RGB", (30, 20))
        first = run(made)
        made.engine.raster = picture("RGB", (30, 20))
        assert run(made).to_bytes() == first.to_bytes()
    assert context.modules.loader.loaded == ["a.png", "a.png"]


def test_frames_of_several_sizes_have_marks_of_their_own() -> None:
    """A share of the picture is another size in each."""
    context: Any = context_of(picture("RGB", (30, 20)), images={"a.png": RED})
    made = prepared("watermark(a.png,0,0,0,100)", context)
    for size in ((30, 20), (60, 40)):
        made.engine.raster = picture("RGB", size)
        marked = run(made)
        assert marked.size == size
        assert marked.image(size[0] - 1, 2) == [255, 0, 0]


@pytest.mark.parametrize("alpha", [0, 30, 100])
@pytest.mark.parametrize("file", [RED, SOFT])
def test_fading(file: bytes, alpha: int) -> None:
    """What is left of the mark's alpha mixes it in, in its own size and in another."""
    left = max((255 if file is RED else 128) - 255 * alpha // 100, 0) / 255
    for share in ("", ",50", ",100,100"):
        made = apply(f"watermark(a.png,0,0,{alpha}{share})", picture("RGB", (10, 6)),
                     images={"a.png": file})  # fmt: skip
        before = picture("RGB", (10, 6)).image(0, 0)
        expected = 255 * left + before[0] * (1 - left)
        assert abs(made.image(0, 0)[0] - expected) <= 2


@pytest.mark.parametrize("call", ["watermark({},0,0,0)", "frame({})"])
def test_what_cannot_be_had_or_read_is_refused(call: str) -> None:
    """The message names the filter, or the format that is broken."""
    images = {"broken.png": b"\x89PNG\r\n\x1a\n" + bytes(40), "text.png": b"no picture"}
    for name, kind, message in (
        ("forbidden.png", InvalidOptions, "may not come from there"),
        ("missing.png", InvalidOptions, "cannot be had"),
        ("broken.png", UnreadableImage, "PNG"),
        ("text.png", UnreadableImage, "no image of a known type"),
    ):
        with pytest.raises(kind, match=message):
            apply(call.format(name), picture("RGB", (30, 20)), images=images)
