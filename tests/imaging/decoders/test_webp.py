"""thumbor_renuo.imaging.decoders.webp: still WebP, reduced while it is decoded."""

import pytest

from tests.imaging.decoders.opening import decoded, difference, first, small
from tests.imaging.natural import photograph, psnr
from tests.imaging.pictures import saved, scene
from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.geometry import SHRINKS
from thumbor_renuo.imaging.source import Source


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(400, 300), (200, 150), (97, 73), (40, 30), (9, 7)])
def test_it_looks_the_same_in_all_sizes(
    mode: str, size: tuple[int, int], *, lossless: bool
) -> None:
    """As one that Pillow makes smaller; enlarged as well."""
    content = saved(scene(mode), "WEBP", lossless=lossless, quality=95)
    assert difference(first(content, size), small(scene(mode), size)) < 5


@pytest.mark.parametrize("factor", SHRINKS)
def test_a_crop_of_a_reduced_picture_is_in_place(factor: int) -> None:
    """Whatever the decoder reduces by."""
    picture = scene(size=(1001, 603))
    source = Source.of(saved(picture, "WEBP", quality=95))
    box = (101, 203, 901, 603)
    wanted = round(800 / factor / 1.5), round(400 / factor / 1.5)
    shown = source.decode(source.geometry.crop(*box).resize(*wanted))[0].to_pillow()
    assert difference(shown, small(picture.crop(box), wanted)) < 4


@pytest.mark.parametrize("box", [(0, 0, 1021, 767), (33, 77, 1004, 746)])
@pytest.mark.parametrize("scale", [2.9, 4.7, 5.6])
def test_rounded_sides_do_not_stretch(box: tuple[int, int, int, int], scale: float) -> None:
    """Where a side does not divide, all of it goes into the rounded one."""
    picture = photograph((1021, 767))
    source = Source.of(saved(picture, "WEBP", lossless=True, method=0))
    wanted = round((box[2] - box[0]) / scale), round((box[3] - box[1]) / scale)
    assert source.geometry.crop(*box).resize(*wanted).shrink > 1
    shown = source.decode(source.geometry.crop(*box).resize(*wanted))[0].to_pillow()
    assert psnr(shown, small(picture.crop(box), wanted)) > 39


def test_a_damaged_one_is_refused() -> None:
    """Its codes are nonsense, in a container that is whole."""
    content = bytearray(saved(scene(), "WEBP", lossless=True))
    content[60:160] = bytes(100)
    with pytest.raises(UnreadableImage):
        decoded(bytes(content))
