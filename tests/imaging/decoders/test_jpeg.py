"""thumbor_renuo.imaging.decoders.jpeg: JPEG of all kinds, sound and damaged."""

import contextlib
import io
import random
import struct

import pytest
import pyvips
from PIL import Image, ImageFilter, ImageOps

from tests.imaging.decoders.opening import decoded, difference, first, small
from tests.imaging.pictures import HEIGHT, STILL, WIDTH, exif, jpeg_of_scans, saved, scene, segment
from tests.imaging.profiles import P3, SRGB_CURVE, in_colour, parametric
from thumbor_renuo.errors import RenderTimeout, RenuoError, TooLarge, UnreadableImage
from thumbor_renuo.imaging.decoders import jpeg
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import DecodeOptions, Source
from thumbor_renuo.imaging.time_limit import time_limit

BASELINE, PROGRESSIVE = STILL["jpeg"][1], STILL["jpeg, progressive"][1]
KINDS = [name for name in STILL if name.startswith("jpeg") and name != "jpeg, cmyk"]
# 8, 4, 2 and 1 for what is made smaller by this.
SCALES = (12, 6, 3, 1.25)


def photograph(mode: str = "RGB", size: tuple[int, int] = (610, 450)) -> Image.Image:
    """Without noise, as a photograph is, so that sizes can be compared."""
    return scene(mode, size).filter(ImageFilter.GaussianBlur(3))


def cropped(content: bytes, box: tuple[int, int, int, int], size: tuple[int, int]) -> Raster:
    source = Source.of(content)
    return source.decode(source.geometry.crop(*box).resize(*size))[0]


