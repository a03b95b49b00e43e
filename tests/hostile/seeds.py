"""Small whole files of each format, which are then damaged."""

import importlib
import io
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pyvips
from PIL import Image, ImageCms

from tests.imaging.pictures import by_libvips, exif, scene

pillow_heif: Any = None
with suppress(ImportError):  # it comes with the extra `heic`
    pillow_heif = importlib.import_module("pillow_heif")

SIZE = (48, 40)
SVG = (
    b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="48" height="40"'
    b' viewBox="0 0 24 20"><defs><linearGradient id="g"><stop offset="0" stop-color="red"/>'
    b'<stop offset="1" stop-color="#00f"/></linearGradient></defs>'
    b'<rect width="24" height="20" fill="url(#g)"/><g transform="rotate(9)">'
    b'<path d="M2 2 C 5 5 9 1 12 12 Z" stroke="black"/></g><use href="#g"/></svg>'
)


def _saved(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    scene(mode, SIZE).save(file, kind, **options)
    return file.getvalue()


def _moving(kind: str, **options: Any) -> bytes:
    first, *others = [scene(size=SIZE, turn=turn) for turn in range(4)]
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=others, duration=50, **options)
    return file.getvalue()


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _by_libvips(suffix: str, **options: Any) -> bytes:
    return by_libvips(scene(size=SIZE), suffix, **options)


def _palette(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    scene(size=SIZE).quantize(16).save(file, kind, **options)
    return file.getvalue()


def _bmp_of(depth: int, packing: int = 0) -> bytes:
    line = (SIZE[0] * depth + 31) // 32 * 4
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) if packing else b""
    start = 54 + len(masks)
    header = struct.pack("<IiiHHIIiiII", 40, *SIZE, 1, depth, packing, 0, 0, 0, 0, 0)
    pixels = bytes(range(256)) * (line * SIZE[1] // 256 + 1)
    return b"BM" + struct.pack("<I4xI", start + line * SIZE[1], start) + header + masks + pixels


def _heic() -> Iterator[tuple[str, bytes]]:
    if pillow_heif is None:
        return
    for mode in ("RGB", "RGBA"):
        made = io.BytesIO()
        pillow_heif.from_pillow(scene(mode, SIZE)).save(made, format="HEIF")
        yield f"heic {mode}", made.getvalue()


@cache
def seeds() -> dict[str, bytes]:
    """Name → content; the first word of a name is the format."""
    return {
        "jpeg": _saved("JPEG", quality=80),
        "jpeg progressive": _saved("JPEG", quality=80, progressive=True),
        "jpeg grey": _saved("JPEG", "L"),
        "jpeg cmyk": _saved("JPEG", "CMYK"),
        "jpeg restarts": _saved("JPEG", restart_marker_rows=1),
        "jpeg exif": _saved("JPEG", exif=exif(6), subsampling=0),
        "jpeg profile": _saved("JPEG", icc_profile=_srgb()),
        "jpeg wrong profile": _saved("JPEG", icc_profile=_profile()),
        "png": _saved("PNG"),
        "png alpha": _saved("PNG", "RGBA"),
        "png grey": _saved("PNG", "LA"),
        "png palette": _palette("PNG", transparency=3),
        "png 16": _by_libvips(".png", bitdepth=16),
        "png interlaced": _by_libvips(".png", interlace=True),
        "png profile": _saved("PNG", icc_profile=_srgb()),
        "png moving": _moving("PNG"),
        "gif": _palette("GIF"),
        "gif moving": _moving("GIF", loop=0),
        "gif kept": _moving("GIF", disposal=2, transparency=1),
        "webp": _saved("WEBP"),
        "webp alpha": _saved("WEBP", "RGBA"),
        "webp lossless": _saved("WEBP", lossless=True),
        "webp exif": _saved("WEBP", exif=exif(5), icc_profile=_srgb()),
        "webp moving": _moving("WEBP", loop=3),
        "avif": _saved("AVIF", speed=10),
        "avif alpha": _saved("AVIF", "RGBA", speed=10),
        "avif exif": _saved("AVIF", exif=exif(6), speed=10),
        "avif moving": _moving("AVIF", speed=10),
        "tiff": _saved("TIFF"),
        "tiff lzw": _saved("TIFF", compression="tiff_lzw"),
        "tiff deflate": _saved("TIFF", "RGBA", compression="tiff_adobe_deflate"),
        "tiff jpeg": _saved("TIFF", compression="jpeg"),
        "tiff g4": picture(scene("L", SIZE).convert("1"), "TIFF", compression="group4"),
        "tiff tiles": _by_libvips(".tif", tile=True, tile_width=16, tile_height=16),
        "tiff float": _floats(),
        "bmp": _saved("BMP"),
        "bmp palette": _palette("BMP"),
        "bmp 16": _bmp_of(16),
        "bmp 32": _bmp_of(32, packing=3),
        "svg": SVG,
        **dict(_heic()),
    }


def _floats() -> bytes:
    made = pyvips.Image.new_from_memory(scene(size=SIZE).tobytes(), *SIZE, 3, "uchar")
    return bytes((made / 255).cast("float").write_to_buffer(".tif", compression="deflate"))


def formats() -> set[str]:
    """The formats there is a seed of."""
    return {name.split()[0] for name in seeds()}


def picture(image: Image.Image, kind: str, **options: Any) -> bytes:
    """A file of an image."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
