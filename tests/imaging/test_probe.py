"""thumbor_renuo.imaging.probe: what pictures are, and which are none."""

import base64
import io
import logging
import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from tests.imaging.pictures import (
    GIF_FRAME,
    HEIGHT,
    MOVING,
    PICTURES,
    STILL,
    WIDTH,
    by_libvips,
    chunk,
    exif,
    flat_png,
    gif_of,
    jpeg_of_scans,
    moving,
    png_of,
    saved,
    scene,
)
from thumbor_renuo.errors import RenuoError, TooLarge, UnreadableImage
from thumbor_renuo.imaging.probe import DECODABLE, MAX_SIDE, ImageFacts, probe
from thumbor_renuo.imaging.structure import MAX_SCANS

LIMIT = 75_000_000
P3 = bytes(pyvips.Image.profile_load("p3"))
CMYK = bytes(pyvips.Image.profile_load("cmyk"))


def facts(content: bytes, media_type: str, **limits: int) -> ImageFacts:
    return probe(content, media_type, **{"max_pixels": LIMIT, **limits})


def colour(content: bytes, media_type: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(facts(content, media_type).dominant_color[1:]))


def flat(
    colours: tuple[int, ...] | int, mode: str = "RGB", size: tuple[int, int] = (90, 60)
) -> Image.Image:
    return Image.new(mode, size, colours)


# Facts


@pytest.mark.parametrize("name", STILL)
def test_a_still_picture_is_told_of(name: str) -> None:
    """Its sides, its format, its alpha channel; one frame, upright."""
    media_type, content = STILL[name]
    told = facts(content, media_type)
    assert (told.width, told.height) == (WIDTH, HEIGHT)
    assert told.format == name.partition(",")[0]
    assert (told.frames, told.orientation) == (1, 1)
    assert told.has_alpha is ("alpha" in name)


@pytest.mark.parametrize("name", MOVING)
def test_a_moving_picture_is_told_of(name: str) -> None:
    """The sides of one frame, and how many there are."""
    media_type, content = MOVING[name]
    told = facts(content, media_type)
    assert (told.width, told.height, told.frames) == (WIDTH, HEIGHT, 3)
    assert told.format == name.partition(",")[0]


def test_the_first_frame_is_what_is_shown() -> None:
    """Its colour and its hash, not those of the others."""
    frames = [flat(shade) for shade in ((200, 0, 0), (0, 200, 0), (0, 200, 0))]
    for kind in ("GIF", "WEBP", "PNG", "AVIF"):
        content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        red, green, blue = colour(content, f"image/{kind.lower()}")
        assert (red > 190, green < 10, blue < 10) == (True, True, True), kind


def test_all_formats_show_the_same() -> None:
    """The same scene has nearly the same colour and the same shapes in each format."""
    shown = {name: facts(STILL[name][1], STILL[name][0]) for name in STILL}
    first = bytes.fromhex(shown["png"].dominant_color[1:])
    for name in ("jpeg", "png, 16 bits", "png, interlaced", "webp", "avif", "tiff", "tiff, tiles"):
        here = bytes.fromhex(shown[name].dominant_color[1:])
        assert max(abs(a - b) for a, b in zip(first, here, strict=True)) < 15, name
        means = (mean_of(told) for told in (shown["png"], shown[name]))
        assert max(abs(a - b) for a, b in zip(*means, strict=True)) <= 1, name


def mean_of(told: ImageFacts) -> tuple[int, ...]:
    """The ThumbHash's three means, of 6 bits each."""
    head = int.from_bytes(base64.b64decode(told.thumbhash)[:3], "little")
    return head & 63, head >> 6 & 63, head >> 12 & 63


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_sides_and_hash_are_as_displayed(kind: str, orientation: int) -> None:
    """EXIF's orientation turns the sides, and the hash is that of the picture turned by Pillow."""
    upright = scene(size=(60, 40))
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright if back is None else upright.transpose(back)
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100, "subsampling": 0}
    content = saved(lying, kind, exif=exif(orientation), **options)
    told = facts(content, f"image/{kind.lower()}")
    assert (told.width, told.height, told.orientation) == (60, 40, orientation)
    expected = facts(saved(upright, "PNG"), "image/png")
    nibbles = [
        [byte >> shift & 15 for byte in base64.b64decode(made.thumbhash) for shift in (0, 4)]
        for made in (told, expected)
    ]
    assert max(abs(a - b) for a, b in zip(*nibbles, strict=True)) <= 1


