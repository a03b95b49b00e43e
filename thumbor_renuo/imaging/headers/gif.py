"""The blocks of a GIF (GIF89a, 15 to 26)."""

import struct

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging import structure
from thumbor_renuo.imaging.headers import Header

HEADER_BYTES = 13
SCREEN = struct.Struct("<2H")
SCREEN_AT = 6
MS = 10  # a GIF counts in hundredths of a second
TRANSPARENT = b"\x21\xf9\x04\x01\0\0\0\0"
ONE_PIXEL = b"\x80\0\0\0\0\0\0\x02\x02\x44\x01\0"  # with two colours of its own


def read(data: bytes) -> Header:
    """Size, frames, times and loop.

    The canvas is the screen, or the first frame where that is larger; what lies outside is cut.

    Raises:
        UnreadableImage: it is cut short before its first frame.
        TooLarge: it has more blocks than its size can need.
    """
    if len(data) < HEADER_BYTES:
        raise UnreadableImage("the GIF is cut short")
    frames = _frames(data)
    is_moving = len(frames) > 1
    return Header(
        "gif",
        *_canvas(data, frames[0]),
        frames=len(frames),
        has_alpha=not _is_covered(data, frames[0]) or any(frame.is_transparent for frame in frames),
        delays_ms=tuple(frame.delay * MS for frame in frames) if is_moving else (),
        loop=frames[-1].loop if is_moving else 0,
    )


def _frames(data: bytes) -> list[structure.GifFrame]:
    frames: list[structure.GifFrame] = []
    try:
        frames.extend(structure.gif_frames(data))
    except TooLarge:
        raise
    except UnreadableImage:
        if not frames:
            raise
    if not frames:
        raise UnreadableImage("the GIF has no frame")
    return frames


def _canvas(data: bytes, first: structure.GifFrame) -> tuple[int, int]:
    width, height = SCREEN.unpack_from(data, SCREEN_AT)
    return max(width, first.right), max(height, first.bottom)


def _is_covered(data: bytes, first: structure.GifFrame) -> bool:
    return (first.left, first.top, first.right, first.bottom) == (0, 0, *_canvas(data, first))


def with_canvas(data: bytes) -> tuple[bytes, int]:
    """The same GIF, so that libnsgif draws it on all of its canvas, and that is transparent.

    By itself it does not believe screens that were common once, or are large, and takes the first
    frame's size instead; and what no frame covers is black to it.

    Returns:
        the GIF, and how many frames that show nothing are in front of its own.
    """
    first = next(structure.gif_frames(data))
    if _is_covered(data, first):
        return data, 0
    right, bottom = _canvas(data, first)
    corner = b"," + struct.pack("<4H", right - 1, bottom - 1, 1, 1) + ONE_PIXEL
    at = HEADER_BYTES + structure.gif_palette_bytes(data[10])
    return data[:at] + TRANSPARENT + corner + data[at:], 1
