"""thumbor_renuo.delivery.render_queue: a fair share of the renders for each app."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.render_queue import RenderQueue
from thumbor_renuo.errors import Unavailable

LONG = 3600.0


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


@asynccontextmanager
async def place(queue: RenderQueue, app: str, *, is_low: bool = False) -> AsyncIterator[None]:
    """Hold a place for as long as the block runs."""
    await queue.take_place(app, is_low=is_low)
    try:
        yield
    finally:
        queue.leave(app)


class Crowd:
    """Clients of one queue: who is inside, and in which order they came in."""

    def __init__(self, queue: RenderQueue) -> None:
        self.queue = queue
        self.inside: list[Client] = []
        self.order: list[str] = []

    async def send(self, *apps: str, is_low: bool = False) -> "list[Client]":
        clients = [Client(self, app, is_low=is_low) for app in apps]
        await turn()
        return clients

    async def finish(self, client: "Client") -> None:
        client.may_go.set()
        await turn()

    async def serve_all(self) -> list[str]:
        """Finish one after the other; the apps in the order in which they come in."""
        before = len(self.order)
        while self.inside:
            await self.finish(self.inside[0])
        return self.order[before:]


class Client:
    """One request: waits for its place, holds it until it may go."""

    def __init__(self, crowd: Crowd, app: str, *, is_low: bool = False) -> None:
        self.crowd, self.app, self.is_low = crowd, app, is_low
        self.may_go = asyncio.Event()
        self.task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        async with place(self.crowd.queue, self.app, is_low=self.is_low):
            self.crowd.inside.append(self)
            self.crowd.order.append(self.app)
            try:
                await self.may_go.wait()
            finally:
                self.crowd.inside.remove(self)

    def refusal(self) -> Unavailable:
        error = self.task.exception() if self.task.done() else None
        assert isinstance(error, Unavailable)
        return error


@pytest.mark.parametrize("places", [1, 2, 8])
async def test_one_more_than_the_places_work_at_once(places: int) -> None:
    """The next waits, and comes in when one has gone."""
    crowd = Crowd(RenderQueue(places, 100, LONG))
    await crowd.send(*(str(number) for number in range(places + 2)))
    assert (len(crowd.inside), crowd.queue.running, crowd.queue.waiting) == (
        places + 1,
        places + 1,
        1,
    )
    await crowd.finish(crowd.inside[0])
    assert (crowd.queue.running, crowd.queue.waiting) == (places + 1, 0)
    await crowd.serve_all()
    assert crowd.queue.running == 0


@pytest.mark.parametrize("places", [1, 2, 8])
async def test_one_app_leaves_room_for_another(places: int) -> None:
    """However many it asks for, the first request of another app comes in at once."""
    crowd = Crowd(RenderQueue(places, 100, LONG))
    await crowd.send(*["flood"] * (places + 20))
    assert crowd.queue.running == places
    (other,) = await crowd.send("other")
    assert other in crowd.inside
    await crowd.finish(other)
    assert crowd.queue.running == places  # its place is not the flood's
    await crowd.serve_all()
    assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)


async def test_apps_take_turns() -> None:
    """Not who asks most, but each in its turn; within an app, first come, first served."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    await crowd.send("x", "y")
    clients = await crowd.send("a", "a", "a", "a", "b", "b", "c")
    await crowd.finish(crowd.inside[0])
    assert crowd.inside[-1] is clients[0]
    assert (await crowd.serve_all())[:6] == ["b", "c", "a", "b", "a", "a"]


async def test_who_comes_back_goes_behind_the_others() -> None:
    """An app with one request at a time has no shorter way than those that queue."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    x, y = await crowd.send("x", "y")
    await crowd.send("a", "b", "a")
    await crowd.finish(x)
    await crowd.send("b", "c")
    await crowd.finish(y)
    assert crowd.order[2:] == ["a", "b"]
    assert await crowd.serve_all() == ["a", "c", "b"]


async def test_low_ones_come_last() -> None:
    """They are served while nobody else waits, and one app's low ones wait for all others."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    x, y = await crowd.send("x", "y")
    await crowd.send("low", "low", is_low=True)
    await crowd.send("a", "b", "c")
    await crowd.finish(x)
    await crowd.finish(y)
    assert crowd.order[2:] == ["a", "b"]
    assert await crowd.serve_all() == ["c", "low", "low"]


async def test_a_low_one_has_a_place_that_nobody_else_can_use() -> None:
    """An app at its own bound does not keep a place empty."""
    crowd = Crowd(RenderQueue(2, 100, LONG))
    await crowd.send("a", "a", "a")
    (low,) = await crowd.send("b", is_low=True)
    assert low in crowd.inside
    await crowd.serve_all()


