"""thumbor_renuo.uploads.webhook_queue: when webhooks are sent, and how many at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from tests.uploads.webhooks import Clock, events, running, until
from tests.web_server import web_server
from thumbor_renuo.app_rules import Webhook
from thumbor_renuo.public_session import public_session
from thumbor_renuo.uploads.webhook import Event, Gone, NotDelivered, WebhookSender
from thumbor_renuo.uploads.webhook_queue import DELAYS, HOUR, MINUTE, Pace, WebhookQueue
from thumbor_renuo.uploads.webhook_store import Claim, MemoryStore, StoreUnavailable

SECRET = "whsec_c2l4dGVlbiBieXRlcyA6KXNpeHRlZW4gYnl0ZXMgOik="
DAY = 24 * HOUR


class Receiver:
    """Stands in for sending: takes events, or fails as it is told.

    Args:
        failures: what is raised, one after another; then all succeeds.
    """

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.attempts: list[Event] = []
        self.open = asyncio.Event()
        self.slow: set[str] = set()  # apps that are answered when `open` is set
        self.under_way = Counter[str]()
        self.most = Counter[str]()

    async def __call__(self, event: Event) -> None:
        self.attempts.append(event)
        for name in (event.app, "all"):
            self.under_way[name] += 1
            self.most[name] = max(self.most[name], self.under_way[name])
        try:
            await asyncio.sleep(0)
            if event.app in self.slow:
                await self.open.wait()
            if self.failures:
                raise self.failures.pop(0)
        finally:
            for name in (event.app, "all"):
                self.under_way[name] -= 1


class Shop:
    """A queue with its parts, on a clock that the test moves."""

    def __init__(self, receiver: Any, *, limit: int = 1000, store: Any = None, **pace: Any) -> None:
        self.clock = Clock()
        self.memory = MemoryStore(limit, now=self.clock.now)
        self.queue = WebhookQueue(
            receiver,
            memory=self.memory,
            store=store,
            pace=Pace(**pace),
            chance=lambda: 0.5,
            wait=self.clock.wait,
        )

    async def put(self, *all_events: Event) -> None:
        for event in all_events:
            await self.queue.put(event)

    def left(self) -> int:
        """Events that are neither delivered nor given up."""
        return len(self.memory.all())


class Flaky(MemoryStore):
    """A store that outlives the process, and can be away."""

    is_away = False

    def _look(self) -> None:
        if self.is_away:
            raise StoreUnavailable

    async def put(self, event: Event, *, failures: int = 0, delay: float = 0) -> bool:
        self._look()
        return await super().put(event, failures=failures, delay=delay)

    async def claim(
        self, most: int, busy: Mapping[str, int], per_app: int
    ) -> tuple[list[Claim], float | None]:
        self._look()
        return await super().claim(most, busy, per_app)

    async def retry(self, claim: Claim, delay: float) -> None:
        self._look()
        await super().retry(claim, delay)

    async def done(self, claim: Claim) -> None:
        self._look()
        await super().done(claim)


def ids(*all_events: Event) -> list[str]:
    return [event.id for event in all_events]


# -- sending and trying again ---------------------------------------------------------------------


async def test_an_event_is_sent_at_once_and_forgotten() -> None:
    """Without waiting for the clock."""
    receiver = Receiver()
    shop = Shop(receiver)
    async with running(shop.queue):
        await shop.put(*events("a", 3))
        await until(lambda: shop.left() == 0)
    assert sorted(ids(*receiver.attempts)) == ids(*events("a", 3))


async def test_what_was_put_before_it_runs_is_sent_when_it_runs() -> None:
    """Events may come before the background work has begun."""
    receiver = Receiver()
    shop = Shop(receiver)
    await shop.put(*events("a", 1))
    async with running(shop.queue):
        await until(lambda: shop.left() == 0)
    assert len(receiver.attempts) == 1


async def test_failures_are_tried_again_for_about_a_day(caplog: pytest.LogCaptureFixture) -> None:
    """Eight attempts, 27 h 35 min from first to last; then the event is given up, and told."""
    receiver = Receiver(*(NotDelivered("shop.example answered 500") for _ in range(100)))
    shop = Shop(receiver)
    begin, times = shop.clock.time, []
    async with running(shop.queue):
        await shop.put(*events("shop-live", 1))
        for number in range(1, 9):
            await until(lambda: len(receiver.attempts) == number and not shop.queue._attempts)  # noqa: B023
            times.append(shop.clock.time - begin)
            if number < 8:
                ((_, delay),) = shop.memory.all()
                shop.clock.advance(delay - 0.01)
                await asyncio.sleep(0.01)
                assert len(receiver.attempts) == number, "tried before its time"
                shop.clock.advance(0.02)
        assert shop.left() == 0
        shop.clock.advance(10 * DAY)
    assert len(receiver.attempts) == 8
    gaps = [later - earlier for earlier, later in pairwise(times)]
    wanted = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]
    assert gaps == pytest.approx(wanted, abs=0.1)
    assert sum(DELAYS) == 27 * HOUR + 35 * MINUTE + 5
    assert {event.id for event in receiver.attempts} == {"shop-live-0000"}
    assert caplog.messages[-1] == (
        "a webhook of shop-live is given up, attempt 8: shop.example answered 500"
    )
    assert caplog.messages[0] == (
        "a webhook of shop-live failed, attempt 1: shop.example answered 500"
    )


@pytest.mark.parametrize(("chance", "delay"), [(0.0, 80), (0.5, 100), (1.0, 120)])
async def test_delays_vary_by_a_fifth(chance: float, delay: float) -> None:
    """So that what failed together does not come back together."""
    clock = Clock()
    memory = MemoryStore(10, now=clock.now)
    queue = WebhookQueue(
        Receiver(NotDelivered("no")),
        memory=memory,
        pace=Pace(delays=[100]),
        chance=lambda: chance,
        wait=clock.wait,
    )
    async with running(queue):
        await queue.put(events("a", 1)[0])
        await until(lambda: memory.all()[0][0].failures == 1)
        assert memory.all()[0][1] == pytest.approx(delay)


async def test_the_queue_sleeps_until_something_is_due() -> None:
    """No longer, and never longer than it takes to look for what other processes left."""
    receiver = Receiver(NotDelivered("no"), NotDelivered("no"))
    shop = Shop(receiver, delays=[3, 60], poll_seconds=10)
    async with running(shop.queue):
        await shop.put(*events("a", 1))
        await until(lambda: shop.clock.pauses[-1:] == [3])
        shop.clock.advance(3)
        await until(lambda: len(receiver.attempts) == 2 and not shop.queue._attempts)
        await until(lambda: shop.clock.pauses[-1] == 10)


async def test_a_failure_that_passes_is_forgotten() -> None:
    """After a success nothing more is sent."""
    receiver = Receiver(NotDelivered("no"), NotDelivered("no"))
    shop = Shop(receiver)
    async with running(shop.queue):
        await shop.put(*events("a", 1))
        for number in (1, 2, 3):
            await until(lambda: len(receiver.attempts) == number and not shop.queue._attempts)  # noqa: B023
            shop.clock.advance(HOUR)
        assert shop.left() == 0
    assert len(receiver.attempts) == 3


async def test_what_nobody_wants_any_more_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """At the first 410."""
    receiver = Receiver(Gone("shop.example answered 410"))
    shop = Shop(receiver)
    async with running(shop.queue):
        await shop.put(*events("a", 1))
        await until(lambda: shop.left() == 0)
    assert len(receiver.attempts) == 1
    assert caplog.messages == ["a webhook of a is given up, attempt 1: shop.example answered 410"]


async def test_a_fault_of_ours_stops_nothing_and_tells_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected error is a failure like others; only its kind is logged."""
    receiver = Receiver(RuntimeError("https://shop.example/?token=t0ken"))
    shop = Shop(receiver)
    async with running(shop.queue):
        await shop.put(*events("a", 2))
        await until(lambda: shop.left() == 1 and len(receiver.attempts) == 2)
        shop.clock.advance(6)
        await until(lambda: shop.left() == 0)
    assert len(receiver.attempts) == 3
    assert caplog.messages == ["a webhook of a failed, attempt 1: sending met RuntimeError"]
    assert "t0ken" not in caplog.text


