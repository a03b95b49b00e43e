"""The engine: what Thumbor asks of it, without a pixel decoded too early."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from tests.conftest import make_config
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.errors import InvalidOptions, UnreadableImage
from thumbor_renuo.imaging import decoders
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Source

MAKER, COPYRIGHT = 271, 33432


def file_of(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def engine_on(data: bytes, *, max_pixels: int | None = None, **options: str) -> Engine:
    engine = Engine(SimpleNamespace(config=make_config(**options), max_pixels=max_pixels))
    engine.load(data, None)
    return engine


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


GREY = Image.radial_gradient("L")
COLOURED = GREY.convert("RGB")
MOVING = {
    "save_all": True,
    "append_images": [Image.new("RGB", (40, 20), "blue"), Image.new("RGB", (40, 20), "lime")],
    "duration": [50, 120, 200],
    "loop": 0,
}


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_picture_on_its_side_is_turned(kind: str, orientation: int) -> None:
    """In every format, and what is left to turn then is nothing."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.new("RGB", (60, 20), "blue")
    image.paste("red", (0, 0, 30, 20))
    engine = engine_on(file_of(image, kind, exif=exif.tobytes()))
    engine.reorientate()
    assert engine.get_orientation() == 1
    made = opened(engine.read(".png", 80)).convert("RGB")
    assert made.size == ((20, 60) if orientation == 6 else (60, 20))
    red, _, blue = made.getpixel((5, 5))
    assert (red > blue) == (orientation != 3)


def test_geometry_decodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crops, resizes and turns wait, and are done in one go."""
    asked: list[Geometry] = []

    def decode(source: Source, geometry: Geometry) -> list[Raster]:
        asked.append(geometry)
        return decoded(source, geometry)

    decoded = decoders.decode
    monkeypatch.setattr(decoders, "decode", decode)
    engine = engine_on(file_of(COLOURED))
    engine.crop(10, 10.9, 200, 110)
    engine.resize(50.0, 26.0)
    engine.flip_horizontally()
    engine.rotate(90)
    assert (engine.size, asked) == ((26, 50), [])
    assert opened(engine.read(".webp", 80)).size == (26, 50)
    engine.has_transparency()
    assert len(asked) == 1


def test_nothing_larger_than_allowed_is_made() -> None:
    """Neither by a resize nor as a plain picture."""
    engine = engine_on(file_of(COLOURED), max_pixels=1000)
    for make in (engine.resize, lambda width, height: engine.gen_image((width, height), "red")):
        with pytest.raises(InvalidOptions, match="limit of 1000"):
            make(100, 11)


@pytest.mark.parametrize("extension", [".gif", ".webp"])
def test_an_animation_stays_one(extension: str) -> None:
    """Every frame is resized and turned, and shown for as long as before."""
    engine = engine_on(file_of(Image.new("RGB", (40, 20), "red"), "GIF", **MOVING))
    assert engine.is_multiple()
    engine.resize(20, 10)
    engine.rotate(90)
    made = Image.open(BytesIO(engine.read(extension, 80)))
    assert (made.size, made.n_frames) == ((10, 20), 3)
    times = []
    for frame in range(3):
        made.seek(frame)
        made.load()
        times.append(made.info["duration"])
    assert times == MOVING["duration"]
    assert made.info.get("loop", 0) == 0


def test_an_animation_is_shown_still_where_none_can_be_made() -> None:
    """A JPEG has its first frame, and so has the cover."""
    engine = engine_on(file_of(Image.new("RGB", (40, 20), "red"), "GIF", **MOVING))
    red = opened(engine.read(".jpg", 80)).getpixel((3, 3))
    assert red[0] > 200
    engine.extract_cover()
    assert not engine.is_multiple()
    assert getattr(opened(engine.read(".gif", 80)), "n_frames", 1) == 1


def test_animations_can_be_switched_off() -> None:
    """With Thumbor's option only the first frame is decoded."""
    data = file_of(Image.new("RGB", (40, 20), "red"), "GIF", **MOVING)
    config = make_config()
    config.ALLOW_ANIMATED_GIFS = False
    engine = Engine(SimpleNamespace(config=config))
    engine.load(data, ".gif")
    assert not engine.is_multiple()


@pytest.mark.parametrize(
    ("image", "mode"),
    [(GREY, "RGB"), (COLOURED, "RGB"), (COLOURED.convert("RGBA"), "RGBA")],
)
def test_pixels_for_filters(image: Image.Image, mode: str) -> None:
    """They come in colour, and what a filter hands back is the picture from then on."""
    engine = engine_on(file_of(image, "PNG"))
    engine.resize(8, 6)
    got, data = engine.image_data_as_rgb()
    assert (got, len(data)) == (mode, 8 * 6 * len(mode))
    engine.set_image_data(bytes(len(data)))
    assert not any(engine.raster.to_bytes())


def test_pixels_as_pillow_has_them() -> None:
    """A filter of somebody else's uses the image as Pillow's, and sets one."""
    engine = engine_on(file_of(COLOURED, "PNG"))
    engine.resize(8, 6)
    assert engine.image is not None
    engine.image = engine.image.convert("L").rotate(90, expand=True)
    assert engine.size == (6, 8)
    assert engine.raster.mode == "L"


