"""Originals of all formats, modes and orientations, made here by Pillow; the same each time."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageDraw

ORIENTATION = 0x0112
SIZE = (320, 240)
LARGE = (1280, 960)


def scene(mode: str = "RGB", size: tuple[int, int] = SIZE, turn: int = 0) -> Image.Image:
    """Slopes, round shapes and edges, as a photo has them, with a little noise.

    Args:
        turn: in degrees; another picture of the same kind.
    """
    width, height = size
    slope = Image.linear_gradient("L").resize(size)
    across = Image.linear_gradient("L").rotate(90).resize(size)
    noise = Image.frombytes("L", (80, 60), random.Random(turn).randbytes(4800)).resize(size)
    bands = [Image.blend(band, noise, 0.08) for band in (slope, across, ImageChops.invert(slope))]
    image = Image.merge("RGB", bands)
    # Drawn large and reduced: edges as a lens draws them.
    shapes = Image.new("RGBA", (width * 2, height * 2))
    draw = ImageDraw.Draw(shapes)
    draw.ellipse((width // 3, height // 3, width * 5 // 4, height * 3 // 2), (220, 60, 40, 255))
    draw.rectangle((width, height, width * 7 // 4, height * 7 // 4), (30, 90, 200, 255))
    draw.line((0, height * 2, width * 2, height // 3), (250, 240, 90, 255), width // 16)
    shapes = shapes.rotate(turn).resize(size, Image.Resampling.BOX)
    image.paste(shapes, mask=shapes.getchannel("A"))
    return _in_mode(image, mode)


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "P":
        return image.quantize(64)
    if mode in {"RGBA", "LA"}:
        image = image.convert("RGB" if mode == "RGBA" else "L")
        image.putalpha(Image.radial_gradient("L").resize(image.size))
        return image
    return image.convert(mode)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _oriented(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return _saved(scene(), kind, exif=exif, quality=95)


def _moving(kind: str, size: tuple[int, int] = (96, 72), **options: Any) -> bytes:
    first, *others = [scene(size=size, turn=40 * turn) for turn in range(4)]
    return _saved(first, kind, save_all=True, append_images=others, duration=70, loop=2, **options)


def _holed_palette() -> bytes:
    image = scene("P")
    ImageDraw.Draw(image).ellipse((20, 20, 150, 150), fill=0)
    return _saved(image, "PNG", transparency=0)


def _sixteen_bits() -> bytes:
    grey = scene("L").convert("I").point(lambda value: value * 257)
    return _saved(grey.convert("I;16"), "PNG")


def _bordered() -> bytes:
    image = Image.new("RGB", (200, 160), (250, 250, 250))
    image.paste(scene(size=(120, 100)), (40, 30))
    return _saved(image, "PNG")


def _nine_patch() -> bytes:
    """As Android has it: black pixels around a frame say what of it is stretched, and where to."""
    image = Image.new("RGBA", (32, 32))
    image.paste(scene(size=(30, 30)), (1, 1))
    draw = ImageDraw.Draw(image)
    draw.rectangle((9, 9, 22, 22), fill=(0, 0, 0, 0))
    for line in ((10, 0, 21, 0), (0, 10, 0, 21), (10, 31, 21, 31), (31, 10, 31, 21)):
        draw.line(line, fill="black")
    return _saved(image, "PNG")


def _with_profile() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return _saved(scene(), "JPEG", quality=95, icc_profile=profile)


MAKERS: dict[str, Callable[[], bytes]] = {
    **{f"exif-{n}.jpg": lambda n=n: _oriented("JPEG", n) for n in range(1, 9)},  # type: ignore[misc]
    "rgb.jpg": lambda: _saved(scene(), "JPEG", quality=95),
    "large.jpg": lambda: _saved(scene(size=LARGE), "JPEG", quality=90),
    "large-progressive.jpg": lambda: _saved(
        scene(size=LARGE), "JPEG", quality=90, progressive=True
    ),
    "odd.jpg": lambda: _saved(scene(size=(317, 239)), "JPEG", quality=95),
    "icc.jpg": _with_profile,
    "l.jpg": lambda: _saved(scene("L"), "JPEG", quality=95),
    "cmyk.jpg": lambda: _saved(scene("CMYK"), "JPEG", quality=95),
    "l.png": lambda: _saved(scene("L"), "PNG"),
    "la.png": lambda: _saved(scene("LA"), "PNG"),
    "rgb.png": lambda: _saved(scene(), "PNG"),
    "rgba.png": lambda: _saved(scene("RGBA"), "PNG"),
    "p.png": lambda: _saved(scene("P"), "PNG"),
    "p-holed.png": _holed_palette,
    "1.png": lambda: _saved(scene("1"), "PNG"),
    "16.png": _sixteen_bits,
    "bordered.png": _bordered,
    "rgb.webp": lambda: _saved(scene(), "WEBP", quality=95),
    "rgba.webp": lambda: _saved(scene("RGBA"), "WEBP", lossless=True),
    "rgb.avif": lambda: _saved(scene(), "AVIF", quality=95, speed=10),
    "rgba.avif": lambda: _saved(scene("RGBA"), "AVIF", quality=95, speed=10),
    "rgb.gif": lambda: _saved(scene("P"), "GIF"),
    "rgb.tif": lambda: _saved(scene(), "TIFF"),
    "rgba.tif": lambda: _saved(scene("RGBA"), "TIFF"),
    "rgb.bmp": lambda: _saved(scene(), "BMP"),
    "moving.gif": lambda: _moving("GIF"),
    "moving.webp": lambda: _moving("WEBP", quality=95),
    "mark.png": lambda: _saved(scene("RGBA", (60, 40)), "PNG"),
    "nine.png": _nine_patch,
}


@cache
def original(name: str) -> bytes:
    """The file of this name.

    Raises:
        KeyError: there is none.
    """
    return MAKERS[name]()


def names(*endings: str) -> Iterator[str]:
    """The names with one of these endings, in order."""
    return (name for name in MAKERS if name.endswith(endings))
