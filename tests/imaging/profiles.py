"""ICC profiles, made here."""

import struct

SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
# Display P3, adapted to D50.
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
D50 = (0.9642, 1.0, 0.8249)


def parametric(*numbers: float) -> bytes:
    """A curve of the type that has so many numbers."""
    kind = {1: 0, 3: 1, 4: 2, 5: 3, 7: 4}[len(numbers)]
    return struct.pack(f">4s4xHH{len(numbers)}i", b"para", kind, 0, *map(_fixed, numbers))


def sampled(*values: int) -> bytes:
    """A curve of a gamma in parts of 256, or of values up to 65535."""
    return struct.pack(f">4s4xI{len(values)}H", b"curv", len(values), *values)


def in_colour(colorants: tuple[tuple[float, ...], ...], curve: bytes) -> bytes:
    names = zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)
    tags = {name: _xyz(values) for name, values in names}
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def in_grey(curve: bytes) -> bytes:
    return _profile(b"GRAY", {b"kTRC": curve})


def _fixed(value: float) -> int:
    return round(value * 65536)


def _xyz(values: tuple[float, ...]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *map(_fixed, values))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = struct.pack(">4s4xI10sI2x67xx", b"desc", 10, b"made here\0", 0)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(D50), **tags}
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = at + len(body)
    head = struct.pack(
        ">I4sI4s4s4s12x4s", size, b"none", 0x04200000, b"mntr", space, b"XYZ ", b"acsp"
    )
    return head.ljust(68, b"\0") + _xyz(D50)[8:] + bytes(128 - 80) + table + body
