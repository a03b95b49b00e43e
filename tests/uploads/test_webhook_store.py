"""thumbor_renuo.uploads.webhook_store: what every store of waiting events does, and the memory."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.redis_server import PROGRAM, RedisProcess, redis_server
from tests.uploads.webhooks import Clock, events, redis_store
from thumbor_renuo.uploads.webhook import Event
from thumbor_renuo.uploads.webhook_store import Claim, MemoryStore, Store

MANY = 1000
Open = Callable[..., AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisProcess]:
    """One Redis for all tests of this module."""
    with redis_server() as server:
        yield server


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.integration)])
def open_store(request: pytest.FixtureRequest) -> Open:
    """Makes an empty store of one kind, with a clock and a limit."""
    if request.param == "memory":

        @asynccontextmanager
        async def open_memory(clock: Clock, limit: int = MANY) -> AsyncIterator[Store]:
            yield MemoryStore(limit, now=clock.now)

        return open_memory
    if not PROGRAM:
        pytest.skip("needs the program redis-server")
    redis: RedisProcess = request.getfixturevalue("redis")
    redis.empty()
    return lambda clock, limit=MANY: redis_store(
        redis, clock=clock.now, limit=limit, claim_seconds=10**6
    )


async def claimed(store: Store, most: int = 100, per_app: int = 100, **busy: int) -> list[Claim]:
    claims, _ = await store.claim(most, busy, per_app)
    return claims


def names(claims: list[Claim]) -> list[str]:
    return [claim.event.id for claim in claims]


async def test_what_is_put_is_claimed_once(open_store: Open) -> None:
    """And is counted until it is done."""
    async with open_store(Clock()) as store:
        event = Event("msg_1", "shop-live", '{"name":"Ümläut \\u0000 日本"}')
        assert await store.put(event)
        (claim,) = await claimed(store)
        assert (claim.event, claim.failures) == (event, 0)
        assert await claimed(store) == []
        assert await store.count() == 1
        await store.done(claim)
        assert await store.count() == 0
        assert await claimed(store) == []


async def test_an_id_is_kept_once(open_store: Open) -> None:
    """While it waits and while it is sent; afterwards it is a new one."""
    async with open_store(Clock()) as store:
        event = Event("msg_1", "shop-live", "{}")
        for _ in range(2):
            assert await store.put(event)
            assert await store.put(Event("msg_1", "shop-live", '{"again":true}'))
            (claim,) = await claimed(store)
            assert claim.event == event
            assert await store.put(event)
            assert await claimed(store) == []
            assert await store.count() == 1
            await store.done(claim)


async def test_what_is_not_due_waits(open_store: Open) -> None:
    """The store says for how long."""
    clock = Clock()
    async with open_store(clock) as store:
        assert await store.claim(1, {}, 1) == ([], None)
        await store.put(events("a", 1)[0], delay=60, failures=3)
        await store.put(events("b", 1)[0], delay=90)
        assert await store.claim(10, {}, 10) == ([], 60)
        clock.advance(59.5)
        assert await store.claim(10, {}, 10) == ([], 0.5)
        clock.advance(0.5)
        claims, soon = await store.claim(10, {}, 10)
        assert [(claim.event.id, claim.failures) for claim in claims] == [("a-0000", 3)]
        assert soon is not None
        assert 0 < soon <= 30


async def test_what_failed_waits_again(open_store: Open) -> None:
    """With one failure more, for the time that is said."""
    clock = Clock()
    async with open_store(clock) as store:
        await store.put(events("a", 1)[0])
        for failures in range(3):
            (claim,) = await claimed(store)
            assert claim.failures == failures
            await store.retry(claim, 5)
            assert await store.claim(10, {}, 10) == ([], 5)
            clock.advance(5)
        assert await store.count() == 1


async def test_a_retry_without_delay_is_due_at_once(open_store: Open) -> None:
    """It needs no time to pass."""
    async with open_store(Clock()) as store:
        await store.put(events("a", 1)[0])
        (claim,) = await claimed(store)
        await store.retry(claim, 0)
        assert names(await claimed(store)) == ["a-0000"]


async def test_events_of_an_app_come_in_the_order_they_are_due(open_store: Open) -> None:
    """Not in the order they were put."""
    clock = Clock()
    async with open_store(clock) as store:
        for delay, event in zip((3, 1, 2), events("a", 3), strict=True):
            await store.put(event, delay=delay)
        clock.advance(3)
        assert names(await claimed(store)) == ["a-0001", "a-0002", "a-0000"]


async def test_no_more_is_claimed_than_asked_for(open_store: Open) -> None:
    """In all, of each app, and with what is being sent already."""
    async with open_store(Clock()) as store:
        for app in ("a", "b", "c"):
            for event in events(app, 5):
                await store.put(event)
        first = await claimed(store, most=4, per_app=2, a=1)
        assert Counter(claim.event.app for claim in first)["a"] <= 1
        assert len(first) == 4
        second = await claimed(store, most=100, per_app=2, a=2, b=5)
        assert {claim.event.app for claim in second} == {"c"}
        assert await claimed(store, most=0, per_app=2) == []
        assert not {*names(first)} & {*names(second)}


async def test_a_full_app_does_not_tell_of_a_next_time(open_store: Open) -> None:
    """What is due and may not be claimed is asked for when a place is free, not after 0 seconds."""
    clock = Clock()
    async with open_store(clock) as store:
        for event in events("a", 3):
            await store.put(event)
        claims, soon = await store.claim(10, {"a": 2}, 2)
        assert claims == []
        assert soon is None
        await store.put(events("b", 1)[0], delay=7)
        assert await store.claim(10, {"a": 2}, 2) == ([], 7)


async def test_apps_take_turns(open_store: Open) -> None:
    """An app with a long backlog does not come before one that has waited longer for its turn."""
    clock = Clock()
    async with open_store(clock) as store:
        for app in ("a", "b"):
            for event in events(app, 20):
                await store.put(event)
        clock.advance(1)
        await store.put(events("c", 1)[0])
        order = []
        for _ in range(7):
            clock.advance(0.01)
            order += [claim.event.app for claim in await claimed(store, most=1)]
        assert sorted(order[:3]) == ["a", "b", "c"]
        assert order[3:] == [*"abab"] or order[3:] == [*"baba"]


async def test_apps_share_what_is_claimed_at_once(open_store: Open) -> None:
    """One event of each in turn, and the rest from those that have more."""
    async with open_store(Clock()) as store:
        for app, number in (("a", 9), ("b", 9), ("c", 1)):
            for event in events(app, number):
                await store.put(event)
        first = Counter(claim.event.app for claim in await claimed(store, most=7))
        assert first == {"a": 3, "b": 3, "c": 1}


async def test_turns_are_kept_through_failures(open_store: Open) -> None:
    """What is done or fails at once does not bring its app forward."""
    clock = Clock()
    async with open_store(clock) as store:
        for app in ("a", "b"):
            for event in events(app, 6):
                await store.put(event)
        order = []
        for turn in range(8):
            clock.advance(0.01)
            (claim,) = await claimed(store, most=1)
            order.append(claim.event.app)
            await (store.retry(claim, 1000) if turn % 4 < 2 else store.done(claim))
        assert Counter(order) == {"a": 4, "b": 4}
        assert "".join(order) in {"ab" * 4, "ba" * 4}


@pytest.mark.parametrize(("limit", "alone"), [(1, 1), (2, 1), (3, 2), (10, 5), (11, 6)])
async def test_an_app_alone_fills_half(open_store: Open, limit: int, alone: int) -> None:
    """What is being sent counts; what is done makes room."""
    async with open_store(Clock(), limit) as store:
        taken = [await store.put(event) for event in events("a", limit + 1)]
        assert taken == [True] * alone + [False] * (limit + 1 - alone)
        (claim,) = await claimed(store, most=1)
        assert not await store.put(events("a", 1, first=50)[0])
        await store.done(claim)
        assert await store.put(events("a", 1, first=50)[0])


async def test_many_apps_fill_it_and_never_more(open_store: Open) -> None:
    """The limit holds for all together."""
    async with open_store(Clock(), 20) as store:
        for number in range(50):
            await store.put(events(f"app{number}", 1)[0])
        assert await store.count() == 20
        assert not await store.put(events("late", 1)[0])


async def test_an_app_that_is_down_leaves_room_for_others(open_store: Open) -> None:
    """Its events are refused before those of an app that has few."""
    async with open_store(Clock(), 100) as store:
        for event in events("down", 200):
            await store.put(event)
        assert all([await store.put(event) for event in events("a", 20)])
        assert all([await store.put(event) for event in events("b", 10)])
        assert await store.count() == 80


async def test_nothing_is_lost_or_doubled_whatever_happens(open_store: Open) -> None:
    """Random changes against a plain model: each event is where the model has it."""
    chance = random.Random(7)
    clock = Clock()
    async with open_store(clock, 30) as store:
        waiting: dict[str, tuple[float, int]] = {}
        sent: dict[str, Claim] = {}
        for step in range(600):
            action = chance.choice(["put", "put", "claim", "retry", "done", "pass"])
            if action == "put":
                event = Event(f"msg_{step}", chance.choice("abc"), "{}")
                delay = chance.choice([0, 0, 3, 10])
                if await store.put(event, delay=delay):
                    waiting[event.id] = (clock.time + delay, 0)
            elif action == "claim":
                for claim in await claimed(store, most=3, per_app=2):
                    due, failures = waiting.pop(claim.event.id)
                    assert due <= clock.time
                    assert claim.failures == failures
                    sent[claim.event.id] = claim
            elif action == "pass":
                clock.advance(chance.choice([0.001, 1, 5]))
            elif sent:
                claim = sent.pop(chance.choice(sorted(sent)))
                if action == "done":
                    await store.done(claim)
                else:
                    await store.retry(claim, 2)
                    waiting[claim.event.id] = (clock.time + 2, claim.failures + 1)
            assert await store.count() == len(waiting) + len(sent) <= 30
        clock.advance(20)
        assert {*names(await claimed(store))} == {*waiting}


async def test_the_memory_tells_what_is_left() -> None:
    """What waits with its time, and what is being sent."""
    clock = Clock()
    store = MemoryStore(MANY, now=clock.now)
    await store.put(events("a", 1)[0])
    (claim,) = await claimed(store)
    await store.put(events("b", 1)[0], delay=10, failures=2)
    await store.put(events("c", 1)[0])
    clock.advance(4)
    left = {claim.event.id: (claim.failures, delay) for claim, delay in store.all()}
    assert left == {"a-0000": (0, 0), "b-0000": (2, 6), "c-0000": (0, 0)}
    await store.done(claim)
    assert len(store.all()) == 2
