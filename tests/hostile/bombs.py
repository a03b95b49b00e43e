"""Small files that want to become something giant."""

import base64
import struct
import zlib
from collections.abc import Iterator

import pyvips
from PIL import Image

from tests.hostile.seeds import SVG, picture, seeds
from tests.hostile.sizes import with_size
from tests.imaging.pictures import (
    GIF_FRAME,
    chunk,
    flat_png,
    gif_of,
    jpeg_of_scans,
    png_of,
    segment,
)

MEGAPIXEL = 1_000_000
NETSCAPE = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def over_the_limit() -> Iterator[tuple[str, bytes]]:
    """Sizes over 100 megapixels or 500 frames: to be refused before any pixel is decoded."""
    for name, data in seeds().items():
        kind = name.split()[0]
        if kind == "svg":
            continue
        if kind != "webp" or data[12:16] == b"VP8X":
            yield f"{name} of 60000x60000", with_size(kind, data, 60_000, 60_000)
        yield f"{name} of 12000x9000", with_size(kind, data, 12_000, 9_000)
    yield "webp lossless of one colour", plain_webp(16_384, 16_384)
    yield "gif of 501 frames", gif_of(1, 1, GIF_FRAME * 501)
    yield "gif of 100,000 frames", gif_of(1, 1, GIF_FRAME * 100_000)
    yield "gif of 400 large frames", gif_of(9_000, 9_000, GIF_FRAME * 400)
    yield "webp of 501 frames", moving_webp(1, 1, 501)
    yield "webp of 50,000 frames", moving_webp(1, 1, 50_000)
    yield "webp of 400 large frames", moving_webp(9_000, 9_000, 400)


def within_the_limit() -> Iterator[tuple[str, bytes]]:
    """As much as the limits allow, for as few bytes as can be."""
    yield "png of 99 megapixels", flat_png(10_000, 9_900, colours=0)
    yield "png of 99 megapixels, 1 bit", flat_png(10_000, 9_900, depth=1, colours=0)
    yield "png of 64 colourful megapixels", flat_png(8_000, 8_000, colours=2)
    yield "webp of 81 megapixels", plain_webp(9_000, 9_000)
    yield "gif of 500 frames", gif_of(440, 440, GIF_FRAME * 500)
    yield "gif of one frame on 99 megapixels", gif_of(10_000, 9_900, GIF_FRAME)
    yield "webp of 500 frames", moving_webp(440, 440, 500)
    yield "jpeg of 99 megapixels, cut short", with_size("jpeg", seeds()["jpeg"], 10_000, 9_900)
    progressive = seeds()["jpeg progressive"]
    yield (
        "jpeg progressive of 99 megapixels, cut short",
        with_size("jpeg", progressive, 10_000, 9_900),
    )
    yield "jpeg of 90 scans", jpeg_of_scans(90, 4_000)
    yield "avif of 12 megapixels", picture(Image.new("L", (4_000, 3_000)), "AVIF", speed=10)
    yield "tiff of 99 megapixels", _flat_tiff(10_000, 9_900)
    yield "bmp of 64 megapixels, cut short", with_size("bmp", seeds()["bmp"], 8_000, 8_000)


def packed() -> Iterator[tuple[str, bytes]]:
    """What is compressed beside the pixels."""
    zeros = zlib.compress(bytes(64 * 1024**2), 9)
    zeros = zlib.compress(zeros, 9) if len(zeros) < 1000 else zeros
    whole = seeds()["png"]
    for kind, content in (
        (b"iCCP", b"p\0\0" + zeros),
        (b"zTXt", b"Comment\0\0" + zeros),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros),
        (b"eXIf", b"II*\0" + bytes(2_000_000)),
    ):
        yield f"png with {kind.decode()} of 64 MB", whole[:33] + chunk(kind, content) + whole[33:]
    yield "png of 200,001 chunks", whole[:33] + chunk(b"tEXt", b"") * 200_001 + whole[33:]
    pixels = zlib.compress(bytes(200 * 1024**2), 9)
    yield "png with too many pixels", png_of(10, 10, pixels)
    yield "jpeg of 101 scans", jpeg_of_scans(101)
    yield "jpeg of 10,000 scans", jpeg_of_scans(10_000)
    jpeg = seeds()["jpeg"]
    more = b"".join(segment(0xE2, b"ICC_PROFILE\0\1\xff" + bytes(65_000)) for _ in range(200))
    yield "jpeg with 13 MB of profile", jpeg[:2] + more + jpeg[2:]
    yield "jpeg of 100,000 comments", jpeg[:2] + segment(0xFE, b"") * 100_000 + jpeg[2:]


