"""Processes that decode, and may be killed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest
import pyvips

from thumbor_renuo.errors import RenderTimeout, TooLarge, Unavailable
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.isolated import processes, protocol
from thumbor_renuo.imaging.isolated.child import SVG
from thumbor_renuo.imaging.isolated.protocol import Answer
from thumbor_renuo.imaging.time_limit import time_limit


def svg(content: str = '<rect width="4" height="3" fill="red"/>') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">{content}</svg>'.encode()


# Some minutes of work.
ENDLESS = svg(
    '<filter id="f" x="-9" y="-9" width="19" height="19">'
    + '<feMorphology operator="dilate" radius="2"/>' * 400
    + '</filter><rect width="4" height="3" filter="url(#f)"/>'
)


def drawn(data: bytes, size: tuple[int, int] = (8, 6), seconds: int = 3) -> Answer | None:
    return processes.decode("SVG", SVG, (4, 3, 0, 0, 4, 3, *size), data, seconds=seconds)


@pytest.fixture(autouse=True)
def none_idle() -> Iterator[None]:
    """Begins and ends without a process."""
    yield
    while processes._idle:
        processes._ended(processes._idle.pop())


def test_a_process_draws_one_svg_after_the_other() -> None:
    """It is started once."""
    first = drawn(svg())
    (process,) = processes._idle
    assert first == drawn(svg()) == Answer(8, 6, 4, b"", bytes([255, 0, 0, 255]) * 48)
    assert processes._idle == [process]


def test_what_cannot_be_drawn_is_unreadable() -> None:
    """And harms nobody else."""
    assert drawn(b"<svg") is None
    assert drawn(svg())


def test_an_svg_that_takes_too_long_is_stopped() -> None:
    """Its process ends, and the next SVG has another one."""
    with pytest.raises(TooLarge, match="SVG takes more than 0 seconds"):
        drawn(ENDLESS, (2000, 1500), seconds=0)
    assert processes._idle == []
    assert drawn(svg())


def test_the_time_of_a_request_is_its_limit() -> None:
    """However much of the processor it was given."""
    drawn(svg())
    with pytest.raises(RenderTimeout), time_limit(0.2):
        drawn(ENDLESS, (2000, 1500))
    assert processes._idle == []


def test_a_process_that_died_is_replaced() -> None:
    """Somebody has killed it."""
    drawn(svg())
    (process,) = processes._idle
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert drawn(svg())
    assert processes._idle != [process]


@pytest.mark.parametrize("how", [signal.SIGKILL, 0])
def test_a_process_that_dies_as_it_is_asked_is_replaced(
    monkeypatch: pytest.MonkeyPatch, how: int
) -> None:
    """It was idle for too long, or killed, after it was found alive."""
    drawn(svg())
    (process,) = processes._idle
    if how:
        os.kill(process.pid, how)
    else:
        assert process.stdin is not None
        os.close(process.stdin.fileno())  # it ends by itself, as after a minute
        os.dup2(_broken_pipe(), process.stdin.fileno())
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    monkeypatch.setattr(process, "poll", lambda: None)
    assert drawn(svg()) == Answer(8, 6, 4, b"", bytes([255, 0, 0, 255]) * 48)
    assert processes._idle != [process]


def _broken_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_work_that_is_too_much_is_not_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the process had been idle before; and a new one that dies is not replaced."""
    drawn(svg())
    started = []
    monkeypatch.setattr(processes, "_started", lambda: started.append(1))
    with pytest.raises(TooLarge):
        drawn(ENDLESS, (2000, 1500), seconds=0)
    assert started == []
    monkeypatch.undo()
    monkeypatch.setattr(processes, "COMMAND", ("/bin/true",))
    with pytest.raises(TooLarge):
        drawn(svg())


class Killing:
    """Has processes killed as soon as they are at work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, how: int, times: int) -> None:
        self.how, self.left, self.started = how, times, 0
        self.start = processes._started
        monkeypatch.setattr(processes, "_started", self)

    def __call__(self, kind: str) -> processes.Process:
        process = self.start(kind)
        self.started += 1
        if self.left:
            self.left -= 1
            os.kill(process.pid, signal.SIGSTOP)  # until it is asked
            threading.Timer(0.1, self._kill, (process.pid,)).start()
        return process

    def _kill(self, pid: int) -> None:
        os.kill(pid, self.how)
        os.kill(pid, signal.SIGCONT)  # or it would not die


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_work_that_somebody_stops_is_done_once_more(
    monkeypatch: pytest.MonkeyPatch, how: int
) -> None:
    """The system was short of memory, or its keeper has restarted something."""
    killing = Killing(monkeypatch, how, times=1)
    assert drawn(svg()) == Answer(8, 6, 4, b"", bytes([255, 0, 0, 255]) * 48)
    assert killing.started == 2


def test_work_that_is_stopped_twice_is_not_done_a_third_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may be what the system is short of memory for; but nobody says that it is too large."""
    killing = Killing(monkeypatch, signal.SIGKILL, times=9)
    with pytest.raises(Unavailable, match="stopped from outside") as caught:
        drawn(svg())
    assert not isinstance(caught.value, RenderTimeout)
    assert killing.started == 2
    assert processes._idle == []


def test_work_at_which_a_process_fails_is_not_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memory it ends by another signal."""
    killing = Killing(monkeypatch, signal.SIGABRT, times=1)
    with pytest.raises(TooLarge):
        drawn(svg())
    assert killing.started == 1


def test_an_answer_that_is_too_long_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its process is killed here."""
    monkeypatch.setattr(protocol, "MEMORY_BYTES", 100)
    killing = Killing(monkeypatch, 0, times=0)
    with pytest.raises(TooLarge):
        drawn(svg())
    assert killing.started == 1


def test_a_process_whose_time_is_over_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it has answered just then: it is being killed."""
    read_answer = protocol.read_answer

    def slow(stream: BinaryIO) -> Answer | None:
        answer = read_answer(stream)
        while threading.active_count() > threads:  # until the watch has stopped it
            time.sleep(0.01)
        return answer

    threads = threading.active_count()
    drawn(svg())
    (process,) = processes._idle
    monkeypatch.setattr(process, "kill", lambda: None)  # which may take its time
    monkeypatch.setattr(processes, "WALL_SECONDS", 0.5)
    monkeypatch.setattr(processes, "read_answer", slow)
    assert drawn(svg())
    assert processes._idle == []


def test_several_draw_at_once() -> None:
    """Each thread has a process of its own; no more than a few stay."""
    with ThreadPoolExecutor(3) as pool:
        shown = list(pool.map(drawn, [svg()] * 6))
    assert {answer.pixels for answer in shown if answer} == {bytes([255, 0, 0, 255]) * 48}
    assert 1 <= len(processes._idle) <= processes.MAX_IDLE


def test_it_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the environment it is given what it needs."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for it")
    drawn(svg())
    with open(f"/proc/{processes._idle[0].pid}/environ", "rb") as file:  # noqa: PTH123
        assert b"not for it" not in file.read()


def test_here_svg_stays_blocked() -> None:
    """It is let in only there."""
    drawn(svg())
    libvips.set_up()
    with pytest.raises(pyvips.Error, match="blocked"):
        pyvips.Operation.call("svgload_buffer", svg())