# -- how much at once -----------------------------------------------------------------------------


async def test_a_slow_receiver_holds_up_nobody_else() -> None:
    """It has two attempts under way, whatever waits for it; others have the rest."""
    receiver = Receiver()
    receiver.slow = {"slow"}
    shop = Shop(receiver)
    async with running(shop.queue):
        await shop.put(*events("slow", 200), *events("a", 20), *events("b", 20))
        await until(lambda: shop.left() == 200)
        assert receiver.under_way["slow"] == 2
        receiver.open.set()
        await until(lambda: shop.left() == 0)
    assert receiver.most["slow"] == 2
    assert receiver.most["a"] <= 2


async def test_as_many_attempts_as_allowed_are_made_at_once() -> None:
    """And no more, for however many apps."""
    receiver = Receiver()
    receiver.slow = {f"app{number}" for number in range(50)}
    shop = Shop(receiver, concurrent=7, per_app=3)
    async with running(shop.queue):
        for app in sorted(receiver.slow):
            await shop.put(*events(app, 2))
        await until(lambda: receiver.under_way["all"] == 7)
        looks = len(shop.clock.pauses)
        await shop.put(*events("one more", 1))
        await until(lambda: len(shop.clock.pauses) > looks)
        receiver.open.set()
        await until(lambda: shop.left() == 0)
    assert receiver.most["all"] == 7
    assert len(receiver.attempts) == 101