@pytest.mark.parametrize("name", KINDS)
def test_at_full_size_it_is_what_libjpeg_makes(name: str) -> None:
    """To the last bit; grey stays grey."""
    expected = Image.open(io.BytesIO(STILL[name][1]))
    assert first(STILL[name][1]).mode == expected.mode
    assert difference(first(STILL[name][1]), expected) == 0


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("progressive", [True, False])
def test_a_smaller_picture_looks_the_same(*, progressive: bool, mode: str, scale: float) -> None:
    """By whatever it is reduced while it is decoded."""
    picture = photograph(mode)
    content = saved(picture, "JPEG", quality=80, progressive=progressive)
    size = tuple(round(side / scale) for side in picture.size)
    shown = first(content, size)
    assert shown.mode == mode
    assert difference(shown, small(picture, size)) < 2


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("box", [(0, 0, 300, 200), (150, 30, 610, 450), (300, 100, 450, 250)])
def test_a_part_is_where_it_should_be(*, progressive: bool, box: tuple[int, ...]) -> None:
    """At the top, at the bottom, and between; full size and smaller."""
    picture = photograph()
    content = saved(picture, "JPEG", quality=90, progressive=progressive)
    for scale in (1, 3):
        size = tuple((end - start) // scale for start, end in zip(box[:2], box[2:], strict=True))
        shown = cropped(content, box, size).to_pillow()
        assert difference(shown, small(picture.crop(box), size)) < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_laid_upright(orientation: int) -> None:
    """As its orientation says."""
    picture = photograph(size=(160, 120))
    content = saved(picture, "JPEG", quality=90, exif=exif(orientation))
    upright = Image.open(io.BytesIO(content))
    expected = ImageOps.exif_transpose(upright)
    assert difference(first(content), expected) == 0


def test_large_ones_are_decoded_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """They look the same."""
    picture = photograph()
    content = saved(picture, "JPEG", quality=80)
    at_once = first(content, (500, 369))
    monkeypatch.setattr(jpeg, "MAX_HELD_BYTES", 1)
    assert difference(first(content, (500, 369)), at_once) < 1


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("scale", [12, 1.25])
def test_inks_become_colours(*, progressive: bool, scale: float) -> None:
    """As libvips converts them; made smaller before, and larger after."""
    picture = photograph("CMYK", (300, 224))
    content = saved(picture, "JPEG", quality=90, progressive=progressive)
    inks = pyvips.Image.new_from_buffer(saved(picture, "TIFF"), "")
    expected = Raster.of(
        inks.icc_transform("srgb", input_profile="cmyk", intent="perceptual")
    ).to_pillow()
    size = tuple(round(side / scale) for side in picture.size)
    assert first(content, size).mode == "RGB"
    assert difference(first(content, size), small(expected, size)) < 4
    assert difference(first(content, (400, 300)), small(expected, (400, 300))) < 4


def test_a_profile_is_followed_or_kept() -> None:
    """The colours become sRGB, or stay with their profile."""
    wide = in_colour(P3, parametric(*SRGB_CURVE))
    content = saved(photograph(), "JPEG", icc_profile=wide, quality=90)
    plain = saved(photograph(), "JPEG", quality=90)
    size = (100, 74)
    (kept,) = decoded(content, size, wide_gamut=True)
    assert kept.profile == wide
    assert difference(kept.to_pillow(), first(plain, size)) == 0
    (converted,) = decoded(content, size)
    assert converted.profile is None
    assert difference(converted.to_pillow(), first(plain, size)) > 2


@pytest.mark.parametrize("name", [*KINDS, "jpeg, cmyk"])
@pytest.mark.parametrize("size", [None, (16, 12)])
def test_a_cut_file_is_refused_unless_asked_for(name: str, size: tuple[int, int] | None) -> None:
    """Wherever it is cut; if asked for, there is the upper part at least."""
    content = STILL[name][1]
    start = content.index(b"\xff\xda") + 20
    for end in (*range(start, len(content), len(content) // 6), len(content) - 2, len(content) - 1):
        with pytest.raises(UnreadableImage):
            decoded(content[:end], size)
        (shown,) = decoded(content[:end], size, truncated=True)
        assert shown.size == (size or (WIDTH, HEIGHT))
    whole, half = (first(part, truncated=True) for part in (content, content[: len(content) // 2]))
    if "progressive" not in name:
        top = (0, 0, WIDTH, HEIGHT // 4)
        assert difference(half.crop(top), whole.crop(top)) == 0


@pytest.mark.parametrize("name", [*KINDS, "jpeg, cmyk"])
def test_a_file_that_is_cut_and_closed_is_refused(name: str) -> None:
    """An end alone does not make it whole."""
    content = STILL[name][1]
    start = content.index(b"\xff\xda") + 20
    for end in range(start, len(content) * 9 // 10, len(content) // 6):
        with pytest.raises(UnreadableImage):
            decoded(content[:end] + b"\xff\xd9")
        assert decoded(content[:end] + b"\xff\xd9", truncated=True)


@pytest.mark.parametrize("size", [None, (40, 30)])
def test_what_libjpeg_warns_of_in_a_header_does_no_harm(size: tuple[int, int] | None) -> None:
    """Odd parameters of a scan, rubbish between segments, further pictures behind the end."""
    scan, frame = BASELINE.index(b"\xff\xda"), BASELINE.index(b"\xff\xc0")
    odd = BASELINE[: scan + 11] + b"\0\0\0" + BASELINE[scan + 14 :]
    expected = first(BASELINE, size)
    for content in (
        odd,
        odd[:frame] + b"rubbish" + odd[frame:],
        BASELINE[:frame] + b"\xff\xff\xff" + BASELINE[frame:],
        BASELINE.replace(b"JFIF\0\1", b"JFIF\0\x09"),
        BASELINE + BASELINE,
        BASELINE + bytes(1000),
        BASELINE[:-2] + bytes(3) + BASELINE[-2:],
    ):
        # libvips does the rest of what libjpeg-turbo refuses, and reduces otherwise by a step.
        assert difference(first(content, size), expected) < 1


def test_a_warning_of_the_header_does_not_hide_damage() -> None:
    """It is looked for behind it as well."""
    scan = BASELINE.index(b"\xff\xda")
    odd = BASELINE[: scan + 11] + b"\0\0\0" + BASELINE[scan + 14 :]
    for end in range(scan + 50, len(odd) - 100, 2003):
        with pytest.raises(UnreadableImage):
            decoded(odd[:end] + b"\xff\xd9")


@pytest.mark.parametrize("name", [*KINDS, "jpeg, cmyk"])
def test_flipped_bits_are_shown_or_refused(name: str) -> None:
    """Nothing else happens, whatever they hit."""
    chance, content = random.Random(7), STILL[name][1]
    for _ in range(4 if "cmyk" in name else 40):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 3, 9))):
            at = chance.randrange(chance.choice((700, len(content))))
            damaged[at] ^= 1 << chance.randrange(8)
        try:
            source = Source.of(bytes(damaged), DecodeOptions(truncated=chance.random() < 0.5))
            if max(source.geometry.size) > 500:
                continue
            size = chance.choice([source.geometry.size, (20, 15), (50, 40)])
            (shown,) = source.decode(source.geometry.resize(*size))
        except RenuoError:
            continue
        assert shown.size == size


def test_two_sizes_are_one_too_many() -> None:
    """The limits were checked for another picture."""
    header = Source.of(BASELINE).header
    other = Source(saved(scene(size=(9, 9)), "JPEG"), header)
    with pytest.raises(UnreadableImage, match="two sizes"):
        other.decode(other.geometry)


@pytest.mark.parametrize("kind", sorted({*range(0xC3, 0xD0)} - {0xC4, 0xC8, 0xCC}))
def test_kinds_that_nobody_makes_are_shown_or_refused(kind: int) -> None:
    """Arithmetic, lossless and hierarchical ones."""
    at = BASELINE.index(b"\xff\xc0")
    with contextlib.suppress(UnreadableImage):
        assert decoded(BASELINE[: at + 1] + bytes([kind]) + BASELINE[at + 2 :])


@pytest.mark.parametrize("precision", [0, 2, 7, 9, 12, 16, 255])
def test_other_than_8_bits_are_refused(precision: int) -> None:
    """Of which phones and cameras make none."""
    for content, marker in ((BASELINE, b"\xff\xc0"), (PROGRESSIVE, b"\xff\xc2")):
        at = content.index(marker) + 4
        with pytest.raises(UnreadableImage):
            decoded(content[:at] + bytes([precision]) + content[at + 1 :], (20, 15))


def test_two_channels_are_no_picture() -> None:
    """Nobody knows which."""
    at = BASELINE.index(b"\xff\xc0")
    two = segment(0xC0, b"\x08" + struct.pack(">HHB", 16, 16, 2) + b"\1\x11\0\2\x11\0")
    scan = segment(0xDA, b"\2\1\0\2\0\0\x3f\0") + bytes(200)
    tables = BASELINE[at + 19 : BASELINE.index(b"\xff\xda")]
    with pytest.raises(UnreadableImage):
        decoded(BASELINE[:at] + two + tables + scan + b"\xff\xd9")


def test_scans_are_bounded() -> None:
    """Each goes over the whole picture."""
    with pytest.raises(TooLarge, match="scans"):
        decoded(jpeg_of_scans(101), (8, 8))


def test_the_time_is_bounded() -> None:
    """However little of it there is."""
    for content in (BASELINE, PROGRESSIVE):
        with pytest.raises(RenderTimeout), time_limit(0):
            decoded(content, (10, 10))


@pytest.mark.parametrize("sides", [(1, 1), (7, 3), (1, 500), (500, 1), (17, 33)])
@pytest.mark.parametrize("progressive", [True, False])
def test_small_ones_are_pictures(*, progressive: bool, sides: tuple[int, int]) -> None:
    """Made smaller and larger."""
    content = saved(Image.new("RGB", sides, (100, 120, 130)), "JPEG", progressive=progressive)
    for wanted in ((1, 1), (2, 3), (9, 9)):
        pixel = first(content, wanted).getpixel((0, 0))
        assert max(abs(a - b) for a, b in zip(pixel, (100, 120, 130), strict=True)) <= 2


def test_parts_that_do_not_fit_together_are_left_to_libjpeg(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Colours in a ratio that the quick way does not know, as few pixels may have it."""
    asked = []

    def fail(*_arguments: object) -> None:
        asked.append(True)
        raise KeyError(3)

    monkeypatch.setattr(jpeg, "_by_means", fail)
    monkeypatch.setattr(jpeg, "_by_few_scans", fail)
    assert first(PROGRESSIVE, (WIDTH // 4, HEIGHT // 4)).size == (WIDTH // 4, HEIGHT // 4)
    assert asked
