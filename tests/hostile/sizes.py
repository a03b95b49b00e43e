"""Gives a file's header another size; the pixels stay as they were."""

import re
import struct
from collections.abc import Callable

from tests.imaging.pictures import chunk

JPEG_FRAME = re.compile(rb"\xff[\xc0-\xc2]\x00[\x0b\x11\x14]\x08")


def with_size(kind: str, data: bytes, width: int, height: int) -> bytes:
    """Write a size into a header.

    Args:
        kind: the format.
        width, height: what of it the header's field takes is written.
    """
    return WRITERS[kind](data, width, height)


def _put(data: bytes, at: int, code: str, *values: int) -> bytes:
    mask = (1 << 8 * struct.calcsize(code[:2])) - 1
    packed = struct.pack(code, *(value & mask for value in values))
    return data[:at] + packed + data[at + len(packed) :]


def _jpeg(data: bytes, width: int, height: int) -> bytes:
    found = JPEG_FRAME.search(data)
    assert found, "a JPEG has a frame"
    return _put(data, found.end(), ">HH", height, width)


def _png(data: bytes, width: int, height: int) -> bytes:
    header = struct.pack(">II", width, height) + data[24:29]
    return data[:8] + chunk(b"IHDR", header) + data[33:]


def _gif(data: bytes, width: int, height: int) -> bytes:
    data = _put(data, 6, "<HH", width, height)
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    assert data[at] == 0x2C, "a GIF has a frame"
    return _put(data, at + 5, "<HH", width, height)


def _webp(data: bytes, width: int, height: int) -> bytes:
    if data[12:16] == b"VP8X":
        sides = [max(0, side - 1).to_bytes(4, "little")[:3] for side in (width, height)]
        return data[:24] + b"".join(sides) + data[30:]
    if data[12:16] == b"VP8L":
        old = struct.unpack_from("<I", data, 21)[0]
        bits = (width - 1 & 0x3FFF) | (height - 1 & 0x3FFF) << 14 | old & 0xF0000000
        return _put(data, 21, "<I", bits)
    return _put(data, 26, "<HH", width, height)


def _boxed(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"ispe")
    return _put(data, at + 8, ">II", width, height)


def _tiff(data: bytes, width: int, height: int) -> bytes:
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack_from(order + "I", data, 4)[0]
    for place in range(at + 2, at + 2 + 12 * struct.unpack_from(order + "H", data, at)[0], 12):
        tag = struct.unpack_from(order + "H", data, place)[0]
        if tag in {256, 257}:
            value = width if tag == 256 else height
            data = _put(data, place, order + "HH", tag, 4)
            data = _put(data, place + 4, order + "II", 1, value)
    return data


def _bmp(data: bytes, width: int, height: int) -> bytes:
    return _put(data, 18, "<II", width, height)


def _svg(data: bytes, width: int, height: int) -> bytes:
    data = re.sub(rb'width="48"', b'width="%d"' % width, data, count=1)
    return re.sub(rb'height="40"', b'height="%d"' % height, data, count=1)


WRITERS: dict[str, Callable[[bytes, int, int], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "avif": _boxed,
    "heic": _boxed,
    "tiff": _tiff,
    "bmp": _bmp,
    "svg": _svg,
}
