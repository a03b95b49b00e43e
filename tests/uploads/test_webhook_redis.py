"""thumbor_renuo.uploads.webhook_redis: events that outlive their process."""

import asyncio
import logging
import signal
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.redis_server import RedisProcess, needs_redis, redis_server
from tests.uploads.webhooks import Clock, events, redis_store, running, until
from thumbor_renuo.redis_pool import connection
from thumbor_renuo.uploads.webhook import Event
from thumbor_renuo.uploads.webhook_queue import Pace, WebhookQueue
from thumbor_renuo.uploads.webhook_redis import RedisStore
from thumbor_renuo.uploads.webhook_store import MemoryStore, StoreUnavailable

pytestmark = [needs_redis, pytest.mark.integration]

KEY = "{thumbor_renuo:webhooks:}:"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisProcess]:
    """One Redis for all tests of this module."""
    with redis_server() as running_server:
        yield running_server


@pytest.fixture
def redis(server: RedisProcess) -> RedisProcess:
    """The Redis, empty."""
    server.empty()
    return server


# -- claims ---------------------------------------------------------------------------------------


async def test_a_claim_ends_by_itself(redis: RedisProcess) -> None:
    """An event that was neither done nor retried is due again, with the same failures."""
    clock = Clock()
    async with redis_store(redis, clock=clock.now, claim_seconds=60) as store:
        await store.put(events("a", 1)[0], failures=2)
        (first,), _ = await store.claim(10, {}, 10)
        clock.advance(59.999)
        assert (await store.claim(10, {}, 10))[0] == []
        clock.advance(0.001)
        (second,), _ = await store.claim(10, {}, 10)
        assert (first.event, first.failures) == (second.event, second.failures)
        assert first.token != second.token


async def test_who_lost_a_claim_changes_nothing_of_the_next(redis: RedisProcess) -> None:
    """A failure that is told too late is not counted, and ends nobody's claim."""
    clock = Clock()
    async with redis_store(redis, clock=clock.now, claim_seconds=60) as store:
        await store.put(events("a", 1)[0])
        (late,), _ = await store.claim(10, {}, 10)
        clock.advance(60)
        (owner,), _ = await store.claim(10, {}, 10)
        await store.retry(late, 0)
        assert (await store.claim(10, {}, 10))[0] == []
        await store.retry(owner, 0)
        (claim,), _ = await store.claim(10, {}, 10)
        assert claim.failures == 1


async def test_what_is_delivered_late_is_done_all_the_same(redis: RedisProcess) -> None:
    """There is no reason to send it again; and nobody's retry brings it back."""
    clock = Clock()
    async with redis_store(redis, clock=clock.now, claim_seconds=60) as store:
        await store.put(events("a", 1)[0])
        (late,), _ = await store.claim(10, {}, 10)
        clock.advance(60)
        (owner,), _ = await store.claim(10, {}, 10)
        await store.done(late)
        await store.retry(owner, 0)
        await store.done(owner)
        clock.advance(1000)
        assert await store.count() == 0
        assert (await store.claim(10, {}, 10))[0] == []
        assert await connection(redis.url).keys("*") == []


async def test_no_event_is_claimed_by_two(redis: RedisProcess) -> None:
    """However many processes ask at once."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(redis_store(redis)) for _ in range(5)]
        for event in events("a", 100):
            await stores[0].put(event)
        answers = await asyncio.gather(*(stores[turn % 5].claim(3, {}, 3) for turn in range(50)))
        names = [claim.event.id for claims, _ in answers for claim in claims]
        assert len(names) == len(set(names)) == 100


async def test_the_limit_is_exact_over_all_processes(redis: RedisProcess) -> None:
    """However many put at once."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(redis_store(redis, limit=30)) for _ in range(5)]
        every = [event for app in range(60) for event in events(f"app{app}", 2)]
        taken = await asyncio.gather(
            *(stores[turn % 5].put(event) for turn, event in enumerate(every))
        )
        assert taken.count(True) == await stores[0].count() == 30


async def test_redis_own_clock_is_everybody_s(redis: RedisProcess) -> None:
    """By default: clocks of machines differ."""
    async with redis_store(redis) as store:
        await store.put(events("a", 1)[0])
        await store.put(events("b", 1)[0], delay=1000)
        claims, soon = await store.claim(10, {}, 10)
        assert [claim.event.app for claim in claims] == ["a"]
        assert soon is not None
        assert 0 < soon <= 1000
        assert abs(claims[0].token / 1000 - 60 - time.time()) < 20


async def test_deployments_can_be_kept_apart(redis: RedisProcess) -> None:
    """In one Redis, by a namespace."""
    async with (
        redis_store(redis, namespace="bucket-1") as first,
        redis_store(redis, namespace="bucket-2") as second,
    ):
        await first.put(events("a", 1)[0])
        assert await second.claim(10, {}, 10) == ([], None)
        assert await second.count() == 0
        assert len((await first.claim(10, {}, 10))[0]) == 1


