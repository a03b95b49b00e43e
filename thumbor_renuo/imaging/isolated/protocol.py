"""What is said between the server and the processes that decode and encode for it."""

import struct
from typing import Any, BinaryIO, NamedTuple

import pyvips

DECODE, ENCODE = "decode", "encode"
"""Kinds of process: what reads strangers' files has bounded memory, what encodes has not."""

# A job's number; seconds of the processor it may take; its numbers, each a job's own; the bytes
# that follow: of the file, or of pixels and how they are to be encoded.
REQUEST = struct.Struct("<B I 8I Q")
NUMBERS = 8
# Width, height and bands of the pixels that follow, and bytes of the ICC profile before them. An
# encoded file is one line of its bytes.
ANSWER = struct.Struct("<3I I")
GREY_ALPHA = 2  # bands
PROFILE = "icc-profile-data"  # libvips' name of it
MEMORY_BYTES = 1024**3  # what a process that decodes may take, and so the most that is answered
NOTHING = ANSWER.pack(0, 0, 0, 0)  # it cannot be decoded, or encoded
NO_DECODER = ANSWER.pack(0, 1, 0, 0)  # nor could any file of its kind


class Answer(NamedTuple):
    """Pixels of 8 bits a channel, packed line by line, alpha not premultiplied.

    Attributes:
        width, height: in pixels; a width of 0 says that there are none.
    """

    width: int
    height: int
    bands: int
    profile: bytes
    pixels: bytes

    @property
    def image(self) -> Any:
        """As a pyvips image over these pixels, which must be kept as long, with its profile."""
        sides = self.width, self.height
        image = pyvips.Image.new_from_memory(self.pixels, *sides, self.bands, "uchar")
        image = image.copy(interpretation="b-w" if self.bands <= GREY_ALPHA else "srgb")
        if self.profile:
            image.set_type(pyvips.GValue.blob_type, PROFILE, self.profile)
        return image


class NoAnswerError(EOFError):
    """Not even the first byte of an answer."""


class TooMuchError(EOFError):
    """More than a process of ours can have to say."""


class NoDecoderError(LookupError):
    """There is no decoder for files of its kind."""


def request(job: int, seconds: int, numbers: tuple[int, ...], data: bytes) -> bytes:
    """A request, whole."""
    return head(job, seconds, numbers, len(data)) + data


def head(job: int, seconds: int, numbers: tuple[int, ...], count: int) -> bytes:
    """What a request begins with.

    Args:
        count: of the bytes that follow.
    """
    padded = numbers + (0,) * (NUMBERS - len(numbers))
    return REQUEST.pack(job, seconds, *padded, count)


def read_answer(stream: BinaryIO) -> Answer:
    """An answer.

    Raises:
        EOFError: there is no whole one; NoAnswerError where there is nothing of it.
    """
    start = stream.read(ANSWER.size)
    if not start:
        raise NoAnswerError
    if len(start) < ANSWER.size:
        raise EOFError
    width, height, bands, profile_bytes = ANSWER.unpack(start)
    if not width:
        return Answer(width, height, bands, b"", b"")
    if width * height * bands + profile_bytes > MEMORY_BYTES:
        raise TooMuchError
    profile = read(stream, profile_bytes)
    return Answer(width, height, bands, profile, read(stream, width * height * bands))


def read(stream: BinaryIO, count: int) -> bytes:
    """So many bytes.

    Raises:
        EOFError: there are no more.
    """
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