def test_a_tiff_has_its_orientation_in_its_own_tag() -> None:
    """The same tag as EXIF's."""
    told = facts(saved(scene(), "TIFF", tiffinfo={0x0112: 6}), "image/tiff")
    assert (told.width, told.height, told.orientation) == (HEIGHT, WIDTH, 6)


def test_an_avif_is_turned_in_its_own_way() -> None:
    """Its boxes turn it; EXIF's orientation does not count."""
    told = facts(saved(scene(), "AVIF", exif=exif(6)), "image/avif")
    assert (told.width, told.height, told.orientation) == (HEIGHT, WIDTH, 1)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_is_none(orientation: int) -> None:
    """Cameras write a zero where they do not know."""
    told = facts(saved(scene(), "JPEG", exif=exif(orientation)), "image/jpeg")
    assert (told.width, told.height, told.orientation) == (WIDTH, HEIGHT, 1)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 3000), (3000, 1), (63, 64), (64, 65), (129, 127), (513, 3), (1025, 1023)]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_pictures_of_all_shapes_are_told_of(kind: str, size: tuple[int, int]) -> None:
    """One pixel, long lines, and sides about those of the small version."""
    told = facts(saved(flat((0, 120, 220), size=size), kind), f"image/{kind.lower()}")
    assert (told.width, told.height) == size
    red, green, blue = bytes.fromhex(told.dominant_color[1:])
    assert max(red, abs(green - 120), abs(blue - 220)) < 6


def test_transparent_colours_of_a_palette_are_alpha() -> None:
    """In PNG and GIF."""
    indexed = scene().quantize(16)
    for kind in ("PNG", "GIF"):
        media_type = f"image/{kind.lower()}"
        assert facts(saved(indexed, kind, transparency=3), media_type).has_alpha, kind
        assert not facts(saved(indexed, kind), media_type).has_alpha, kind


def test_a_grey_picture_may_have_alpha() -> None:
    """Two channels."""
    told = facts(saved(flat((90, 255), "LA"), "PNG"), "image/png")
    assert (told.has_alpha, told.dominant_color) == (True, "#5a5a5a")


# Colours


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparent_pixels_do_not_count(kind: str) -> None:
    """A small red patch on a large ground that cannot be seen, whatever colour that has."""
    picture = flat((0, 255, 0, 0), "RGBA", (400, 400))
    picture.paste((200, 10, 20, 255), (0, 0, 60, 60))
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    red, green, blue = colour(saved(picture, kind, **options), f"image/{kind.lower()}")
    assert max(abs(red - 200), abs(green - 10), abs(blue - 20)) < 4


def test_the_edge_of_a_shape_keeps_its_colour() -> None:
    """Made small, half-transparent pixels are not darkened by what lies under transparency."""
    picture = flat((0, 0, 255, 0), "RGBA", (640, 640))
    for at in range(0, 640, 2):
        picture.paste((240, 200, 40, 255), (at, 0, at + 1, 640))
    red, green, blue = colour(saved(picture, "PNG"), "image/png")
    assert max(abs(red - 240), abs(green - 200), abs(blue - 40)) < 4


def test_grey_and_16_bits_are_srgb() -> None:
    """A grey of 90 is #5a5a5a, and so is one of 90 * 257."""
    assert facts(saved(flat(90, "L"), "PNG"), "image/png").dominant_color == "#5a5a5a"
    deep = saved(Image.new("I;16", (50, 50), 90 * 257), "PNG")
    assert facts(deep, "image/png").dominant_color == "#5a5a5a"
    deep = by_libvips(flat((10, 200, 90)), ".png", bitdepth=16)
    assert facts(deep, "image/png").dominant_color == "#0ac85a"


