"""How much memory renders may take together: those that do not fit wait for their turn."""

import asyncio
from collections import deque
from dataclasses import dataclass
from threading import Lock

from thumbor_renuo.errors import Unavailable

RESERVE = 8  # one part of so many is for small renders alone
SMALL = 16  # a render is small up to one part of so many
WAITING = 2  # those who wait hold originals of one part of so many, together


class MemoryBudget:
    """A semaphore in bytes, first come, first served.

    Large renders and small ones wait in lines of their own. Of the room, an eighth is never given
    to large ones, so that small ones pass by however many large ones run or wait; and while a
    large one waits, that eighth is all that small ones get, so that they do not keep it out. A
    render that would not even fit alone runs as the only large one.

    Args:
        total: bytes for all.
        seconds: the longest wait.
    """

    def __init__(self, total: int, seconds: float) -> None:
        self._total, self._seconds = total, seconds
        self._reserve = total // RESERVE
        self._small, self._large = _Line(), _Line()
        self._ballast = 0
        # `take_now` is called by threads that render; all else by the event loop.
        self._lock = Lock()

    @property
    def held(self) -> int:
        """How many bytes are given out."""
        return self._small.held + self._large.held

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._small.waiters) + len(self._large.waiters)

    def take_now(self, size: int) -> bool:
        """Take so many bytes if they are free and nobody waits for them; any thread may ask."""
        with self._lock:
            line = self._line(size)
            if line.waiters or not self._fits(size):
                return False
            line.held += size
            return True

    async def take(self, size: int, *, ballast: int = 0) -> None:
        """Take so many bytes, after those who came before.

        Args:
            ballast: what the caller keeps in memory while it waits, in bytes.

        Raises:
            Unavailable: too much waits already, or the wait was too long.
        """
        if self.take_now(size):
            return
        if self._ballast + ballast > self._total // WAITING:
            raise Unavailable("too many large images wait to be decoded already, try again")
        waiter = _Waiter(size, asyncio.get_running_loop().create_future())
        self._ballast += ballast
        try:
            await self._wait(waiter)
        finally:
            self._ballast -= ballast

    async def _wait(self, waiter: "_Waiter") -> None:
        line = self._line(waiter.size)
        with self._lock:
            line.waiters.append(waiter)
        self._go_on()  # room may have come free meanwhile
        timer = waiter.turn.get_loop().call_later(self._seconds, self._refuse, waiter)
        try:
            await waiter.turn
        except BaseException:
            if waiter.has_room:  # given in the moment in which the caller was cancelled
                self.give_back(waiter.size)
            raise
        finally:
            timer.cancel()
            self._take_out(waiter)

    def give_back(self, size: int) -> None:
        """Free what was taken."""
        with self._lock:
            self._line(size).held -= size
        self._go_on()

    def _go_on(self) -> None:
        """Let those in who fit now, the first of each line before the others."""
        for line in (self._large, self._small):
            while (waiter := self._next(line)) is not None:
                waiter.turn.set_result(None)

    def _next(self, line: "_Line") -> "_Waiter | None":
        with self._lock:
            while line.waiters and line.waiters[0].turn.done():  # cancelled
                line.waiters.popleft()
            if not line.waiters or not self._fits(line.waiters[0].size):
                return None
            waiter = line.waiters.popleft()
            line.held += waiter.size
            return waiter

    def _line(self, size: int) -> "_Line":
        return self._small if size <= self._total // SMALL else self._large

    def _fits(self, size: int) -> bool:
        if self._line(size) is self._small:
            room = self._reserve if self._large.waiters else self._total - self._large.held
            return self._small.held + size <= max(room, self._reserve)
        most = self._total - self._reserve
        if size > most:
            return not self._large.held and self._small.held <= self._reserve
        return self._large.held + size <= most and self.held + size <= self._total

    def _take_out(self, waiter: "_Waiter") -> None:
        with self._lock:
            waiters = self._line(waiter.size).waiters
            if waiter not in waiters:
                return
            waiters.remove(waiter)
        self._go_on()  # who stood behind it may fit

    def _refuse(self, waiter: "_Waiter") -> None:
        if not waiter.turn.done():
            seconds = f"{self._seconds:g}"
            waiter.turn.set_exception(
                Unavailable(
                    f"the image is large, and waited longer than {seconds} seconds for memory to "
                    "be decoded in, try again",
                    limit=seconds,
                )
            )


class _Line:
    """Renders of one kind: the bytes they hold, and those who wait."""

    def __init__(self) -> None:
        self.held = 0
        self.waiters: deque[_Waiter] = deque()


@dataclass(eq=False, slots=True)
class _Waiter:
    size: int
    turn: asyncio.Future[None]

    @property
    def has_room(self) -> bool:
        turn = self.turn
        return turn.done() and not turn.cancelled() and turn.exception() is None