async def test_a_full_line_refuses_the_next() -> None:
    """The error is a 503 that names the bound; those who wait are not disturbed."""
    crowd = Crowd(RenderQueue(1, 3, LONG))
    await crowd.send("a", "b", "a", "a", "a")
    (late,) = await crowd.send("a")
    error = late.refusal()
    assert (error.status, error.limit) == (503, 3)
    assert error.message == "3 thumbnails wait to be made already, try again"
    assert crowd.queue.waiting == 3
    assert await crowd.serve_all() == ["a", "a", "a"]


async def test_the_app_that_waits_most_gives_way() -> None:
    """Its newest request is refused in favour of another app's."""
    crowd = Crowd(RenderQueue(1, 3, LONG))
    await crowd.send("x", "y")
    first, second, third = await crowd.send("a", "a", "a")
    (other,) = await crowd.send("b")
    assert third.refusal().limit == 3
    assert [client.task.done() for client in (first, second, other)] == [False] * 3
    assert await crowd.serve_all() == ["a", "b", "a"]


async def test_an_app_gives_way_to_smaller_ones_only() -> None:
    """Where all have the same share, the newcomer is refused."""
    crowd = Crowd(RenderQueue(1, 2, LONG))
    await crowd.send("x", "y")
    waiting = await crowd.send("a", "b")
    for app in ("a", "b"):
        (late,) = await crowd.send(app)
        assert late.refusal()
    assert not any(client.task.done() for client in waiting)
    (third,) = await crowd.send("c")  # it has fewer than any of them
    assert not third.task.done()
    assert [client.task.done() for client in waiting].count(True) == 1
    await crowd.serve_all()


async def test_low_ones_give_way_first_and_take_nobodys_place() -> None:
    """Within the app that waits most, a low one goes before a normal one."""
    crowd = Crowd(RenderQueue(1, 3, LONG))
    await crowd.send("x", "y")
    (low,) = await crowd.send("a", is_low=True)
    normal = await crowd.send("a", "a")
    (other,) = await crowd.send("b")
    assert low.refusal()
    (low,) = await crowd.send("c", is_low=True)
    assert low.refusal()
    assert not any(client.task.done() for client in [*normal, other])
    await crowd.serve_all()


async def test_no_line_at_all() -> None:
    """With room for nobody, what finds no place is refused at once."""
    crowd = Crowd(RenderQueue(1, 0, LONG))
    await crowd.send("a", "b")
    (late,) = await crowd.send("c")
    assert late.refusal().limit == 0
    await crowd.serve_all()


async def test_who_waits_too_long_is_refused() -> None:
    """The error names the seconds, and the place is given to somebody else."""
    queue = RenderQueue(1, 100, 0.02)
    async with place(queue, "a"):
        with pytest.raises(Unavailable) as caught:
            await place(queue, "a").__aenter__()
        assert caught.value.message == (
            "the thumbnail waited longer than 0.02 seconds to be made, try again"
        )
        assert (caught.value.limit, queue.running, queue.waiting) == ("0.02", 1, 0)
    async with place(queue, "a"):
        assert queue.running == 1
    assert queue.running == 0


async def test_a_place_may_be_held_for_longer_than_anybody_waits() -> None:
    """The wait is over with the turn: somebody who comes later is refused, the worker is not."""
    crowd = Crowd(RenderQueue(1, 100, 0.02))
    first, second = await crowd.send("a", "a")
    await crowd.finish(first)
    (third,) = await crowd.send("a")
    await asyncio.wait([third.task])
    assert third.refusal()
    assert crowd.inside == [second]
    await crowd.serve_all()
    assert second.task.exception() is None
    assert crowd.queue.running == 0


async def test_a_failure_frees_its_place() -> None:
    """An exception in the block passes through and leaves nothing behind."""
    queue = RenderQueue(1, 100, LONG)
    for _ in range(3):
        with pytest.raises(KeyError, match="boom"):
            async with place(queue, "a"):
                raise KeyError("boom")
    assert (queue.running, queue.waiting) == (0, 0)


async def test_who_leaves_the_line_is_not_served() -> None:
    """Cancelled while waiting: the next one moves up."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    (inside,) = await crowd.send("a")
    first, second = await crowd.send("a", "a")
    first.task.cancel()
    await turn()
    assert crowd.queue.waiting == 1
    await crowd.finish(inside)
    assert crowd.inside == [second]
    await crowd.serve_all()


async def test_who_leaves_in_the_moment_of_its_turn_passes_it_on() -> None:
    """The place was given already: the next one gets it."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    async with place(crowd.queue, "a"):
        first, second = await crowd.send("a", "a")
    first.task.cancel()
    await turn()
    assert first.task.cancelled()
    assert crowd.inside == [second]
    await crowd.serve_all()
    assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)


