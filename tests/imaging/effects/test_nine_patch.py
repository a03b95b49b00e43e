"""thumbor_renuo.imaging.effects.nine_patch: frames as Android stretches them."""

import pytest
from PIL import Image, ImageDraw

from tests.imaging.effects.compared import picture, pixel, plain
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.nine_patch import NinePatch, Padding
from thumbor_renuo.imaging.raster import Raster

BLACK = (0, 0, 0, 255)


def patch(stretch: tuple[range, range], padding: tuple[range, range]) -> Raster:
    """A frame of 22x18 with its border of marks, red at its edges and half clear within."""
    image = Image.new("RGBA", (24, 20))
    draw = ImageDraw.Draw(image)
    draw.rectangle((1, 1, 22, 18), outline=(200, 0, 0, 255), width=3)
    draw.ellipse((5, 5, 16, 14), fill=(0, 255, 90, 120))
    for x in stretch[0]:
        image.putpixel((x, 0), BLACK)
    for y in stretch[1]:
        image.putpixel((0, y), BLACK)
    for x in padding[0]:
        image.putpixel((x, 19), BLACK)
    for y in padding[1]:
        image.putpixel((23, y), BLACK)
    return Raster.from_pillow(image)


NONE = range(0)
FRAMES = [
    patch((range(6, 12), range(5, 9)), (range(4, 18), range(4, 16))),
    patch((range(6, 7), range(5, 6)), (NONE, NONE)),
    patch((NONE, NONE), (range(1, 23), range(1, 19))),
    patch((range(2, 22, 2), range(2, 18, 3)), (range(3, 9), NONE)),
]


@pytest.mark.parametrize("place", range(len(FRAMES)))
@pytest.mark.parametrize("size", [(64, 48), (200, 150), (40, 9), (22, 18), (1, 1)])
def test_a_framed_picture(place: int, size: tuple[int, int]) -> None:
    """It has its padding, and is opaque, however small it is for the frame."""
    patch_ = NinePatch(FRAMES[place])
    made = patch_.around(picture("RGBA", size))
    assert (made.size, made.mode) == (patch_.framed_size(size), "RGB")


def test_a_frame_in_its_own_size_is_copied() -> None:
    """Nothing is stretched, so that each pixel is the frame's."""
    for frame in FRAMES:
        inner = frame.image.crop(1, 1, 22, 18)
        assert NinePatch(frame).stretched((22, 18)).to_bytes() == inner.write_to_memory()


def test_the_picture_shows_where_the_frame_is_clear() -> None:
    """Blended by the frame's alpha, on white where there is padding."""
    made = NinePatch(FRAMES[0]).around(plain((0, 0, 200), (64, 48)))
    assert pixel(made, 0, 0) == (200, 0, 0)
    assert pixel(made, 4, 4) == (0, 0, 200)
    assert pixel(made, 68, 47) == (255, 255, 255)
    assert pixel(made, 4, 40) == (0, 120, 148)


def test_what_is_stretched_is_only_what_is_marked() -> None:
    """The border keeps its width, however large the picture."""
    image = NinePatch(FRAMES[0]).stretched((300, 200)).image
    alpha = [image(x, 100)[3] for x in (0, 2, 3, 296, 297, 299)]
    assert alpha == [255, 255, 0, 0, 255, 255]
    few = NinePatch(FRAMES[3]).stretched((300, 200)).image
    assert [few(x, 0)[3] for x in (0, 150, 299)] == [255, 255, 255]


def test_what_does_not_fit_is_left_out() -> None:
    """Of a frame without marks for stretching, the rest of a larger picture is clear."""
    image = NinePatch(FRAMES[2]).stretched((40, 40)).image
    assert image(39, 39) == [0, 0, 0, 0]
    assert image(0, 0)[3] == 255


def test_marks_say_where_the_content_is() -> None:
    """None leave no padding."""
    assert NinePatch(FRAMES[0]).padding == Padding(3, 3, 5, 3)
    assert NinePatch(FRAMES[1]).framed_size((10, 10)) == (10, 10)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (9, 2)])
def test_what_has_no_room_for_marks_is_refused(size: tuple[int, int]) -> None:
    """Thumbor's C code reads past its memory there."""
    with pytest.raises(InvalidOptions, match="'frame' is smaller than 3x3") as caught:
        NinePatch(plain(BLACK, size, "RGBA"))
    assert caught.value.limit == 3