def deep_gifs() -> Iterator[tuple[str, bytes]]:
    """GIFs of many blocks."""
    empty = b"!\xfe\0"
    yield "gif of 1,000,000 comments", gif_of(4, 4, empty * 1_000_000 + GIF_FRAME)
    yield "gif of a long comment", gif_of(4, 4, b"!\xfe" + b"\1a" * 500_000 + b"\0" + GIF_FRAME)
    yield "gif of many loops", gif_of(4, 4, NETSCAPE * 10_000 + GIF_FRAME)
    control = b"!\xf9\x04\x0d\xff\xff\0\0"
    yield "gif that goes back", gif_of(300, 300, (control + GIF_FRAME) * 499)
    ends = b",\0\0\0\0" + struct.pack("<HH", 4, 4) + b"\0\x0c\0"
    yield "gif with codes of 12 bits", gif_of(4, 4, ends)
    yield "gif of empty frames", gif_of(4, 4, (b"," + bytes(8) + b"\0\x02\0") * 400)
    outside = b"," + struct.pack("<4H", 65_535, 65_535, 1, 1) + b"\0\x02\x02\x44\x01\0"
    yield "gif with a frame outside", gif_of(4, 4, outside)


def nested_svgs() -> Iterator[tuple[str, bytes]]:
    """SVGs that nest, refer, repeat or blur without measure."""
    for depth in (100, 5_000, 200_000):
        for tag in ("svg", "g"):
            inner = f"<{tag}>" * depth + '<rect width="9" height="9"/>' + f"</{tag}>" * depth
            yield f"svg of {depth} nested {tag}", _svg(inner)
    doubled = '<g id="u0"><rect width="1" height="1"/></g>' + "".join(
        f'<g id="u{n + 1}"><use xlink:href="#u{n}"/><use xlink:href="#u{n}" x="1"/></g>'
        for n in range(30)
    )
    yield "svg that doubles", _svg(doubled + '<use xlink:href="#u30"/>')
    yield "svg that uses itself", _svg('<g id="a"><use xlink:href="#a"/></g>')
    masks = "".join(
        f'<mask id="m{n + 1}"><rect width="99" height="99" fill="#fff" mask="url(#m{n})"/>'
        f'<rect width="99" height="99" mask="url(#m{n})"/></mask>'
        for n in range(30)
    )
    yield "svg of masks", _svg(masks + '<rect width="99" height="99" mask="url(#m30)"/>')
    lol = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    entities = f'<!DOCTYPE svg [<!ENTITY l0 "lol">{lol}]>'
    yield "svg of entities", (entities + f"<svg {XMLNS}><text>&l12;</text></svg>").encode()
    outer = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "svg of a file", (outer + f"<svg {XMLNS}><text y='9'>&x;</text></svg>").encode()
    for name, href in (
        ("file", "file:///etc/passwd"), ("address", "http://127.0.0.1:9/a.png"),
        ("name", "other.svg#a"), ("device", "/dev/zero"),
    ):  # fmt: skip
        yield (
            f"svg with an image by {name}",
            _svg(f'<image xlink:href="{href}" width="9" height="9"/>'),
        )
    bomb = base64.b64encode(flat_png(10_000, 9_900, colours=0)).decode()
    yield (
        "svg with a bomb inside",
        _svg(f'<image width="9" height="9" xlink:href="data:image/png;base64,{bomb}"/>'),
    )
    blur = '<filter id="f"><feGaussianBlur stdDeviation="{}"/></filter>'
    for radius in ("100000", "1e30", "-1"):
        yield (
            f"svg blurred by {radius}",
            _svg(blur.format(radius) + '<rect width="99" height="99" filter="url(#f)"/>'),
        )
    noise = '<filter id="f"><feTurbulence baseFrequency="9" numOctaves="99999999"/></filter>'
    yield "svg of noise", _svg(noise + '<rect width="99" height="99" filter="url(#f)"/>')
    chain = "<feMorphology radius='99' operator='dilate'/>" * 200
    yield (
        "svg of many filters",
        _svg(f'<filter id="f">{chain}</filter><rect width="99" height="99" filter="url(#f)"/>'),
    )
    yield (
        "svg of dashes",
        _svg('<path d="M0 0 H1e9" stroke="red" stroke-width="1e-9" stroke-dasharray="1e-6 1e-6"/>'),
    )
    yield (
        "svg of a fine pattern",
        _svg(
            '<pattern id="p" width="1e-6" height="1e-6" patternUnits="userSpaceOnUse">'
            '<rect width="1" height="1"/></pattern><rect width="99" height="99" fill="url(#p)"/>'
        ),
    )
    yield (
        "svg of a million lines",
        _svg(f'<path d="M0 0 {"l9 9 l-9 1 " * 500_000}" stroke="#000"/>'),
    )
    yield "svg of large letters", _svg('<text font-size="1e9">Agyß</text>')
    for width, height in (
        ("1e9", "1e9"), ("1e308", "1"), ("-4", "4"), ("0", "0"), ("100%", "100%"), ("NaN", "4"),
        ("70000", "4"), ("9999999in", "1"), ("1e-9", "1e-9"), ("", ""), ("12000", "9000"),
    ):  # fmt: skip
        sized = SVG.replace(b'"48"', f'"{width}"'.encode(), 1).replace(
            b'"40"', f'"{height}"'.encode(), 1
        )
        yield f"svg of {width!r} x {height!r}", sized
    for box in ("0 0 0 0", "0 0 -1 5", "0 0 1e30 1e30", "x", "0 0 1e-30 1", "nan nan nan nan"):
        yield f"svg with viewBox {box!r}", SVG.replace(b"0 0 24 20", box.encode(), 1)
    yield "svg in UTF-16", SVG.decode().replace("?>", ' encoding="utf-16"?>').encode("utf-16")
    yield "svg cut within a letter", _svg("<text>ä</text>")[:-17]


