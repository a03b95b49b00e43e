"""Takes a file apart at its format's own joints, and puts it together again."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

PNG_START = 8
RIFF_START = 12
JPEG_ALONE = {0x01, 0xD8, 0xD9, *range(0xD0, 0xD8)}


def split(kind: str, data: bytes) -> list[bytes]:
    """The chunks, segments, blocks, boxes or tags; joined, they are the file again."""
    splitter = SPLITTERS.get(kind)
    return list(splitter(data)) if splitter else [data]


def mended(kind: str, data: bytes) -> bytes:
    """With right checksums and lengths, so that damage gets past the first check."""
    if kind == "png":
        return data[:PNG_START] + b"".join(map(_mended_chunk, _png_chunks(data)))
    if kind == "webp" and data[:4] == b"RIFF" and len(data) > RIFF_START:
        return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    return data


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:PNG_START]
    yield from _png_chunks(data)


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = PNG_START
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at:end]
        at = end


def _mended_chunk(chunk: bytes) -> bytes:
    if len(chunk) < 12:
        return chunk
    return chunk[:-4] + struct.pack(">I", zlib.crc32(chunk[4:-4]))


def _webp(data: bytes) -> Iterator[bytes]:
    yield data[:RIFF_START]
    at = RIFF_START
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        yield data[at:end]
        at = end


def _jpeg(data: bytes) -> Iterator[bytes]:
    # A scan belongs to the marker before it.
    starts = [match.start() for match in re.finditer(rb"\xff[^\x00\xff\xd0-\xd7]", data)]
    for start, end in zip([0, *starts], [*starts, len(data)], strict=True):
        yield data[start:end]


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + max(8, int.from_bytes(data[at : at + 4], "big"))
        if data[at + 4 : at + 8] == b"meta":
            yield data[at : at + 12]
            yield from _boxes(data[at + 12 : end])
        elif data[at + 4 : at + 8] in {
            b"iprp",
            b"ipco",
            b"moov",
            b"trak",
            b"mdia",
            b"minf",
            b"stbl",
        }:
            yield data[at : at + 8]
            yield from _boxes(data[at + 8 : end])
        else:
            yield data[at:end]
        at = end


def _gif(data: bytes) -> Iterator[bytes]:
    starts = [match.start() for match in re.finditer(rb"(?<=\0)[!,;]", data)]
    for start, end in zip([0, *starts], [*starts, len(data)], strict=True):
        yield data[start:end]


def _tiff(data: bytes) -> Iterator[bytes]:
    order = "<" if data[:2] == b"II" else ">"
    at = struct.unpack_from(order + "I", data, 4)[0] + 2
    count = struct.unpack_from(order + "H", data, at - 2)[0] if at <= len(data) else 0
    yield data[:at]
    for place in range(at, at + 12 * count, 12):
        yield data[place : place + 12]
    yield data[at + 12 * count :]


def _svg(data: bytes) -> Iterator[bytes]:
    yield from re.split(rb"(?=[< ])", data)


SPLITTERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "png": _png,
    "webp": _webp,
    "jpeg": _jpeg,
    "avif": _boxes,
    "heic": _boxes,
    "gif": _gif,
    "tiff": _tiff,
    "svg": _svg,
}