def test_one_bit_is_black_or_white() -> None:
    """Fax-like pictures."""
    for kind in ("PNG", "TIFF"):
        media_type = f"image/{kind.lower()}"
        assert facts(saved(flat(1, "1"), kind), media_type).dominant_color == "#ffffff"
        assert facts(saved(flat(0, "1"), kind), media_type).dominant_color == "#000000"


def converted(colours: tuple[int, ...], mode: str, profile: bytes) -> tuple[int, ...]:
    """What Pillow's own colour management makes of one colour."""
    image = ImageCms.profileToProfile(
        flat(colours, mode, (1, 1)),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    return image.getpixel((0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_profile_is_converted(kind: str) -> None:
    """A colour in Display P3 is another in sRGB: as another program converts it."""
    picture = flat((120, 200, 90))
    content = saved(picture, kind, icc_profile=P3, quality=100)
    here = colour(content, f"image/{kind.lower()}")
    there = converted((120, 200, 90), "RGB", P3)
    assert max(abs(a - b) for a, b in zip(here, there, strict=True)) < 5
    assert max(abs(a - b) for a, b in zip(there, (120, 200, 90), strict=True)) > 15


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_converted_by_its_profile(kind: str) -> None:
    """As another program converts it."""
    content = saved(flat((150, 20, 40, 10), "CMYK"), kind, icc_profile=CMYK, quality=100)
    here = colour(content, f"image/{kind.lower()}")
    there = converted((150, 20, 40, 10), "CMYK", CMYK)
    assert max(abs(a - b) for a, b in zip(here, there, strict=True)) < 6


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_not_inverted(kind: str) -> None:
    """No ink is white, all ink is black, cyan has no red."""
    for ink, dark in (((0, 0, 0, 0), False), ((0, 0, 0, 255), True)):
        shade = colour(saved(flat(ink, "CMYK"), kind), f"image/{kind.lower()}")
        assert (max(shade) < 60) is dark
        assert (min(shade) > 245) is not dark
    red, green, blue = colour(saved(flat((255, 0, 0, 0), "CMYK"), kind), f"image/{kind.lower()}")
    assert red + 100 < min(green, blue)


@pytest.mark.parametrize("profile", [b"nonsense", P3[:200], CMYK, b""])
def test_a_picture_with_a_useless_profile_is_shown_without_it(profile: bytes) -> None:
    """Damaged, cut short, or of other channels than the picture's."""
    content = saved(flat((120, 200, 90)), "PNG", icc_profile=profile)
    assert facts(content, "image/png").dominant_color == "#78c85a"


@pytest.mark.parametrize("bands", [5, 6])
def test_a_few_channels_more_are_left_out(bands: int) -> None:
    """The first beyond the colours is alpha; more than five are not a picture's."""
    shades = pyvips.Image.black(50, 50, bands=bands) + [10, 200, 90, 255, 7, 7][:bands]
    content = shades.cast("uchar").copy(interpretation="srgb").tiffsave_buffer()
    if bands > 5:
        with pytest.raises(UnreadableImage, match="6 channels"):
            facts(content, "image/tiff")
    else:
        told = facts(content, "image/tiff")
        assert (told.dominant_color, told.has_alpha) == ("#0ac85a", True)


# Bounds


def test_pixels_are_bounded_before_they_are_decoded() -> None:
    """As many as the limit are taken, one less is not enough; the limit is told."""
    media_type, content = STILL["png"]
    assert facts(content, media_type, max_pixels=WIDTH * HEIGHT).width == WIDTH
    with pytest.raises(TooLarge) as refused:
        facts(content, media_type, max_pixels=WIDTH * HEIGHT - 1)
    assert refused.value.limit == WIDTH * HEIGHT - 1
    assert f"{WIDTH} x {HEIGHT}" in refused.value.message


@pytest.mark.parametrize("name", MOVING)
def test_all_frames_count(name: str) -> None:
    """Three frames have three times the pixels, and are no more than three."""
    media_type, content = MOVING[name]
    assert facts(content, media_type, max_pixels=3 * WIDTH * HEIGHT, max_frames=3).frames == 3
    with pytest.raises(TooLarge) as refused:
        facts(content, media_type, max_pixels=3 * WIDTH * HEIGHT - 1)
    assert refused.value.limit == 3 * WIDTH * HEIGHT - 1
    with pytest.raises(TooLarge) as refused:
        facts(content, media_type, max_frames=2)
    assert refused.value.limit == 2


@pytest.mark.parametrize(
    ("content", "media_type", "limit"),
    [
        (png_of(30_000, 30_000, b""), "image/png", LIMIT),
        (flat_png(12_000, 12_000, depth=1, colours=0), "image/png", LIMIT),
        (png_of(65_535, 65_535, b""), "image/png", LIMIT),
        (png_of(65_536, 1, b""), "image/png", MAX_SIDE),
        (png_of(1, 65_536, b""), "image/png", MAX_SIDE),
        (flat_png(75_000_000, 1, colours=6), "image/png", MAX_SIDE),
        (gif_of(1, 1, GIF_FRAME * 10_000), "image/gif", 2_000),
        (gif_of(2_000, 2_000, GIF_FRAME * 100), "image/gif", LIMIT),
        (gif_of(1, 1, b",\0\0\0\0\xff\xff\xff\xff" + GIF_FRAME[9:]), "image/gif", LIMIT),
        (jpeg_of_scans(MAX_SCANS + 1), "image/jpeg", MAX_SCANS),
    ],
    ids=[
        "PNG of 900 MP", "PNG bomb", "PNG of 4,000 MP", "PNG too wide", "PNG too high",
        "PNG of one line", "GIF of 10,000 frames", "GIF of 100 large frames",
        "GIF frame over its canvas", "JPEG of many scans",
    ],
)  # fmt: skip
def test_bombs_are_refused_with_the_limit(content: bytes, media_type: str, limit: int) -> None:
    """Small files that ask for much memory or time."""
    with pytest.raises(TooLarge) as refused:
        facts(content, media_type)
    assert refused.value.limit == limit


def test_a_jpeg_header_of_4000_megapixels_is_refused() -> None:
    """A JPEG that claims the largest sides."""
    content = bytearray(STILL["jpeg"][1])
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(TooLarge):
        facts(bytes(content), "image/jpeg")


def test_a_box_cannot_lie_about_the_size() -> None:
    """An AVIF whose header is small and whose picture is large is broken."""
    content = saved(flat(90, "L", (1500, 1500)).convert("RGB"), "AVIF")
    at = content.index(b"ispe") + 8
    with pytest.raises(UnreadableImage):
        facts(content[:at] + struct.pack(">II", 16, 16) + content[at + 8 :], "image/avif")


def test_the_longest_line_is_decoded() -> None:
    """As wide as it may be, with alpha."""
    told = facts(flat_png(MAX_SIDE, 3, colours=6), "image/png")
    assert (told.width, told.height) == (MAX_SIDE, 3)


def test_as_many_scans_as_may_be_are_decoded() -> None:
    """The limit itself is no fault."""
    assert facts(jpeg_of_scans(MAX_SCANS), "image/jpeg").width == 64


def test_a_compressed_text_is_not_unpacked() -> None:
    """A chunk that unpacks to 200 MB beside a small picture."""
    bomb = chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(200_000_000), 9))
    content = flat_png(10, 10)
    assert facts(content[:33] + bomb + content[33:], "image/png").width == 10


# Broken pictures


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_cut_short_is_unreadable(name: str, share: float) -> None:
    """In all formats, wherever the end is missing."""
    media_type, content = PICTURES[name]
    with pytest.raises(UnreadableImage):
        facts(cut(content, share), media_type)


@pytest.mark.parametrize("missing", [1, 2, 3, 12, 50])
@pytest.mark.parametrize("name", [name for name in PICTURES if not name.startswith("tiff")])
def test_a_picture_without_its_last_bytes_is_unreadable(name: str, missing: int) -> None:
    """Even where all pixels are there: the end of the file is missing."""
    media_type, content = PICTURES[name]
    with pytest.raises(UnreadableImage):
        facts(content[:-missing], media_type)


@pytest.mark.parametrize("name", ["avif", "avif, moving"])
def test_an_avif_is_unreadable_wherever_it_is_cut(name: str) -> None:
    """Between two boxes, where the container seems whole, as well."""
    media_type, content = PICTURES[name]
    ends = {content.index(kind) - 4 for kind in (b"meta", b"mdat", b"moov") if kind in content}
    for end in [*ends, *range(0, len(content), len(content) // 60)]:
        with pytest.raises(UnreadableImage):
            facts(content[:end], media_type)


@pytest.mark.parametrize("height", [1, 7, 8, 9, 63, 64, 65, 127, 129, 511, 513, 1000])
@pytest.mark.parametrize(
    ("kind", "end"),
    [("PNG", b"\0\0\0\0IEND\xaeB`\x82"), ("GIF", b"\0;")],
)
def test_the_last_lines_are_decoded(kind: str, end: bytes, height: int) -> None:
    """A picture that has its end and lacks pixels before it is unreadable, at all heights."""
    content = saved(scene(size=(50, height)), kind)
    media_type = f"image/{kind.lower()}"
    assert facts(content, media_type).height == height
    with pytest.raises(UnreadableImage):
        facts(content[:-20] + end, media_type)


@pytest.mark.parametrize("height", [63, 64, 65, 127, 129, 511, 513, 1000])
def test_a_jpeg_that_ends_too_early_is_unreadable(height: int) -> None:
    """It has its end, and lacks a fifth of what comes before."""
    content = saved(scene(size=(50, height)), "JPEG")
    assert facts(content, "image/jpeg").height == height
    with pytest.raises(UnreadableImage):
        facts(cut(content, 0.8) + b"\xff\xd9", "image/jpeg")


def without_a_part(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + content[middle + len(content) // 10 :]


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "avif, moving"])
def test_a_picture_that_lacks_a_part_is_unreadable(name: str) -> None:
    """A tenth is missing in the middle."""
    media_type, content = PICTURES[name]
    with pytest.raises(UnreadableImage):
        facts(without_a_part(content), media_type)


@pytest.mark.parametrize(
    "name",
    [name for name in PICTURES if name.startswith(("jpeg", "png", "gif"))],
)
def test_a_picture_whose_rest_is_zeros_is_unreadable(name: str) -> None:
    """As a download that was broken off leaves it."""
    media_type, content = PICTURES[name]
    half = len(content) // 2
    with pytest.raises(UnreadableImage):
        facts(content[:half] + bytes(len(content) - half), media_type)


@pytest.mark.parametrize(
    "name", ["png", "png, alpha", "png, palette", "png, 16 bits", "png, interlaced", "png, moving"]
)
def test_any_flipped_bit_of_a_png_is_found(name: str) -> None:
    """Each chunk has a checksum, those of the further frames as well."""
    media_type, content = PICTURES[name]
    places = random.Random(name)
    for _ in range(50):
        damaged = bytearray(content)
        damaged[places.randrange(len(content) - 12)] ^= 1 << places.randrange(8)
        with pytest.raises(UnreadableImage):
            facts(bytes(damaged), media_type)


def last_frame(content: bytes, kind: str) -> int:
    """Where the pixels of the last frame are."""
    if kind == "WEBP":
        return content.rindex(b"VP8L") + 30
    frame = content.rindex(b",\0\0\0\0")
    flags = content[frame + 9]
    return frame + 32 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_decoded_to_its_last_frame(kind: str) -> None:
    """Its codes are nonsense, in a container that is whole."""
    content = moving(kind, lossless=True) if kind == "WEBP" else moving(kind)
    at = last_frame(content, kind)
    damaged = content[:at] + random.Random(1).randbytes(100) + content[at + 100 :]
    with pytest.raises(UnreadableImage):
        facts(damaged, f"image/{kind.lower()}")


@pytest.mark.parametrize("media_type", sorted(DECODABLE))
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 1000 + b"\0",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(1000),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
        png_of(100, 100, b""),
        png_of(100, 100, zlib.compress(b"")),
        png_of(0, 0, b""),
        png_of(2**31 - 1, 2**31 - 1, b""),
        b"GIF89a",
        b"GIF89a" + random.Random(1).randbytes(1000),
        b"GIF89a\1\0\1\0\0\0\0;",
        b"RIFF",
        b"RIFF\x10\0\0\0WEBPVP8 " + random.Random(1).randbytes(1000),
        b"\0\0\0\x1cftypavif" + random.Random(1).randbytes(1000),
        b"\0\0\0\x10ftypavif\0\0\0\0",
        b"\0\0\0\x10ftypheic\0\0\0\0" + bytes(100),
        b"II*\0",
        b"II*\0\x08\0\0\0" + b"\xff" * 100,
        b"II*\0\x08\0\0\0" + random.Random(1).randbytes(1000),
        random.Random(1).randbytes(1000),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"%PDF-1.4",
        b"P6 1 1 255\n\0\0\0",
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else None,
)
def test_what_is_no_picture_is_unreadable(content: bytes, media_type: str) -> None:
    """Signatures with nonsense behind them, as any of the types."""
    with pytest.raises(UnreadableImage):
        facts(content, media_type)


@pytest.mark.parametrize("name", STILL)
def test_the_type_alone_chooses_the_decoder(name: str) -> None:
    """A picture of one format is unreadable as any other."""
    media_type, content = STILL[name]
    for other in DECODABLE - {media_type, "image/apng"}:
        with pytest.raises(UnreadableImage):
            facts(content, other)


@pytest.mark.parametrize(
    "media_type", ["image/svg+xml", "image/heic", "image/bmp", "", "text/html"]
)
def test_other_types_are_not_decoded(media_type: str) -> None:
    """Whatever the content."""
    with pytest.raises(UnreadableImage, match="not among the types"):
        facts(STILL["png"][1], media_type)


# Sound pictures that look damaged


def test_a_jpeg_with_odd_scan_parameters_is_sound() -> None:
    """Phones write them; libjpeg warns, and shows the picture."""
    content = bytearray(STILL["jpeg"][1])
    scan = content.index(b"\xff\xda")
    content[scan + 6 + 2 * content[scan + 4]] = 0
    assert replace(facts(bytes(content), "image/jpeg")) == facts(STILL["jpeg"][1], "image/jpeg")


def test_odd_scan_parameters_excuse_no_cut() -> None:
    """A picture that is odd and cut short is unreadable."""
    content = bytearray(STILL["jpeg"][1])
    scan = content.index(b"\xff\xda")
    content[scan + 6 + 2 * content[scan + 4]] = 0
    with pytest.raises(UnreadableImage):
        facts(cut(bytes(content), 0.9), "image/jpeg")


@pytest.mark.parametrize("name", ["jpeg", "jpeg, progressive", "png", "gif", "gif, moving"])
def test_what_follows_a_picture_does_not_matter(name: str) -> None:
    """Phones append films to photos."""
    media_type, content = PICTURES[name]
    assert facts(content + b"\0\xff film" * 100, media_type) == facts(content, media_type)


def test_a_jpeg_may_have_bytes_between_its_segments() -> None:
    """And fill bytes before its end."""
    content = STILL["jpeg"][1]
    tables = content.index(b"\xff\xdb")
    odd = content[:tables] + b"abc\xff\xff" + content[tables:-2] + b"\xff\xff\xd9"
    assert facts(odd, "image/jpeg") == facts(content, "image/jpeg")


def test_a_jpeg_may_hold_a_jpeg() -> None:
    """The thumbnail in its EXIF has an end of its own, which is not the picture's."""
    content = STILL["jpeg"][1]
    inner = b"\xff\xe1" + struct.pack(">H", 2 + 300) + content[:298] + b"\xff\xd9"
    whole = content[:2] + inner + content[2:]
    assert facts(whole, "image/jpeg").width == WIDTH
    with pytest.raises(UnreadableImage):
        facts(cut(whole, 0.9), "image/jpeg")


def test_a_png_with_a_damaged_comment_is_sound() -> None:
    """Decoders leave out ancillary chunks that do not match their checksum."""
    content = flat_png(10, 10)
    comment = bytearray(chunk(b"tEXt", b"a\0b"))
    comment[-1] ^= 1
    assert facts(content[:33] + comment + content[33:], "image/png") == facts(content, "image/png")


# The process


def test_libvips_leaves_no_words_in_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its warnings are about files of strangers."""
    caplog.set_level(logging.DEBUG)
    media_type, content = STILL["jpeg"]
    tables = content.index(b"\xff\xdb")
    assert facts(content[:tables] + b"abc" + content[tables:], media_type)
    with pytest.raises(UnreadableImage):
        facts(cut(STILL["tiff, lzw"][1], 0.5), "image/tiff")
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert capfd.readouterr() == ("", "")


def test_threads_do_not_disturb_one_another() -> None:
    """Whole and broken pictures at once, each with its own outcome."""

    def outcome(name: str) -> ImageFacts | None:
        media_type, content = PICTURES[name.removesuffix("!")]
        try:
            return facts(cut(content, 0.6) if name.endswith("!") else content, media_type)
        except UnreadableImage:
            return None

    names = [name + mark for name in PICTURES for mark in ("", "!")] * 5
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(outcome, names))
    alone = {name: outcome(name) for name in set(names)}
    assert at_once == [alone[name] for name in names]
    assert all((alone[name] is None) is name.endswith("!") for name in alone)


def mended(content: bytes) -> bytes:
    """A PNG with checksums that match, so that decoders look inside the chunks."""
    made, at = content[:8], 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if at + 12 + length > len(content):
            break
        made += chunk(content[at + 4 : at + 8], content[at + 8 : at + 8 + length])
        at += 12 + length
    return made + content[at:]


SMALL = {
    "jpeg": ("image/jpeg", saved(scene(size=(24, 20)), "JPEG", exif=exif(6), icc_profile=P3)),
    "jpeg, progressive": ("image/jpeg", saved(scene(size=(24, 20)), "JPEG", progressive=True)),
    "png": ("image/png", saved(scene("RGBA", (24, 20)), "PNG", icc_profile=P3)),
    "png, interlaced": ("image/png", by_libvips(scene(size=(24, 20)), ".png", interlace=True)),
    "webp": ("image/webp", saved(scene(size=(24, 20)), "WEBP", exif=exif(6))),
    "gif": ("image/gif", moving("GIF", 2)),
    "avif": ("image/avif", saved(scene("RGBA", (24, 20)), "AVIF", icc_profile=P3)),
    "tiff": ("image/tiff", saved(scene(size=(24, 20)), "TIFF", compression="tiff_lzw")),
}


@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from(["set", "insert", "delete"]),
            st.binary(min_size=1, max_size=8),
        ),
        min_size=1,
        max_size=6,
    ),
)
@settings(deadline=None)
def test_a_damaged_picture_is_decoded_or_refused(
    name: str, changes: list[tuple[float, str, bytes]]
) -> None:
    """Nothing else is raised, and the process lives on, wherever bytes are changed."""
    media_type, content = SMALL[name]
    for place, how, change in changes:
        at = int(place**2 * len(content))  # headers rather than pixels
        end = at if how == "insert" else at + len(change)
        content = content[:at] + (b"" if how == "delete" else change) + content[end:]
    for damaged in {content, mended(content)} if name.startswith("png") else {content}:
        try:
            told = facts(damaged, media_type, max_pixels=1_000_000)
        except RenuoError as refused:
            assert isinstance(refused, UnreadableImage | TooLarge)  # noqa: PT017
        else:
            assert told.width * told.height <= 1_000_000


def test_an_interlaced_picture_is_held_whole_and_bounded() -> None:
    """A small file could claim a gigabyte; line by line the same picture is no trouble."""
    picture = pyvips.Image.black(7000, 7000, bands=4).cast("ushort")
    picture = picture.copy(interpretation="rgb16")
    with pytest.raises(TooLarge, match="interlaced") as refused:
        facts(picture.pngsave_buffer(interlace=True, compression=1), "image/png")
    assert refused.value.limit == 320 * 1024**2
    assert facts(picture.pngsave_buffer(compression=1), "image/png").width == 7000
