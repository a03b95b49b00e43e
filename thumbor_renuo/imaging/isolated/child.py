"""The process that decodes: it reads one file after the other, and may be killed any time.

It has little memory and time, and nothing that would be worth to be stolen.
"""

import contextlib
import resource
import select
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import pyvips

from thumbor_renuo.imaging.isolated import avif, svg
from thumbor_renuo.imaging.isolated.protocol import ANSWER, MEMORY_BYTES, NOTHING, REQUEST

IDLE_SECONDS = 60
SVG, AVIF = 1, 2

Job = Callable[[bytes, tuple[int, ...]], tuple[Any, bytes]]
JOBS: dict[int, Job] = {SVG: svg.draw, AVIF: avif.decode}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Decode what is asked for until nobody asks any more."""
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        head = requests.read(REQUEST.size)
        if len(head) < REQUEST.size:
            return
        job, seconds, *numbers, count = REQUEST.unpack(head)
        _limit_time(seconds)
        try:
            image, profile = JOBS[job](requests.read(count), tuple(numbers))
            pixels = image.write_to_memory()
        except (pyvips.Error, ValueError):
            answers.write(NOTHING)
        else:
            answers.write(ANSWER.pack(image.width, image.height, image.bands, len(profile)))
            answers.write(profile)
            answers.write(pixels)
        answers.flush()


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def main() -> None:
    """Set the limits and serve."""
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
