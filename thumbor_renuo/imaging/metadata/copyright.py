"""EXIF data that may stay in a thumbnail: the author's rights, or all of it, laid upright."""

import struct
from collections.abc import Iterator

from thumbor_renuo.imaging.metadata.tiff import BYTES, EXIF_HEADER, EXIF_HEADER_BYTES

ORIENTATION, DATE_TIME, ARTIST, COPYRIGHT = 0x0112, 0x0132, 0x013B, 0x8298
KEPT = {DATE_TIME, ARTIST, COPYRIGHT}  # Thumbor's choice
ASCII, SHORT = 2, 3
MAX_ENTRIES, MAX_TEXT_BYTES = 1000, 4096
ENTRY_BYTES, VALUE_BYTES = 12, 4
FIRST_DIRECTORY = 8


def copyright_exif(exif: bytes) -> bytes | None:
    """New EXIF data with artist, copyright and date of some; None where there is none of them.

    Args:
        exif: of an original, whatever is in it; with or without the header `Exif`.
    """
    data = _tiff(exif)
    kept = {
        tag: data[at : at + size]
        for tag, kind, at, size in _entries(data)
        if tag in KEPT and kind == ASCII and 0 < size <= MAX_TEXT_BYTES and at + size <= len(data)
    }
    return _written(kept) if kept else None


def upright_exif(exif: bytes) -> bytes | None:
    """The same EXIF data for a picture that lies upright; None where it cannot be read.

    Args:
        exif: of an original; with or without the header `Exif`.
    """
    data = bytearray(_tiff(exif))
    order = _order(data)
    if order is None:
        return None
    for tag, kind, at, size in _entries(bytes(data)):
        if tag == ORIENTATION and kind == SHORT and size == 2 and at + 2 <= len(data):  # noqa: PLR2004
            data[at : at + 2] = struct.pack(order + "H", 1)
    return bytes(data)


def _tiff(exif: bytes) -> bytes:
    return exif[EXIF_HEADER_BYTES:] if exif.startswith(EXIF_HEADER) else exif


def _order(data: bytes | bytearray) -> str | None:
    return {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]))


def _entries(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    # Of the first directory: tag, type, and where the value lies and its bytes.
    order = _order(data)
    if order is None or len(data) < FIRST_DIRECTORY:
        return
    (start,) = struct.unpack_from(order + "I", data, 4)
    if start + 2 > len(data):
        return
    (count,) = struct.unpack_from(order + "H", data, start)
    for place in range(min(count, MAX_ENTRIES)):
        at = start + 2 + place * ENTRY_BYTES
        if at + ENTRY_BYTES > len(data):
            return
        tag, kind, values, offset = struct.unpack_from(order + "HHII", data, at)
        size = values * BYTES.get(kind, 1)
        yield tag, kind, at + 8 if size <= VALUE_BYTES else offset, size


def _written(texts: dict[int, bytes]) -> bytes:
    # TIFF 6.0, section 2: entries in the order of their tags, longer values behind them.
    entries, values = b"", b""
    behind = FIRST_DIRECTORY + 2 + len(texts) * ENTRY_BYTES + 4
    for tag, text in sorted(texts.items()):
        entries += struct.pack("<HHI", tag, ASCII, len(text))
        if len(text) <= VALUE_BYTES:
            entries += text.ljust(VALUE_BYTES, b"\0")
        else:
            entries += struct.pack("<I", behind + len(values))
            values += text + b"\0" * (len(text) % 2)
    head = b"II*\0" + struct.pack("<IH", FIRST_DIRECTORY, len(texts))
    return head + entries + bytes(4) + values
