"""Pictures of all formats, made here; Pillow writes them, and never reads what is tested."""

import io
import random
import struct
import zlib

import pyvips
from PIL import Image

WIDTH, HEIGHT = 200, 150
ORIENTATION = 0x0112


def scene(mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT), turn: int = 0) -> Image.Image:
    """Slopes with some noise, the same each time; alpha is a round hole."""
    noise = Image.frombytes("L", size, random.Random(1).randbytes(size[0] * size[1]))
    slope = Image.linear_gradient("L").resize(size)
    across = Image.linear_gradient("L").rotate(90 + turn).resize(size)
    round_one = Image.radial_gradient("L").resize(size)
    bands = [Image.blend(slope, noise, 0.1), across, round_one, round_one]
    return Image.merge(mode, bands[: len(mode)])


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def moving(kind: str, frames: int = 3, **options: object) -> bytes:
    scenes = [scene(turn=turn) for turn in range(frames)]
    return saved(scenes[0], kind, save_all=True, append_images=scenes[1:], **options)


def by_libvips(image: Image.Image, suffix: str, **options: object) -> bytes:
    opened = pyvips.Image.new_from_buffer(saved(image, "PNG"), "")
    return opened.write_to_buffer(suffix, **options)


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[ORIENTATION] = orientation
    return made


def chunk(kind: bytes, content: bytes) -> bytes:
    total = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", total)


def flat_png(width: int, height: int, depth: int = 8, colours: int = 2) -> bytes:
    """A PNG of one colour, made line by line; colours: 0 grey, 2 RGB, 6 RGBA."""
    line = bytes(1 + -(-width * depth * {0: 1, 2: 3, 6: 4}[colours] // 8))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return png_of(width, height, packed, depth, colours)


def png_of(width: int, height: int, packed: bytes, depth: int = 8, colours: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


GIF_FRAME = b",\0\0\0\0" + struct.pack("<HH", 1, 1) + b"\0\x02\x02\x44\x01\0"


def gif_of(width: int, height: int, frames: bytes) -> bytes:
    size = struct.pack("<HH", width, height)
    return b"GIF89a" + size + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + frames + b";"


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg_of_scans(scans: int, size: int = 64) -> bytes:
    """A progressive JPEG whose scans after the first say nothing, again and again."""
    tables = segment(0xC4, b"\0\1" + bytes(16)) + segment(0xC4, b"\x10\1" + bytes(15) + b"\xe0")
    frame = segment(0xC2, b"\x08" + struct.pack(">HHB", size, size, 1) + b"\1\x11\0")
    start = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + frame + tables
    first = segment(0xDA, b"\1\1\0\0\0\0") + bytes((size // 8) ** 2 // 8)
    more = segment(0xDA, b"\1\1\0\1\1\0") + b"\0\1"
    return start + first + more * (scans - 1) + b"\xff\xd9"


STILL = {
    "jpeg": ("image/jpeg", saved(scene(), "JPEG", quality=85)),
    "jpeg, progressive": ("image/jpeg", saved(scene(), "JPEG", quality=85, progressive=True)),
    "jpeg, grey": ("image/jpeg", saved(scene("L"), "JPEG", quality=85)),
    "jpeg, cmyk": ("image/jpeg", saved(scene("CMYK"), "JPEG", quality=85)),
    "jpeg, restarts": ("image/jpeg", saved(scene(), "JPEG", restart_marker_rows=1)),
    "png": ("image/png", saved(scene(), "PNG")),
    "png, alpha": ("image/png", saved(scene("RGBA"), "PNG")),
    "png, palette": ("image/png", saved(scene().quantize(16), "PNG")),
    "png, 16 bits": ("image/png", by_libvips(scene(), ".png", bitdepth=16)),
    "png, interlaced": ("image/png", by_libvips(scene(), ".png", interlace=True)),
    "webp": ("image/webp", saved(scene(), "WEBP")),
    "webp, lossless with alpha": ("image/webp", saved(scene("RGBA"), "WEBP", lossless=True)),
    "gif": ("image/gif", saved(scene(), "GIF")),
    "avif": ("image/avif", saved(scene(), "AVIF")),
    "avif, alpha": ("image/avif", saved(scene("RGBA"), "AVIF")),
    "tiff": ("image/tiff", saved(scene(), "TIFF")),
    "tiff, lzw": ("image/tiff", saved(scene(), "TIFF", compression="tiff_lzw")),
    "tiff, deflate": ("image/tiff", saved(scene(), "TIFF", compression="tiff_adobe_deflate")),
    "tiff, tiles": ("image/tiff", by_libvips(scene(), ".tif", tile=True, compression="lzw")),
}
MOVING = {
    "gif, moving": ("image/gif", moving("GIF")),
    "webp, moving": ("image/webp", moving("WEBP")),
    "png, moving": ("image/apng", moving("PNG")),
    "avif, moving": ("image/avif", moving("AVIF")),
}
PICTURES = STILL | MOVING
"""Name → media type and content; each WIDTH x HEIGHT."""