async def test_an_app_has_its_turn_among_slow_ones() -> None:
    """Five slow apps with long backlogs hold all places; the next free one is another's."""
    slow = [f"slow{number}" for number in range(5)]
    gates = {app: asyncio.Event() for app in slow}
    attempts: list[Event] = []

    async def send(event: Event) -> None:
        attempts.append(event)
        if event.app in gates:
            await gates[event.app].wait()

    shop = Shop(send)
    async with running(shop.queue):
        for app in slow:
            await shop.put(*events(app, 50))
        await until(lambda: len(attempts) == 10)
        await shop.put(*events("late", 1))
        gate, gates["slow0"] = gates["slow0"], asyncio.Event()
        gate.set()
        await until(lambda: len(attempts) == 13)
    assert Counter(event.app for event in attempts[10:]) == {"late": 1, "slow0": 2}


async def test_what_finds_no_room_is_lost_and_told(caplog: pytest.LogCaptureFixture) -> None:
    """The newest: those that wait may be nearly delivered. Nothing is raised."""
    receiver = Receiver()
    receiver.slow = {"down"}
    shop = Shop(receiver, limit=10)
    async with running(shop.queue):
        await shop.put(*events("down", 7))
        assert shop.left() == 5
        assert caplog.messages == ["a webhook of down is lost: no room for it"] * 2
        await shop.put(*events("a", 1))
        await until(lambda: "a-0000" in ids(*receiver.attempts))
        receiver.open.set()
        await until(lambda: shop.left() == 0)
    assert sorted(ids(*receiver.attempts)) == ids(*events("a", 1), *events("down", 5))


# -- two stores -----------------------------------------------------------------------------------


async def test_a_store_that_outlives_the_process_is_preferred() -> None:
    """The memory stays empty; what is full is full."""
    receiver = Receiver()
    receiver.slow = {"a"}
    store = Flaky(2)
    shop = Shop(receiver, store=store)
    async with running(shop.queue):
        await shop.put(*events("a", 3))
        assert (await store.count(), shop.left()) == (1, 0)
        receiver.open.set()
        await until(lambda: not store.all())
    assert ids(*receiver.attempts) == ["a-0000"]


