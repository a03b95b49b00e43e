"""What is said between the server and the processes that decode for it."""

import struct
from typing import Any, BinaryIO, NamedTuple

import pyvips

# A job's number; seconds of the processor it may take; its numbers, each a job's own; the bytes of
# the file, which follows.
REQUEST = struct.Struct("<B I 8I Q")
NUMBERS = 8
# Width, height and bands of the pixels that follow, and bytes of the ICC profile before them.
# Zeros: the file cannot be decoded.
ANSWER = struct.Struct("<3I I")
MEMORY_BYTES = 1024**3  # what the process may take, and so the most that it can answer
NOTHING = ANSWER.pack(0, 0, 0, 0)


class Answer(NamedTuple):
    """Pixels of 8 bits a channel, packed line by line, alpha not premultiplied."""

    width: int
    height: int
    bands: int
    profile: bytes
    pixels: bytes

    @property
    def image(self) -> Any:
        """As a pyvips image over these pixels, which must be kept as long."""
        return pyvips.Image.new_from_memory(
            self.pixels, self.width, self.height, self.bands, "uchar"
        )


class NoAnswerError(EOFError):
    """Not even the first byte of an answer."""


def request(job: int, seconds: int, numbers: tuple[int, ...], data: bytes) -> bytes:
    """A request, whole."""
    padded = numbers + (0,) * (NUMBERS - len(numbers))
    return REQUEST.pack(job, seconds, *padded, len(data)) + data


def read_answer(stream: BinaryIO) -> Answer | None:
    """An answer; None where the file cannot be decoded.

    Raises:
        EOFError: there is no whole one; NoAnswerError where there is nothing of it.
    """
    head = stream.read(ANSWER.size)
    if not head:
        raise NoAnswerError
    if len(head) < ANSWER.size:
        raise EOFError
    width, height, bands, profile_bytes = ANSWER.unpack(head)
    if not width:
        return None
    if width * height * bands + profile_bytes > MEMORY_BYTES:
        raise EOFError  # a process that has so much to say is not ours any more
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
