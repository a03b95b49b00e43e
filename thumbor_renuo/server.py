"""Several processes that accept on one port, replaced when they die, stopped without loss."""

import logging
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from thumbor.config import Config
from tornado.netutil import bind_sockets

from thumbor_renuo import worker
from thumbor_renuo.config import Settings
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.listening import refuse_new

logger = logging.getLogger(__name__)

BACKLOG = 1024
SOUND_SECONDS = 10.0  # a process that lived this long is replaced without delay
FIRST_DELAY, LAST_DELAY = 0.2, 10.0
KILL_AFTER_SECONDS = 5.0  # beyond SHUTDOWN_SECONDS
TICK_SECONDS = 0.5
HOPELESS_DEATHS = 4  # of each process, before any was ready


class StartError(RuntimeError):
    """The server cannot start; the message says why."""


@dataclass
class Slot:
    """One of the places that a child process fills."""

    pid: int = 0
    started: float = 0.0
    delay: float = 0.0
    due: float = 0.0


class Supervisor:
    """The parent: forks, replaces and stops; it serves nothing itself.

    Args:
        config: Thumbor's, checked already.
        sockets: of bind().
        processes: how many children.
        on_ready: called once, when the first child accepts.
        on_tick: called about twice a second.
        in_child: called first in each child, to let go of what is the parent's.
    """

    def __init__(
        self,
        config: Config,
        *,
        sockets: Sequence[socket.socket],
        processes: int,
        on_ready: Callable[[], None] = lambda: None,
        on_tick: Callable[[], None] = lambda: None,
        in_child: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._processes = processes
        self._on_ready, self._on_tick, self._in_child = on_ready, on_tick, in_child
        self._sockets = sockets
        self._slots = [Slot() for _ in range(processes)]
        self._signals: list[int] = []
        self._deaths, self._was_ready = 0, False
        # Children see the end of this pipe when we are gone, however we went.
        self._lifeline, self._our_life = os.pipe()
        self._ready, self._children_ready = os.pipe()
        self._wakeup, wake = socket.socketpair()
        self._wakeup.setblocking(False)
        wake.setblocking(False)
        self._wake = wake

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then stop; a second signal stops at once."""
        self._catch_signals()
        _raise_file_limit()
        apps = Services.of(self._config).apps
        try:
            while not self._stop_requested():
                # A child begins with what we know: the last sound file, as the others do.
                apps.refresh()
                self._start_due()
                self._wait(TICK_SECONDS)
                self._reap()
                self._pass_on_hangups()
                if not self._was_ready and self._deaths >= HOPELESS_DEATHS * self._processes:
                    raise StartError(f"no process came up in {self._deaths} tries; see above")
                self._on_tick()
            self._stop()
        finally:
            self._kill()

    # -- signals --------------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        def remember(number: int, _frame: FrameType | None) -> None:
            self._signals.append(number)

        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, remember)

    def _stop_requested(self) -> int:
        return sum(number in {signal.SIGTERM, signal.SIGINT} for number in self._signals)

    def _pass_on_hangups(self) -> None:
        """SIGHUP: the children read their apps again."""
        while signal.SIGHUP in self._signals:
            self._signals.remove(signal.SIGHUP)
            for pid in self._living():
                os.kill(pid, signal.SIGHUP)

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self._wakeup.fileno(), self._ready], [], [], seconds)
        if self._wakeup.fileno() in readable:
            self._wakeup.recv(4096)
        if self._ready in readable:
            os.read(self._ready, 4096)
            self._was_ready = True
            announce, self._on_ready = self._on_ready, lambda: None
            announce()

    # -- children -------------------------------------------------------------------------------

    def _start_due(self) -> None:
        for slot in self._slots:
            if not slot.pid and slot.due <= time.monotonic():
                self._start(slot)

    def _start(self, slot: Slot) -> None:
        # A signal between fork and the child's own handlers would be lost.
        ours = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, ours)
        pid = os.fork()
        if pid == 0:
            self._become_child(ours)
        slot.pid, slot.started = pid, time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)

    def _become_child(self, blocked: set[signal.Signals]) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            os.close(self._our_life)
            self._in_child()
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; we decide
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            worker.run(
                self._config,
                self._sockets,
                lifeline=self._lifeline,
                started=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked),
                ready=lambda: os.write(self._children_ready, b"."),
            )
            code = 0
        except SystemExit as error:
            print(error, file=sys.stderr)  # noqa: T201
        except BaseException:
            logger.exception("the process cannot start or broke down")
        finally:
            logging.shutdown()
            # Not sys.exit: it would wait for threads that still render.
            os._exit(code)

    def _reap(self) -> None:
        for slot in self._slots:
            if slot.pid and _has_ended(slot.pid):
                now = time.monotonic()
                sound = now - slot.started >= SOUND_SECONDS
                slot.delay = 0 if sound else min(LAST_DELAY, max(FIRST_DELAY, 2 * slot.delay))
                slot.due = now + slot.delay
                if not self._stop_requested():
                    logger.error("process %d died and is replaced in %.1f s", slot.pid, slot.delay)
                slot.pid = 0
                self._deaths += 1

    def _living(self) -> list[int]:
        return [slot.pid for slot in self._slots if slot.pid]

    # -- the end --------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Let the children finish what is in flight."""
        # Ours first: the last to close a listening socket resets what waits in its queue, and
        # the children empty it before they close.
        for listening in self._sockets:
            refuse_new(listening)
            listening.close()
        for pid in self._living():
            os.kill(pid, signal.SIGTERM)
        allowed = Settings.of(self._config).shutdown_seconds + KILL_AFTER_SECONDS
        deadline = time.monotonic() + allowed
        while self._living() and time.monotonic() < deadline and self._stop_requested() == 1:
            self._wait(TICK_SECONDS)
            self._reap()

    def _kill(self) -> None:
        for pid in self._living():
            logger.error("process %d did not stop in time and is killed", pid)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def bind(address: str, port: int) -> list[socket.socket]:
    """Listen, before anything else is started.

    Raises:
        StartError: names the address.
    """
    try:
        return bind_sockets(port, address, backlog=BACKLOG)
    except OSError as error:
        raise StartError(f"cannot listen on {address}:{port}: {error.strerror}") from error


def _raise_file_limit() -> None:
    """Each connection is a file: allow as many as the machine lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