async def test_while_the_store_is_away_the_memory_takes_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And what waits in either is sent."""
    receiver = Receiver()
    store = Flaky(100)
    shop = Shop(receiver, store=store)
    async with running(shop.queue):
        receiver.slow = {"a"}
        await shop.put(*events("a", 1))
        await until(lambda: receiver.under_way["a"] == 1)
        store.is_away = True
        await shop.put(*events("b", 2))
        await until(lambda: shop.left() == 0)
        receiver.open.set()
        await until(lambda: receiver.under_way["a"] == 0)
        assert await store.count() == 1, "who cannot say that it is done leaves it"
        store.is_away = False
        await shop.put(*events("c", 1))
        await until(lambda: "c-0000" in ids(*receiver.attempts))
    assert sorted(ids(*receiver.attempts)) == ["a-0000", "b-0000", "b-0001", "c-0000"]
    assert caplog.messages == [], "the store itself tells of its outages"


async def test_the_bound_of_an_app_holds_over_both_stores() -> None:
    """Two at once, wherever they wait."""
    receiver = Receiver()
    receiver.slow = {"a"}
    store = Flaky(100)
    shop = Shop(receiver, store=store)
    await shop.put(*events("a", 10))
    store.is_away = True
    await shop.put(*events("a", 10, first=10))
    store.is_away = False
    async with running(shop.queue):
        await until(lambda: receiver.under_way["a"] == 2)
        receiver.open.set()
        await until(lambda: shop.left() == 0 and not store.all())
    assert receiver.most["a"] == 2
    assert len(receiver.attempts) == 20


# -- the end --------------------------------------------------------------------------------------


async def test_a_stop_waits_for_what_is_being_sent(caplog: pytest.LogCaptureFixture) -> None:
    """And run ends."""
    receiver = Receiver()
    receiver.slow = {"a"}
    shop = Shop(receiver)
    work = asyncio.ensure_future(shop.queue.run())
    await shop.put(*events("a", 1))
    await until(lambda: receiver.under_way["a"] == 1)
    stop = asyncio.ensure_future(shop.queue.aclose(20))
    await asyncio.wait_for(work, 10)
    assert not stop.done()
    receiver.open.set()
    await stop
    assert (shop.left(), caplog.messages) == (0, [])


async def test_a_stop_gives_what_is_due_a_last_chance(caplog: pytest.LogCaptureFixture) -> None:
    """All of it, in bounds; what waits for its time is lost, and counted."""
    receiver = Receiver(NotDelivered("no"))
    shop = Shop(receiver)
    await shop.put(*events("a", 30))
    await shop.queue.aclose(20)
    assert len(receiver.attempts) == 30
    assert receiver.most["a"] == 2
    assert caplog.messages[-1] == "1 webhooks are lost: the process stops"


async def test_a_stop_ends_in_its_time(caplog: pytest.LogCaptureFixture) -> None:
    """What is being sent is broken off, and counted as lost with what waits."""
    receiver = Receiver()
    receiver.slow = {"a", "b"}
    shop = Shop(receiver)
    work = asyncio.ensure_future(shop.queue.run())
    await shop.put(*events("a", 5), *events("b", 1))
    await until(lambda: receiver.under_way["all"] == 3)
    async with asyncio.timeout(10):
        await shop.queue.aclose(0.05)
        await work
    assert receiver.under_way["all"] == 0
    assert caplog.messages == ["6 webhooks are lost: the process stops"]


async def test_what_is_left_in_memory_moves_to_the_store(caplog: pytest.LogCaptureFixture) -> None:
    """With its failures and its time, if the store is back by then."""
    receiver = Receiver(NotDelivered("no"))
    clock = Clock()
    store = Flaky(100, now=clock.now)
    shop = Shop(receiver, store=store, delays=[500])
    shop.clock.time = clock.time
    receiver.slow = {"slow"}
    store.is_away = True
    await shop.put(*events("a", 1))
    work = asyncio.ensure_future(shop.queue.run())
    await until(lambda: receiver.attempts and not shop.queue._attempts)
    await shop.put(*events("slow", 1))
    await until(lambda: receiver.under_way["slow"] == 1)
    store.is_away = False
    await shop.queue.aclose(0)
    await work
    moved = {claim.event.id: (claim.failures, delay) for claim, delay in store.all()}
    assert moved == {"a-0000": (1, 500), "slow-0000": (0, 0)}
    assert not any("lost" in message for message in caplog.messages)


async def test_a_stop_leaves_to_others_what_the_store_keeps(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It takes up nothing more from there, and loses nothing."""
    receiver = Receiver()
    store = Flaky(100)
    shop = Shop(receiver, store=store)
    await shop.put(*events("a", 5))
    await shop.queue.aclose(20)
    assert (receiver.attempts, await store.count(), caplog.messages) == ([], 5, [])


