"""The process that decodes or encodes: one picture after the other; it may be killed any time.

It has nothing that would be worth to be stolen, and little time; what decodes has little memory.
"""

import contextlib
import resource
import select
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

import pyvips

from thumbor_renuo.imaging.isolated import avif, encode, heif, svg
from thumbor_renuo.imaging.isolated.protocol import (
    ANSWER,
    ENCODE,
    MEMORY_BYTES,
    NO_DECODER,
    NOTHING,
    REQUEST,
)

IDLE_SECONDS = 60
SVG, AVIF, HEIC, LIBVIPS_HEIF, ENCODED = 1, 2, 3, 4, 5

Numbers = tuple[int, ...]
Decode = Callable[[bytes, Numbers], tuple[Any, bytes]]
Job = Callable[[bytes, Numbers], list[bytes]]


def _pixels(decode: Decode, data: bytes, numbers: Numbers) -> list[bytes]:
    image, profile = decode(data, numbers)
    pixels = image.write_to_memory()
    return [ANSWER.pack(image.width, image.height, image.bands, len(profile)), profile, pixels]


def _file(data: bytes, numbers: Numbers) -> list[bytes]:
    made = encode.encode(data, numbers)
    return [ANSWER.pack(len(made), 1, 1, 0), made]


JOBS: dict[int, Job] = {
    SVG: partial(_pixels, svg.draw),
    AVIF: partial(_pixels, avif.decode),
    HEIC: partial(_pixels, heif.decode),
    LIBVIPS_HEIF: partial(_pixels, heif.decode_by_libvips),
    ENCODED: _file,
}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked for until nobody asks any more."""
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        head = requests.read(REQUEST.size)
        if len(head) < REQUEST.size:
            return
        job, seconds, *numbers, count = REQUEST.unpack(head)
        _limit_time(seconds)
        answers.writelines(_answer(JOBS[job], requests.read(count), tuple(numbers)))
        answers.flush()


def _answer(job: Job, data: bytes, numbers: Numbers) -> list[bytes]:
    try:
        return job(data, numbers)
    except pyvips.Error as error:
        return [NO_DECODER if heif.MISSING in str(error) else NOTHING]
    except ValueError:
        # libvips' text may hold bytes of the file. pyvips fails to decode it before it clears it,
        # and would for all pictures from now on.
        pyvips.vips_lib.vips_error_clear()
        return [NOTHING]


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def main() -> None:
    """Set the limits and serve."""
    if sys.argv[1:] != [ENCODE]:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    # Of what libvips calls untrusted, only SVG.
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoadSvg", False)
    with contextlib.suppress(BrokenPipeError):  # nobody waits for the answer any more
        serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
