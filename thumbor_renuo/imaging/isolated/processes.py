"""Has files decoded in processes of their own, which are started when they are needed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import BinaryIO, NoReturn, cast

from thumbor_renuo.errors import TooLarge
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.isolated.protocol import (
    Answer,
    NoAnswerError,
    read_answer,
    request,
)

COMMAND = (sys.executable, "-m", "thumbor_renuo.imaging.isolated.child")
# Where programs, libraries and fonts are; no secret of ours is among them.
ENVIRONMENT = {"PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME",
               "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME", "XDG_CACHE_HOME",
               "TMPDIR"}  # fmt: skip
MAX_IDLE = 2
# How one ends that nobody has asked for long, and one that the system or its keeper stops; work
# that takes too much ends by another signal, or by an error.
ENDED_IDLE = {0, -signal.SIGKILL}
WALL_SECONDS = 15.0
"""The longest wait for one that is not given the processor."""

Process = subprocess.Popen[bytes]
_idle: list[Process] = []
os.register_at_fork(after_in_child=_idle.clear)  # these are the parent's


def decode(
    name: str, job: int, numbers: tuple[int, ...], data: bytes, *, seconds: int
) -> Answer | None:
    """The pixels of a file; None where it cannot be decoded.

    Args:
        name: what the picture is called to the client.
        job, numbers: one of `child.JOBS`, and what it takes.
        seconds: of the processor that it may take.

    Raises:
        TooLarge: it takes more time or memory than it may.
        RenderTimeout: there was no time left.
    """
    asked = request(job, seconds, numbers, data)
    idle = _taken()
    try:
        if idle:
            with contextlib.suppress(_MissedError):
                return _answer(idle, asked)
        return _answer(_started(), asked)
    except EOFError:
        _give_up(name, seconds)


class _MissedError(EOFError):
    """The process had ended before it read what it was asked."""


def _give_up(name: str, seconds: int) -> NoReturn:
    time_limit.check()
    raise TooLarge(
        f"the {name} takes more than {seconds} seconds, or more memory than it may, to decode",
        limit=seconds,
    )


def _started() -> Process:
    return subprocess.Popen(  # noqa: S603  (always this one command)
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name in ENVIRONMENT},
        start_new_session=True,  # what stops the server from the keyboard is not for it
    )


def _taken() -> Process | None:
    while _idle:
        try:
            process = _idle.pop()
        except IndexError:  # another thread was faster
            return None
        if process.poll() is None:
            return process
        _ended(process)
    return None


def _ended(process: Process) -> None:
    process.kill()
    with contextlib.suppress(OSError), process:  # which closes its pipes, and waits for it
        pass


def _answer(process: Process, asked: bytes) -> Answer | None:
    """What it answers; it is kept if it outlives its work, and its time is not over.

    Raises:
        EOFError: it has ended; _MissedError where it need not have been for what it was asked.
    """
    is_late = threading.Event()
    try:
        answer = _asked(process, asked, is_late)
    except (OSError, EOFError) as error:
        _ended(process)
        is_unheard = isinstance(error, BrokenPipeError | NoAnswerError) and not is_late.is_set()
        if is_unheard and process.returncode in ENDED_IDLE:
            raise _MissedError from error
        raise EOFError from error
    if process.poll() is None and not is_late.is_set() and len(_idle) < MAX_IDLE:
        _idle.append(process)
    else:
        _ended(process)
    return answer


def _asked(process: Process, asked: bytes, is_late: threading.Event) -> Answer | None:
    def stop() -> None:
        is_late.set()
        process.kill()

    left = time_limit.remaining()
    watch = threading.Timer(WALL_SECONDS if left is None else left, stop)
    watch.start()
    try:
        requests, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
        requests.write(asked)
        requests.flush()
        return read_answer(answers)
    finally:
        watch.cancel()
        watch.join()  # or it would kill the process at its next work
