"""A fair share of the renders for each app: bounded places, and a bounded line in front of them."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from thumbor_renuo.errors import Unavailable


class RenderQueue:
    """Lets a few work at once; the others wait, and the apps take turns.

    One more works at once than one app alone may: while an app's flood holds all of its places,
    the next request of another finds room.

    Args:
        places: the most places that one app holds; the processor's cores.
        waiting: the most requests that wait.
        seconds: the longest wait.
    """

    def __init__(self, places: int, waiting: int, seconds: float) -> None:
        self._places, self._max_waiting, self._seconds = places, waiting, seconds
        self._held = Counter[str]()
        self._waits = Counter[str]()
        self._line, self._low_line = _Line(), _Line()

    @property
    def running(self) -> int:
        """How many places are held."""
        return self._held.total()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return self._waits.total()

    async def take_place(self, app: str, *, is_low: bool = False) -> None:
        """Take a place, which is held until `leave` is called for the same app.

        Args:
            is_low: served only while nobody else could be.

        Raises:
            Unavailable: too many wait, most of them for the same app, or the wait was too long.
        """
        if self._may_run(app):
            self._held[app] += 1
        else:
            await self._wait(app, is_low=is_low)

    def _may_run(self, app: str) -> bool:
        return self.running <= self._places and self._held[app] < self._places

    async def _wait(self, app: str, *, is_low: bool) -> None:
        self._make_way(app, is_low=is_low)
        loop = asyncio.get_running_loop()
        waiter = _Waiter(app, self._low_line if is_low else self._line, loop.create_future())
        waiter.line.add(waiter)
        self._waits[app] += 1
        timer = loop.call_later(self._seconds, self._refuse, waiter, self._too_late)
        try:
            await waiter.turn
        except BaseException:
            if waiter.has_place:  # given in the moment in which the caller was cancelled
                self.leave(app)
            raise
        finally:
            timer.cancel()
            self._take_out(waiter)

    def leave(self, app: str) -> None:
        """Give a place back: to the next one who waits."""
        _count_down(self._held, app)
        while self.running <= self._places:
            waiter = self._line.next(self._may_run) or self._low_line.next(self._may_run)
            if waiter is None:
                return
            self._take_out(waiter)
            if not waiter.turn.done():
                self._held[waiter.app] += 1
                waiter.turn.set_result(None)

    def _make_way(self, app: str, *, is_low: bool) -> None:
        """See that there is room in the line, at the cost of the app that takes most of it."""
        if self.waiting < self._max_waiting:
            return
        largest = max(self._waits, key=self._waits.__getitem__, default=app)
        newest = self._low_line.newest(largest)
        if newest is None and not is_low:
            newest = self._line.newest(largest)
        if newest is None or self._waits[largest] <= self._waits[app]:
            raise self._full()
        self._refuse(newest, self._full)

    def _refuse(self, waiter: "_Waiter", why: Callable[[], Unavailable]) -> None:
        self._take_out(waiter)
        if not waiter.turn.done():
            waiter.turn.set_exception(why())

    def _take_out(self, waiter: "_Waiter") -> None:
        if waiter.line.remove(waiter):
            _count_down(self._waits, waiter.app)

    def _full(self) -> Unavailable:
        return Unavailable(
            f"{self._max_waiting} thumbnails wait to be made already, try again",
            limit=self._max_waiting,
        )

    def _too_late(self) -> Unavailable:
        seconds = f"{self._seconds:g}"
        return Unavailable(
            f"the thumbnail waited longer than {seconds} seconds to be made, try again",
            limit=seconds,
        )


@dataclass(eq=False, slots=True)
class _Waiter:
    app: str
    line: "_Line"
    turn: asyncio.Future[None]

    @property
    def has_place(self) -> bool:
        turn = self.turn
        return turn.done() and not turn.cancelled() and turn.exception() is None


class _Line:
    """Those who wait, the first of each app in turn."""

    def __init__(self) -> None:
        self._apps: OrderedDict[str, OrderedDict[_Waiter, None]] = OrderedDict()

    def add(self, waiter: _Waiter) -> None:
        self._apps.setdefault(waiter.app, OrderedDict())[waiter] = None

    def remove(self, waiter: _Waiter) -> bool:
        """Take a waiter out; False if it was not there."""
        waiters = self._apps.get(waiter.app, OrderedDict())
        if waiter not in waiters:
            return False
        del waiters[waiter]
        if not waiters:
            del self._apps[waiter.app]
        return True

    def next(self, may_run: Callable[[str], bool]) -> _Waiter | None:
        """The first of the app whose turn it is; it stays in the line, its app goes to the end."""
        for app, waiters in self._apps.items():
            if may_run(app):
                self._apps.move_to_end(app)
                return next(iter(waiters))
        return None

    def newest(self, app: str) -> _Waiter | None:
        """The app's last one."""
        return next(reversed(self._apps.get(app, OrderedDict())), None)


def _count_down(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
