"""Encodes with Pillow, pillow-heif and savers of libvips that cannot be stopped in a picture."""

import io
import pickle
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyvips
from PIL import Image, ImageFile

# What Pillow and pillow-heif raise where they cannot encode.
FAILED = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    RuntimeError,
    struct.error,
    MemoryError,
)
HEIC = "HEIC"
LIBVIPS = {"gifsave_buffer", "pngsave_buffer"}
BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
# Pillow has no room for the JPEG of noise otherwise; Thumbor sets the same.
ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, 2**25)


class Work(NamedTuple):
    """What is to be made of pixels.

    Attributes:
        name: HEIC, one of LIBVIPS, or a format as Pillow has it.
        mode, size: of each frame, as Pillow has them.
        options: of `Image.save`, `HeifFile.save`, or the operation.
    """

    name: str
    mode: str
    size: tuple[int, int]
    options: dict[str, Any]


def made(work: Work, frames: Sequence[Any]) -> bytes:
    """A file.

    Args:
        frames: buffers of packed pixels; one, but for an animation (`save_all`).

    Raises:
        FAILED, pyvips.Error: the encoder cannot do it.
    """
    if work.name in LIBVIPS:
        bands = BANDS[work.mode]
        image = pyvips.Image.new_from_memory(frames[0], *work.size, bands, "uchar")
        image = image.copy(interpretation="srgb" if bands >= BANDS["RGB"] else "b-w")
        return bytes(getattr(image, work.name)(**work.options))
    file = io.BytesIO()
    if work.name == HEIC:
        import pillow_heif  # noqa: PLC0415  (it need not be installed)

        heif = pillow_heif.from_bytes(work.mode, work.size, frames[0])
        heif.save(file, **work.options)
        return file.getvalue()
    first, *others = [
        Image.frombuffer(work.mode, work.size, pixels, "raw", work.mode, 0, 1) for pixels in frames
    ]
    further = {"append_images": others} if others else {}
    first.save(file, work.name, **further, **work.options)
    return file.getvalue()


def told(work: Work) -> bytes:
    """The work in bytes, which go before the pixels of all frames."""
    return pickle.dumps(tuple(work))


def encode(data: bytes, numbers: tuple[int, ...]) -> bytes:
    """A file of what a request holds.

    Args:
        data: what `told` returns, and the pixels.
        numbers: the bytes of the former.

    Raises:
        ValueError, pyvips.Error: the encoder cannot do it.
    """
    begin = numbers[0]
    work = Work(*pickle.loads(data[:begin]))  # noqa: S301  (the server has written it)
    frame = work.size[0] * work.size[1] * BANDS[work.mode]
    pixels = memoryview(data)[begin:]
    frames = [pixels[at : at + frame] for at in range(0, len(pixels), frame)]
    try:
        return made(work, frames)
    except FAILED as error:
        raise ValueError(str(error)) from error