async def test_all_keys_lie_in_one_slot_of_a_cluster(redis: RedisProcess) -> None:
    """They share their hash tag, whatever the app is called."""
    async with redis_store(redis) as store:
        await store.put(Event("msg_1", "a{b}c-live", "{}"))
        keys = await connection(redis.url).keys("*")
        assert sorted(keys) == [f"{KEY}apps", f"{KEY}due:a{{b}}c-live", f"{KEY}events"]


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", '{"body":"x"}', '{"body":"x","failures":"?"}', "1e999"]
)
async def test_what_is_no_event_is_dropped(
    redis: RedisProcess, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And told; the others are not held up."""
    async with redis_store(redis) as store:
        for event in events("a", 2):
            await store.put(event)
        await connection(redis.url).hset(f"{KEY}events", "a-0000", text)
        claims, _ = await store.claim(10, {}, 10)
        assert [claim.event.id for claim in claims] == ["a-0001"]
        assert await store.count() == 1
    assert caplog.messages == ["a webhook of a is lost: what Redis holds is no event"]


async def test_an_event_whose_body_is_missing_is_dropped(redis: RedisProcess) -> None:
    """As when somebody deletes keys."""
    async with redis_store(redis) as store:
        await store.put(events("a", 1)[0])
        await connection(redis.url).delete(f"{KEY}events")
        assert (await store.claim(10, {}, 10))[0] == []
        assert await connection(redis.url).keys("*") == []


# -- processes and servers that end ---------------------------------------------------------------

SENDER = """
    import asyncio, sys
    from thumbor_renuo.redis_pool import RedisServer
    from thumbor_renuo.uploads.webhook_queue import WebhookQueue
    from thumbor_renuo.uploads.webhook_redis import RedisStore
    from thumbor_renuo.uploads.webhook_store import MemoryStore

    async def send(event):
        print(event.id, flush=True)
        await asyncio.Event().wait()

    store = RedisStore.at(sys.argv[1], claim_seconds=60)
    asyncio.run(WebhookQueue(send, memory=MemoryStore(10), store=store).run())
"""


async def test_an_event_of_a_killed_process_is_sent_by_another(redis: RedisProcess) -> None:
    """When its claim has ended, and not before."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(redis_store(redis))
        await store.put(Event("msg_1", "shop-live", '{"type":"upload.completed"}'))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", textwrap.dedent(SENDER), redis.url, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout
            async with asyncio.timeout(60):
                assert await process.stdout.readline() == b"msg_1\n"
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        assert (await store.claim(10, {}, 10))[0] == []

        received: asyncio.Queue[Event] = asyncio.Queue()
        later = redis_store(redis, clock=lambda: time.time() + 61)
        survivor = await stack.enter_async_context(later)
        queue = WebhookQueue(received.put, memory=MemoryStore(10), store=survivor)
        async with running(queue), asyncio.timeout(20):
            event = await received.get()
            assert event == Event("msg_1", "shop-live", '{"type":"upload.completed"}')
            await until(lambda: is_empty(survivor))


async def is_empty(store: RedisStore) -> bool:
    return await store.count() == 0


async def test_a_redis_that_is_away_is_told_of_and_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every method says so; the log says it once."""
    caplog.set_level(logging.INFO)
    with redis_server() as redis:
        async with redis_store(redis) as store:
            event = events("a", 1)[0]
            await store.put(event)
            (claim,), _ = await store.claim(10, {}, 10)
            redis.kill()
            for _ in range(3):
                for call in (
                    store.put(event),
                    store.claim(1, {}, 1),
                    store.retry(claim, 1),
                    store.done(claim),
                    store.count(),
                ):
                    with pytest.raises(StoreUnavailable):
                        await call
            redis.start()
            await until(lambda: came_back(store))
    told = [message for message in caplog.messages if "Redis" in message]
    assert len(told) == 2
    assert "does not answer" in told[0]
    assert "again" in told[1]


async def came_back(store: RedisStore) -> bool:
    try:
        await store.count()
    except StoreUnavailable:
        return False
    return True


async def test_a_redis_that_hangs_is_not_waited_for() -> None:
    """The caller has its answer within a second or so."""
    with redis_server() as redis:
        async with redis_store(redis) as store:
            await store.count()
            redis.freeze()
            try:
                async with asyncio.timeout(5):
                    with pytest.raises(StoreUnavailable):
                        await store.put(events("a", 1)[0])
            finally:
                redis.thaw()


async def test_a_queue_outlives_its_redis() -> None:
    """Killed and restarted midway: what comes meanwhile is sent from memory, and none is lost."""
    durable = ("--appendonly", "yes", "--appendfsync", "always")
    received: list[str] = []
    gate = asyncio.Event()

    async def send(event: Event) -> None:
        received.append(event.id)
        if event.app == "slow":
            await gate.wait()

    with redis_server(*durable) as redis:
        async with redis_store(redis, claim_seconds=1) as store:
            pace = Pace(poll_seconds=0.02)
            queue = WebhookQueue(send, memory=MemoryStore(10), store=store, pace=pace)
            async with running(queue):
                await queue.put(Event("before", "slow", "{}"))
                await until(lambda: "before" in received)
                await store.put(Event("waiting", "other", "{}"), delay=0.5)
                redis.kill()
                await queue.put(Event("meanwhile", "other", "{}"))
                await until(lambda: "meanwhile" in received)
                gate.set()
                await until(lambda: not queue._attempts)  # delivered, and nobody could be told
                redis.start()
                await until(lambda: came_back(store))
                await queue.put(Event("after", "other", "{}"))
                await until(lambda: "after" in received)
                await until(lambda: is_empty(store))
    assert Counter(received) == {"before": 2, "waiting": 1, "meanwhile": 1, "after": 1}
