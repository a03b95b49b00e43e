"""Has files decoded and encoded in processes of their own, which are started when needed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, BinaryIO, NoReturn, cast

from thumbor_renuo.errors import TooLarge, Unavailable
from thumbor_renuo.imaging import time_limit
from thumbor_renuo.imaging.isolated.protocol import (
    DECODE,
    Answer,
    NoAnswerError,
    NoDecoderError,
    TooMuchError,
    read_answer,
    request,
)

COMMAND = (sys.executable, "-m", "thumbor_renuo.imaging.isolated.child")
# Where programs, libraries and fonts are; no secret of ours is among them.
ENVIRONMENT = {"PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME",
               "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME", "XDG_CACHE_HOME",
               "TMPDIR"}  # fmt: skip
MAX_IDLE = 2
"""Of each kind."""
# How one ends that the system, which is short of memory, or its keeper stops; work that takes too
# much ends by another signal, or by an error.
KILLED = {-signal.SIGKILL, -signal.SIGTERM}
ENDED_IDLE = 0  # nobody has asked for long
MAX_RUNS = 2  # the work may be what the system is short of memory for
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
        Unavailable: somebody else has stopped the work.
        NoDecoderError: nothing here decodes files of its kind.
    """
    try:
        answer = ask(DECODE, [request(job, seconds, numbers, data)])
    except EOFError:
        _give_up(name, seconds)
    if answer.width:
        return answer
    if answer.height:
        raise NoDecoderError
    return None


def ask(kind: str, asked: Sequence[Any]) -> Answer:
    """What a process answers: one that is idle, or a new one.

    Work that somebody else has stopped is done once more.

    Args:
        kind: of process: DECODE or ENCODE.
        asked: a request in one piece or in several, bytes or buffers.

    Raises:
        EOFError: the process has ended: the work took more than it may, or there was no time left.
        Unavailable: somebody else has stopped it, twice.
    """
    process = _taken(kind)
    for _ in range(MAX_RUNS):
        may_be_over = process is not None
        try:
            return _answer(process or _started(kind), asked, may_be_over=may_be_over)
        except _LostError:
            time_limit.check()
            process = None
    raise Unavailable("the work on the image was stopped from outside, try again")


class _LostError(EOFError):
    """The process has ended, and what it was asked is not at fault."""


def _give_up(name: str, seconds: int) -> NoReturn:
    time_limit.check()
    raise TooLarge(
        f"the {name} takes more than {seconds} seconds, or more memory than it may, to decode",
        limit=seconds,
    )


def _started(kind: str) -> Process:
    return subprocess.Popen(  # noqa: S603  (always this one command)
        (*COMMAND, kind),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name in ENVIRONMENT},
        start_new_session=True,  # what stops the server from the keyboard is not for it
    )


def _taken(kind: str) -> Process | None:
    for process in reversed(_idle_of(kind)):
        try:
            _idle.remove(process)
        except ValueError:  # another thread was faster
            continue
        if process.poll() is None:
            return process
        _ended(process)
    return None


def _idle_of(kind: str) -> list[Process]:
    return [process for process in _idle if _kind(process) == kind]


def _kind(process: Process) -> str:
    return cast("Sequence[str]", process.args)[-1]


def _ended(process: Process) -> None:
    process.kill()
    with contextlib.suppress(OSError), process:  # which closes its pipes, and waits for it
        pass


def _answer(process: Process, asked: Sequence[Any], *, may_be_over: bool) -> Answer:
    """What it answers; it is kept if it outlives its work, and its time is not over.

    Args:
        may_be_over: whether it was idle before, and may have ended for that.

    Raises:
        EOFError: it has ended; _LostError where what it was asked is not at fault.
    """
    is_late = threading.Event()
    try:
        answer = _asked(process, asked, is_late)
    except (OSError, EOFError) as error:
        _ended(process)
        is_unheard = isinstance(error, BrokenPipeError | NoAnswerError)
        is_over = may_be_over and is_unheard and process.returncode == ENDED_IDLE
        # It is killed here, too, where it is late or says too much.
        is_killed = process.returncode in KILLED and not isinstance(error, TooMuchError)
        if (is_over or is_killed) and not is_late.is_set():
            raise _LostError from error
        raise EOFError from error
    is_room = len(_idle_of(_kind(process))) < MAX_IDLE
    if process.poll() is None and not is_late.is_set() and is_room:
        _idle.append(process)
    else:
        _ended(process)
    return answer


def _asked(process: Process, asked: Sequence[Any], is_late: threading.Event) -> Answer:
    def stop() -> None:
        is_late.set()
        process.kill()

    left = time_limit.remaining()
    watch = threading.Timer(WALL_SECONDS if left is None else left, stop)
    watch.start()
    try:
        requests, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
        for part in asked:
            requests.write(part)
        requests.flush()
        return read_answer(answers)
    finally:
        watch.cancel()
        watch.join()  # or it would kill the process at its next work