async def test_who_leaves_just_before_its_turn_does_not_get_it() -> None:
    """Cancelled in the same moment, before the place was free."""
    crowd = Crowd(RenderQueue(1, 100, LONG))
    async with place(crowd.queue, "a"):
        first, second = await crowd.send("a", "a")
        first.task.cancel()
    await turn()
    assert first.task.cancelled()
    assert crowd.inside == [second]
    await crowd.serve_all()
    assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)


async def test_an_app_that_is_gone_leaves_nothing() -> None:
    """Counters and lines know nobody who holds or waits for nothing."""
    queue = RenderQueue(1, 100, LONG)
    crowd = Crowd(queue)
    await crowd.send(*(str(number) for number in range(50)))
    await crowd.serve_all()
    assert not queue._held
    assert not queue._waits
    assert not queue._line._apps


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=40))
def test_nobody_is_served_twice_while_another_waits(apps: list[str]) -> None:
    """Between two turns of an app, each app that waited all the time has had one."""

    async def story() -> None:
        crowd = Crowd(RenderQueue(2, 100, LONG))
        await crowd.send("hog", "hog", "x")
        await crowd.send(*apps)
        order: list[str] = []
        waiting = Counter(apps)
        while waiting:
            await crowd.finish(crowd.inside[-1])
            app = crowd.order[-1]
            order.append(app)
            waiting = +(waiting - Counter([app]))
            since = order[:-1][::-1]
            if app in since:
                between = set(since[: since.index(app)])
                assert waiting.keys() - {app} <= between
        assert Counter(order) == Counter(apps)
        await crowd.serve_all()

    asyncio.run(story())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "come", "low", "go", "cancel", "cancel both", "fail"]),
        st.sampled_from("abc"),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=50,
)


@given(STEPS, st.integers(1, 3), st.integers(0, 6))
def test_no_place_is_lost_or_given_twice(
    steps: list[tuple[str, str, int, bool]], places: int, waiting: int
) -> None:
    """Whatever happens: the bounds hold, no place is empty for nothing, all are free at last."""

    async def story() -> None:
        crowd = Crowd(RenderQueue(places, waiting, LONG))
        clients: list[Client] = []
        for what, app, number, pause in steps:
            act(what, app, number, crowd, clients)
            if pause:
                await turn()
                check(crowd, clients, places, waiting)
        await turn()
        check(crowd, clients, places, waiting)
        await crowd.serve_all()
        assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)
        for client in clients:
            assert client.task.done()
            if not client.task.cancelled():
                assert isinstance(client.task.exception(), Unavailable | None)

    asyncio.run(story())


def act(what: str, app: str, number: int, crowd: Crowd, clients: list[Client]) -> None:
    if what in {"come", "low"}:
        clients.append(Client(crowd, app, is_low=what == "low"))
    elif what == "go" and crowd.inside:
        crowd.inside[number % len(crowd.inside)].may_go.set()
    elif what == "cancel" and clients:
        clients[number % len(clients)].task.cancel()
    elif what == "cancel both" and clients and crowd.inside:
        crowd.inside[number % len(crowd.inside)].may_go.set()
        clients[number % len(clients)].task.cancel()
    elif what == "fail" and crowd.inside:
        crowd.inside[number % len(crowd.inside)].task.cancel()


def check(crowd: Crowd, clients: list[Client], places: int, waiting: int) -> None:
    inside = Counter(client.app for client in crowd.inside)
    line = [c for c in clients if not c.task.done() and c not in crowd.inside]
    assert inside.total() <= places + 1
    assert max(inside.values(), default=0) <= places
    assert len(line) <= waiting
    assert (crowd.queue.running, crowd.queue.waiting) == (inside.total(), len(line))
    if inside.total() <= places:
        assert all(inside[client.app] >= places for client in line)


async def test_nothing_is_complained_of() -> None:
    """Refused and cancelled in the same moment: no exception is left that nobody has seen."""
    found: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: found.append(context))
    crowd = Crowd(RenderQueue(1, 1, LONG))
    await crowd.send("x", "y")
    (waiting,) = await crowd.send("x")
    crowd.queue._refuse(crowd.queue._line.newest("x"), crowd.queue._full)  # type: ignore[arg-type]
    waiting.task.cancel()
    await turn()
    assert waiting.task.cancelled()
    del waiting
    await crowd.serve_all()
    assert found == []
    assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)