async def test_what_comes_after_a_stop_is_kept_by_the_store_or_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And never waits unseen in a memory that nobody looks at."""
    store = Flaky(100)
    shop = Shop(Receiver(), store=store)
    await shop.queue.aclose(0)
    await shop.put(*events("a", 1))
    assert await store.count() == 1
    store.is_away = True
    await shop.put(*events("b", 1))
    assert shop.left() == 0
    assert caplog.messages == ["a webhook of b is lost: no room for it"]


# -- the whole ------------------------------------------------------------------------------------


async def test_a_receiver_in_trouble_has_the_event_in_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After an error, a reset, a redirect and a silence: one event, one id, signed anew each time.

    No log line holds path, token, secret or body.
    """
    caplog.set_level(logging.DEBUG, logger="thumbor_renuo")
    silence = asyncio.Event()
    async with web_server() as server, web_server() as other:

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            match len(server.requests):
                case 1:
                    return web.Response(status=500, text="t0ken")
                case 2:
                    assert request.transport
                    request.transport.abort()
                case 3:
                    location = f"http://localhost:{other.port}/"
                    return web.Response(status=302, headers={"Location": location})
                case 4:
                    await silence.wait()
            return web.Response(status=200)

        server.answer = answer
        url = f"http://localhost:{server.port}/hooks/s3cret-path?token=t0ken"
        opened = partial(public_session, schemes=("http",), allow_private=True, total_seconds=0.3)
        target = Webhook(url, SECRET)
        sender = WebhookSender({"shop-live": target}.get, open_session=opened)
        shop = Shop(sender)
        async with running(shop.queue):
            await shop.put(Event("msg_1", "shop-live", '{"key":"o/shop-live/b0dy.jpg"}'))
            for number in range(1, 6):
                await server.has_received(number)
                await until(lambda: not shop.queue._attempts)
                shop.clock.advance(DAY)
            await until(lambda: shop.left() == 0)
        silence.set()
        await sender.aclose()
    assert [request.headers["webhook-id"] for request in server.requests] == ["msg_1"] * 5
    assert {request.body for request in server.requests} == {b'{"key":"o/shop-live/b0dy.jpg"}'}
    assert other.requests == []
    reasons = [
        "answered 500",
        "was not reached: ServerDisconnectedError",
        "answered 302, and redirects are not followed",
        "did not answer in time",
    ]
    # The test's own server writes lines, too, once somebody has set the level of all loggers.
    ours = [line for line in caplog.records if line.name.startswith("thumbor_renuo")]
    assert [line.getMessage() for line in ours] == [
        f"a webhook of shop-live failed, attempt {number}: localhost {reason}"
        for number, reason in enumerate(reasons, start=1)
    ]
    for secret in ("t0ken", "s3cret-path", SECRET, "b0dy", str(server.port)):
        assert not any(secret in line.getMessage() for line in ours)
