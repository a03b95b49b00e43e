"""The chunks of a WebP (RFC 9649, 2)."""

from collections.abc import Iterator
from typing import NamedTuple

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.headers import Header
from thumbor_renuo.imaging.headers.tiff import exif_orientation
from thumbor_renuo.imaging.structure import MAX_CHUNKS

CONTAINER, SIGNATURE = b"RIFF", b"WEBP"
FIRST_CHUNK = 12
LOSSY, LOSSLESS, EXTENDED = b"VP8 ", b"VP8L", b"VP8X"
FRAME, ANIMATION, EXIF, ALPHA = b"ANMF", b"ANIM", b"EXIF", b"ALPH"
LOSSY_START, LOSSLESS_START = b"\x9d\x01\x2a", b"\x2f"
HAS_ANIMATION, HAS_EXIF, HAS_ALPHA = 0x02, 0x08, 0x10
SIDE = 0x3FFF  # 14 bits
EXTENDED_BYTES, FRAME_BYTES = 10, 16


class Chunk(NamedTuple):
    """A chunk's type, and where its content begins and ends."""

    kind: bytes
    start: int
    end: int


def read(data: bytes) -> Header:
    """Size, alpha, orientation, and an animation's frames and times.

    Raises:
        UnreadableImage: its header is cut short or damaged.
        TooLarge: it has more chunks than a picture.
    """
    first = next(_chunks(data), None)
    if first is None:
        raise _damaged()
    content = data[first.start : first.end]
    if first.kind == LOSSY and content[3:6] == LOSSY_START:
        width, height = (int.from_bytes(content[at : at + 2], "little") & SIDE for at in (6, 8))
        return _of_size(width, height, has_alpha=False)
    if first.kind == LOSSLESS and content[:1] == LOSSLESS_START:
        bits = int.from_bytes(content[1:5], "little")
        sides = (bits & SIDE) + 1, (bits >> 14 & SIDE) + 1
        return _of_size(*sides, has_alpha=bool(bits >> 28 & 1))
    if first.kind == EXTENDED and len(content) >= EXTENDED_BYTES:
        return _extended(data, content)
    raise _damaged()


def is_lossless(data: bytes) -> bool:
    """Whether any picture in it is.

    Raises:
        TooLarge: it has more chunks than a picture.
    """
    return any(chunk.kind == LOSSLESS for chunk in _chunks(data))


def _of_size(width: int, height: int, *, has_alpha: bool) -> Header:
    if not width or not height:
        raise _damaged()
    return Header("webp", width, height, has_alpha=has_alpha)


def _extended(data: bytes, content: bytes) -> Header:
    flags = content[0]
    width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (4, 7))
    orientation, loop, delays = 1, 0, []
    if flags & (HAS_ANIMATION | HAS_EXIF):
        for chunk in _chunks(data):
            start = chunk.start
            if chunk.kind == EXIF and flags & HAS_EXIF:
                orientation = exif_orientation(data[start : chunk.end])
            elif chunk.kind == ANIMATION:
                loop = int.from_bytes(data[start + 4 : start + 6], "little")
            elif chunk.kind == FRAME and chunk.end - start >= FRAME_BYTES:
                delays.append(int.from_bytes(data[start + 12 : start + 15], "little"))
    is_moving = bool(flags & HAS_ANIMATION)
    if is_moving and not delays:
        raise _damaged()
    return Header(
        "webp",
        width,
        height,
        frames=len(delays) if is_moving else 1,
        orientation=orientation,
        has_alpha=bool(flags & HAS_ALPHA),
        delays_ms=tuple(delays) if is_moving else (),
        loop=loop,
    )


def _chunks(data: bytes) -> Iterator[Chunk]:
    at, count = FIRST_CHUNK, 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield Chunk(data[at : at + 4], at + 8, min(at + 8 + size, len(data)))
        at += 8 + size + size % 2
        count += 1
        if count > MAX_CHUNKS:
            raise TooLarge(f"the WebP has more than {MAX_CHUNKS} chunks", limit=MAX_CHUNKS)


def _damaged() -> UnreadableImage:
    return UnreadableImage("the WebP is damaged or cut short")