def _svg(inner: str) -> bytes:
    return f'<svg {XMLNS} width="99" height="99">{inner}</svg>'.encode()


def strips() -> Iterator[tuple[str, bytes, bool]]:
    """Pictures of one line or column, as long as a side may be, and one pixel longer.

    Returns:
        name, content, and whether it is within the limit.
    """
    for side, is_within in ((65_535, True), (65_536, False)):
        for width, height in ((side, 1), (1, side)):
            size = f"{width}x{height}"
            yield f"png of {size}", flat_png(width, height), is_within
            yield f"png of {size} with alpha", flat_png(width, height, colours=6), is_within
            yield f"tiff of {size}", _flat_tiff(width, height), is_within
            flat = Image.new("RGB", (width, height), "teal")
            yield f"bmp of {size}", picture(flat, "BMP"), is_within
    for width, height in ((65_500, 1), (1, 65_500)):
        for progressive in (False, True):
            made = picture(Image.new("RGB", (width, height)), "JPEG", progressive=progressive)
            yield f"jpeg of {width}x{height}, {progressive}", made, True
    for width, height in ((65_535, 1), (1, 65_535)):
        yield f"gif of {width}x{height}", picture(Image.new("P", (width, height)), "GIF"), True
    for width, height in ((16_383, 1), (1, 16_383)):
        yield f"webp of {width}x{height}", plain_webp(width, height), True
        made = picture(Image.new("RGB", (width, height)), "AVIF", speed=10)
        yield f"avif of {width}x{height}", made, True


def _flat_tiff(width: int, height: int) -> bytes:
    flat = pyvips.Image.black(width, height)
    return bytes(flat.write_to_buffer(".tif", compression="deflate"))


def plain_webp(width: int, height: int) -> bytes:
    """One colour, in no bits a pixel at all: five codes of one symbol each (RFC 9649, 3.7.2.1)."""
    head = (width - 1) | (height - 1) << 14
    # No transform, no colour cache, no meta codes; then a simple code of the symbol 0, five times.
    bits = head | int("0001" * 5, 2) << 35
    content = b"\x2f" + bits.to_bytes(8, "little")
    return _riff(_riff_chunk(b"VP8L", content))


def moving_webp(width: int, height: int, frames: int) -> bytes:
    """Frames of one pixel on a larger canvas."""
    canvas = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    inner = plain_webp(1, 1)[12:]
    frame = _riff_chunk(b"ANMF", bytes(12) + b"\x28\0\0\0" + inner)
    extended = _riff_chunk(b"VP8X", b"\x12\0\0\0" + canvas)
    return _riff(extended + _riff_chunk(b"ANIM", bytes(6)) + frame * frames)


def _riff_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _riff(content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"WEBP" + content
