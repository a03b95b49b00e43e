"""What an ICC profile says, as far as it is simple (ICC.1:2022)."""

import struct
from functools import lru_cache

HEADER_BYTES = 128
SPACE, MAGIC = slice(16, 20), slice(36, 40)
GREY, RGB, CMYK = b"GRAY", b"RGB ", b"CMYK"
MAX_TAGS = 100
# Profiles that say the same as sRGB are far smaller; this many bytes of each are kept as a key.
MAX_SIMPLE_BYTES, MAX_REMEMBERED = 8192, 64
# IEC 61966-2-1, adapted to D50 as profiles are; those in use differ by less.
COLORANTS = {
    b"rXYZ": (0.4360, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
COLORANT_TOLERANCE, CURVE_TOLERANCE = 0.002, 0.004
SRGB_KNEE = 0.04045
CURVES = (b"rTRC", b"gTRC", b"bTRC")
SAMPLES = tuple(step / 32 for step in range(33))
# How many numbers a parametric curve has, by its type (ICC.1:2022, table 68).
PARAMETERS = (1, 3, 4, 5, 7)
DAMAGE = (struct.error, KeyError, IndexError, ValueError, ArithmeticError)


def space(profile: bytes) -> bytes | None:
    """The channels that a profile is for: GREY, RGB, CMYK or others; None if it is damaged."""
    try:
        is_whole = struct.unpack_from(">I", profile)[0] == len(profile)
        tags = _tags(profile)
    except DAMAGE:
        return None
    is_whole = is_whole and profile[MAGIC] == b"acsp" and bool(tags) and all(tags.values())
    return profile[SPACE] if is_whole else None


def is_srgb(profile: bytes) -> bool:
    """Whether a profile says nothing else than that pixels are sRGB, or grey of its curve."""
    return len(profile) <= MAX_SIMPLE_BYTES and _is_srgb(profile)


@lru_cache(MAX_REMEMBERED)
def _is_srgb(profile: bytes) -> bool:
    try:
        tags = _tags(profile)
        if profile[SPACE] == GREY:
            return _follows_srgb(tags[b"kTRC"])
        return (
            profile[SPACE] == RGB
            and b"A2B0" not in tags
            and all(_is_near(tags[name], values) for name, values in COLORANTS.items())
            and all(_follows_srgb(tags[name]) for name in CURVES)
        )
    except DAMAGE:
        return False


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, HEADER_BYTES)
    if count > MAX_TAGS:
        raise ValueError("more tags than a profile has")
    tags = {}
    for number in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, HEADER_BYTES + 4 + 12 * number)
        if start + size > len(profile):
            raise ValueError("a tag is cut short")
        tags[name] = profile[start : start + size]
    return tags


def _is_near(tag: bytes, values: tuple[float, ...]) -> bool:
    found = (number / 65536 for number in struct.unpack_from(">3i", tag, 8))
    return all(
        abs(one - other) < COLORANT_TOLERANCE for one, other in zip(found, values, strict=True)
    )


def _follows_srgb(tag: bytes) -> bool:
    return all(abs(_curve(tag, at) - _srgb_curve(at)) < CURVE_TOLERANCE for at in SAMPLES)


def _srgb_curve(at: float) -> float:
    return at / 12.92 if at <= SRGB_KNEE else ((at + 0.055) / 1.055) ** 2.4


def _curve(tag: bytes, at: float) -> float:
    """Light by number, both 0 to 1 (ICC.1:2022, 10.6 and 10.18)."""
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        numbers = struct.unpack_from(f">{PARAMETERS[kind]}i", tag, 12)
        return _parametric(kind, [number / 65536 for number in numbers], at)
    if tag[:4] != b"curv":
        raise ValueError("a curve of an unknown type")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return at
    if count == 1:
        return at ** (struct.unpack_from(">H", tag, 12)[0] / 256)
    place = min(int(at * (count - 1)), count - 2)
    low, high = struct.unpack_from(">2H", tag, 12 + 2 * place)
    return (low + (high - low) * (at * (count - 1) - place)) / 65535


def _parametric(kind: int, numbers: list[float], at: float) -> float:
    if kind == 0:
        return at ** numbers[0]
    gamma, a, b, *rest = numbers
    if kind in {1, 2}:
        rest = [0.0, -b / a, *(rest * 2 or [0.0, 0.0])]
    c, d, e, f = [*rest, 0.0, 0.0][:4]
    return (a * at + b) ** gamma + e if at >= d else c * at + f
