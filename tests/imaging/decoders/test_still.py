"""thumbor_renuo.imaging.decoders.still: PNG, TIFF and AVIF."""

import contextlib
import struct

import pytest
import pyvips
from PIL import Image, ImageOps

from tests.imaging.decoders.opening import decoded, difference, first, small
from tests.imaging.pictures import STILL, by_libvips, exif, png_of, saved, scene
from thumbor_renuo.errors import RenderTimeout, TooLarge, UnreadableImage
from thumbor_renuo.imaging.source import Source
from thumbor_renuo.imaging.time_limit import time_limit

CHANGED = {"jpeg, cmyk", "png, palette", "gif"}  # these have other colours than the scene
LOSSLESS = [name for name in STILL if name.startswith(("png", "tiff")) and "palette" not in name]


@pytest.mark.parametrize("name", LOSSLESS)
def test_nothing_is_lost_at_full_size(name: str) -> None:
    """What was put in comes out, of all kinds of PNG and TIFF."""
    expected = scene("RGBA" if "alpha" in name else "RGB")
    assert difference(first(STILL[name][1]), expected) == 0
    assert first(STILL[name][1]).mode == expected.mode


@pytest.mark.parametrize("name", [name for name in STILL if name not in CHANGED])
def test_a_smaller_picture_looks_the_same(name: str) -> None:
    """As one that Pillow makes smaller, in all formats."""
    mode = "RGBA" if "alpha" in name else "L" if "grey" in name else "RGB"
    expected = small(scene(mode), (67, 50))
    assert difference(first(STILL[name][1], (67, 50)), expected) < 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_all_modes_are_read(kind: str, mode: str) -> None:
    """Grey stays grey; palettes become colours."""
    picture = scene("RGBA" if "A" in mode else "RGB").convert(mode)
    shown = first(saved(picture, kind))
    assert shown.mode == {"1": "L", "P": "RGB"}.get(mode, mode)
    assert difference(shown, picture.convert(shown.mode)) == 0


def test_a_palette_may_have_transparent_colours() -> None:
    """They are alpha."""
    picture = scene().quantize(16)
    shown = first(saved(picture, "PNG", transparency=3))
    assert shown.mode == "RGBA"
    expected = [0 if index == 3 else 255 for index in picture.get_flattened_data()]
    assert list(shown.getchannel("A").get_flattened_data()) == expected


@pytest.mark.parametrize("kind", [".png", ".tif"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_16_bits_become_8(kind: str, mode: str) -> None:
    """Of grey, colours and alpha."""
    image = pyvips.Image.new_from_buffer(saved(scene(mode), "PNG"), "")
    wide = (image.cast("ushort") * 257).cast("ushort")
    wide = wide.copy(interpretation="grey16" if mode == "L" else "rgb16")
    assert difference(first(wide.write_to_buffer(kind)), scene(mode)) <= 1


@pytest.mark.parametrize("bits", [10, 12])
def test_an_avif_of_more_bits_is_shown(bits: int) -> None:
    """In 8."""
    image = pyvips.Image.new_from_buffer(saved(scene(), "PNG"), "").colourspace("rgb16")
    content = image.heifsave_buffer(compression="av1", bitdepth=bits, Q=95, effort=0)
    assert Source.of(content).header.bits == bits
    assert difference(first(content), scene()) < 3


def test_cmyk_becomes_srgb() -> None:
    """Of a TIFF; ink that covers nothing is white, all of it black."""
    flat = [Image.new("CMYK", (9, 9), ink) for ink in ((0, 0, 0, 0), (255, 255, 255, 255))]
    white, black = (first(saved(image, "TIFF")) for image in flat)
    assert (white.mode, min(white.getpixel((4, 4)))) == ("RGB", 255)
    assert max(black.getpixel((4, 4))) < 40


@pytest.mark.parametrize("kind", ["float", "double", "uint", "complex"])
def test_numbers_that_are_no_pixels_are_refused(kind: str) -> None:
    """A TIFF may hold any."""
    image = pyvips.Image.black(9, 9).cast(kind)
    with pytest.raises(UnreadableImage):
        decoded(image.write_to_buffer(".tif"))


def test_the_first_page_of_a_tiff_is_shown() -> None:
    """The others are not decoded."""
    pages = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert first(content).getpixel((0, 0)) == (255, 0, 0)
    assert len(decoded(content)) == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "AVIF"])