def test_grey_for_detectors_and_for_filters() -> None:
    """A detector gets a picture of its own; a filter changes this one."""
    engine = engine_on(file_of(COLOURED, "PNG"))
    shown = engine.convert_to_grayscale(update_image=False, alpha=False)
    assert shown is not None
    assert (shown.mode, engine.raster.mode) == ("L", "RGB")
    engine.convert_to_grayscale()
    assert engine.raster.mode == "L"


@pytest.mark.parametrize("color", ["red", "#f00", "#ff0000", "rgb(255,0,0)"])
def test_a_plain_picture(color: str) -> None:
    """In any colour that Pillow knows."""
    engine = engine_on(file_of(COLOURED))
    assert engine.gen_image((2, 1), color).raster.to_bytes() == bytes([255, 0, 0, 255] * 2)
    assert engine.gen_image((1, 1), "transparent").raster.to_bytes() == bytes(4)
    with pytest.raises(ValueError, match="color"):
        engine.gen_image((1, 1), "no-color")


def test_paste_blends_or_replaces() -> None:
    """By the other's alpha, or pixel for pixel; what stands out is cut."""
    engine, other = engine_on(file_of(COLOURED)), engine_on(file_of(COLOURED))
    engine.raster = Raster.plain((2, 1), (0, 0, 0, 255))
    other.raster = Raster.plain((2, 1), (255, 255, 255, 128))
    engine.paste(other, (1, 0))
    assert engine.raster.to_bytes() == bytes([0, 0, 0, 255, 128, 128, 128, 255])
    engine.paste(other, (-1, 0), merge=False)
    assert engine.raster.to_bytes()[:4] == bytes([255, 255, 255, 128])


@pytest.mark.parametrize("data", [b"", b"no image", file_of(COLOURED)[:3000]])
def test_what_is_no_picture(data: bytes) -> None:
    """It is said so, when its header or at the latest when its pixels are read."""
    with pytest.raises(UnreadableImage):
        engine_on(data).read(".jpg", 80)


def test_what_is_cut_short_can_be_shown() -> None:
    """With the option, as far as it goes."""
    half = file_of(COLOURED)[:3000]
    assert opened(engine_on(half, TRUNCATED_IMAGES="true").read(".png", 80)).size == (256, 256)


def test_a_palette_stays_one() -> None:
    """A PNG of few colours is made of few colours again, unless the option says no."""
    data = file_of(COLOURED.quantize(16), "PNG")
    engine = engine_on(data)
    engine.resize(100, 100)
    assert opened(engine.read(".png", 80)).mode == "P"


@pytest.mark.parametrize(
    ("kind", "extension", "made"),
    [("TIFF", ".tif", "PNG"), ("BMP", ".jpg", "JPEG"), ("PNG", ".png", "PNG")],
)
def test_what_none_can_show_is_served_as_another(kind: str, extension: str, made: str) -> None:
    """As with Thumbor, a TIFF becomes a PNG, and a BMP a JPEG."""
    engine = engine_on(file_of(COLOURED, kind))
    assert engine.extension == extension
    assert opened(engine.read()).format == made


@pytest.mark.parametrize("box", [(0, 50, 80, 50), (80, 0, 80, 60), (40, 60, 40, 60)])
def test_a_side_rounded_to_nothing_is_one_pixel(box: tuple[int, int, int, int]) -> None:
    """As Thumbor crops for a size such as 5000x1."""
    engine = engine_on(file_of(Image.new("RGB", (80, 60))))
    engine.crop(*box)
    assert min(engine.size) == 1


@pytest.mark.parametrize(
    ("options", "kept", "stripped"),
    [
        ({}, set(), set()),
        ({"PRESERVE_EXIF_INFO": True}, {MAKER, COPYRIGHT}, set()),
        ({"PRESERVE_EXIF_COPYRIGHT_INFO": True}, {COPYRIGHT}, {COPYRIGHT}),
        (
            {"PRESERVE_EXIF_INFO": True, "PRESERVE_EXIF_COPYRIGHT_INFO": True},
            {MAKER, COPYRIGHT},
            {COPYRIGHT},
        ),
    ],
)
def test_what_is_kept_is_stripped_but_for_the_copyright(
    options: dict[str, Any], kept: set[int], stripped: set[int]
) -> None:
    """As Thumbor has it, where the options ask for the copyright."""
    exif = Image.Exif()
    exif[MAKER], exif[COPYRIGHT] = "Camera", "(c) Ada"
    config = make_config()
    vars(config).update(options)
    engine = Engine(SimpleNamespace(config=config))
    engine.load(file_of(Image.new("RGB", (8, 8)), exif=exif.tobytes()), None)
    for expected in (kept, stripped):
        made = Image.open(BytesIO(engine.read(".jpg"))).getexif()
        assert set(made) & {MAKER, COPYRIGHT} == expected
        engine.strip_exif()