def test_it_lies_as_its_orientation_says(kind: str, orientation: int) -> None:
    """The same as Pillow makes of it; nothing is turned twice."""
    options = {"lossless": True} if kind == "WEBP" else {}
    if kind == "AVIF":
        options = {"quality": 95}
    content = saved(scene(size=(60, 40)), kind, exif=exif(orientation), **options)
    plain = scene(size=(60, 40))
    plain.getexif()[0x0112] = orientation
    expected = ImageOps.exif_transpose(plain)
    assert difference(first(content), expected) < 5
    assert difference(first(content, small(expected, (30, 20)).size), small(expected, (30, 20))) < 4


@pytest.mark.parametrize("name", [name for name in STILL if not name.startswith("jpeg")])
@pytest.mark.parametrize("size", [None, (20, 15)])
def test_a_cut_picture_is_refused_unless_asked_for(name: str, size: tuple[int, int] | None) -> None:
    """Then what there is of it is shown, if anything can be."""
    content = STILL[name][1]
    cut = content[: len(content) * 7 // 10]
    with pytest.raises(UnreadableImage):
        decoded(cut, size)
    try:
        shown = first(cut, size, truncated=True)
    except UnreadableImage:
        # There is nothing without their end, or too little.
        assert name.startswith(("avif", "tiff", "webp", "png, interlaced"))
        return
    assert shown.size == (size or scene().size)
    corner = (0, 0, shown.width, shown.height // 4)
    whole = first(content, size)
    assert difference(shown.crop(corner), whole.crop(corner)) < 3


@pytest.mark.parametrize("missing", [1, 4, 12])
def test_a_png_without_its_end_is_cut_short(missing: int) -> None:
    """Though all pixels are there."""
    content = STILL["png"][1][:-missing]
    with pytest.raises(UnreadableImage):
        decoded(content)
    assert difference(first(content, truncated=True), scene()) == 0


def test_two_sizes_are_one_too_many() -> None:
    """The limits were checked for another picture."""
    source = Source.of(STILL["png"][1])
    other = Source(STILL["png, alpha"][1] + b"", source.header)
    assert other.decode(other.geometry)[0].size == scene().size
    smaller = Source(saved(scene(size=(9, 9)), "PNG"), source.header)
    with pytest.raises(UnreadableImage, match="two sizes"):
        smaller.decode(smaller.geometry)


def test_an_interlaced_picture_is_bounded() -> None:
    """It is held whole, and a small file may claim a gigabyte."""
    content = bytearray(png_of(9_000, 9_000, b"", depth=16, colours=6))
    content[28] = 1
    with pytest.raises(TooLarge, match="interlaced") as refused:
        decoded(bytes(content), truncated=True)
    assert refused.value.limit == 320 * 1024**2


def test_the_time_is_bounded() -> None:
    """However little of it there is."""
    with pytest.raises(RenderTimeout), time_limit(0):
        decoded(by_libvips(scene(size=(600, 600)), ".png"), (10, 10))


def test_a_line_and_a_pixel_are_pictures() -> None:
    """Made smaller and larger."""
    for size in ((1, 1), (500, 1), (1, 500)):
        content = saved(Image.new("RGB", size, (10, 20, 30)), "PNG")
        for wanted in ((1, 1), (7, 5)):
            assert first(content, wanted).getpixel((0, 0)) == (10, 20, 30)


def test_transparent_colours_do_not_bleed() -> None:
    """What lies under full transparency leaves no trace at the edges."""
    picture = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 31, 64))
    for size in ((20, 20), (5, 5)):
        shown = first(saved(picture, "PNG"), size)
        assert {pixel[1] for pixel in shown.get_flattened_data() if pixel[3] > 8} == {0}


def test_a_lying_box_costs_no_memory() -> None:
    """An AVIF whose header tells fewer pixels than it has is shown so, or not at all."""
    content = saved(Image.new("RGB", (900, 900)), "AVIF", speed=10)
    at = content.index(b"ispe") + 8
    lying = content[:at] + struct.pack(">II", 16, 16) + content[at + 8 :]
    with contextlib.suppress(UnreadableImage):
        assert [raster.size for raster in decoded(lying)] == [(16, 16)]
