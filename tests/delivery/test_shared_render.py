"""thumbor_renuo.delivery.shared_render: one render over all processes."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.delivery import shared_render
from thumbor_renuo.delivery.shared_render import MAX_BYTES, SMALL_BYTES, Lead, Shared, SharedRenders
from thumbor_renuo.redis_pool import RedisServer, close_connections

ROOT = Path(__file__).parents[2]
FACTS = {"media_type": "image/webp", "etag": '"ä\ud800\n"', "": ""}
PATIENCE = 20.0


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisProcess]:
    """One Redis server for the tests that leave it alone."""
    with redis_server() as running:
        yield running


@pytest.fixture
def url(redis: RedisProcess) -> str:
    """The address of an empty Redis."""
    redis.empty()
    return redis.url


def tidy(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A test on Redis after which no task is left."""

    @needs_redis
    @pytest.mark.integration
    @wraps(test)
    async def watched(*arguments: Any, **named: Any) -> None:
        before = asyncio.all_tasks()
        await test(*arguments, **named)
        deadline = time.monotonic() + PATIENCE
        while left := asyncio.all_tasks() - before:
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0)
        await close_connections()

    return watched


async def leads(renders: SharedRenders, name: str = "a") -> Lead:
    lead = await renders.lead(name)
    assert isinstance(lead, Lead)
    return lead


async def asked(url: str, command: str, *arguments: str) -> Any:
    return await RedisServer.of(url).ask(lambda client: client.execute_command(command, *arguments))


async def milliseconds_left(url: str) -> int:
    (key,) = await asked(url, "KEYS", "*")
    return int(await asked(url, "PTTL", key))


async def waiting_for(renders: SharedRenders, waiters: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while renders._waiting < waiters:
        assert time.monotonic() < deadline, "nobody waits"
        await asyncio.sleep(0)


# -- without Redis --------------------------------------------------------------------------------


async def test_without_redis_everybody_leads() -> None:
    """There is nobody to be told anything."""
    renders = SharedRenders("", seconds=30)
    for _ in range(3):
        async with await leads(renders) as lead:
            assert not await lead.share(b"bytes", FACTS)
            await lead.stored()
            await lead.give_up()
    assert len(asyncio.all_tasks()) <= 2


@tidy
async def test_a_redis_that_cannot_be_reached_makes_nobody_wait() -> None:
    """Everybody leads, and nothing is raised."""
    renders = SharedRenders(f"redis://127.0.0.1:{free_port()}", seconds=30)
    first, second = await leads(renders), await leads(renders)
    assert not await first.share(b"bytes", FACTS)
    for lead in (first, second):
        await lead.stored()
        await lead.give_up()


@pytest.mark.parametrize("fault", ["kill", "freeze"])
@tidy
async def test_a_redis_that_goes_away_lets_all_lead(fault: str) -> None:
    """Those who wait stop waiting, and the leader's result is not lost to its own process."""
    with redis_server() as running:
        mine, theirs = (SharedRenders(running.url, seconds=30) for _ in range(2))
        lead = await leads(mine)
        waiter = asyncio.create_task(theirs.lead("a"))
        await waiting_for(theirs, 1)
        getattr(running, fault)()
        assert isinstance(await waiter, Lead)
        assert not await lead.share(b"bytes", FACTS)
        await lead.stored()
        await lead.give_up()
        running.thaw() if fault == "freeze" else None


# -- leading and waiting --------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\x00\xff", os.urandom(MAX_BYTES)])
@tidy
async def test_those_who_wait_get_the_bytes(url: str, data: bytes) -> None:
    """All other processes get exactly what the leader made, and its facts."""
    mine = SharedRenders(url, seconds=30)
    others = [SharedRenders(url, seconds=30) for _ in range(3)]
    lead = await leads(mine)
    waiters = [asyncio.create_task(other.lead("a")) for other in others]
    for other in others:
        await waiting_for(other, 1)
    assert await lead.share(data, FACTS)
    assert await asyncio.gather(*waiters) == [Shared(data, FACTS)] * 3
    await lead.stored()
    await lead.give_up()
    assert await mine.lead("a") == Shared(data, FACTS)


@tidy
async def test_names_do_not_share(url: str) -> None:
    """Long and hostile ones neither."""
    renders = SharedRenders(url, seconds=30)
    names = ["a", "b", "", "x" * 100_000, "a\x00b\r\nDEL *", "{a}:*?[", "\ud800"]
    for name in names:
        async with await leads(renders, name) as lead:
            assert await lead.share(name.encode("utf-8", "surrogatepass"), {"name": name})
    for name in names:
        shared = Shared(name.encode("utf-8", "surrogatepass"), {"name": name})
        assert await renders.lead(name) == shared


@tidy
async def test_too_many_bytes_come_from_the_bucket(url: str) -> None:
    """They are not handed over; who waits goes on when they are stored."""
    renders = SharedRenders(url, seconds=30)
    lead = await leads(renders)
    waiter = asyncio.create_task(renders.lead("a"))
    await waiting_for(renders, 1)
    assert not await lead.share(bytes(MAX_BYTES + 1), FACTS)
    assert not waiter.done()
    await lead.stored()
    assert await waiter == Shared(None, {})
    await lead.give_up()
    assert await renders.lead("a") == Shared(None, {})


@tidy
async def test_when_the_leader_gives_up_another_leads(url: str) -> None:
    """One of those who wait, the others wait for it."""
    renders = SharedRenders(url, seconds=30)
    lead = await leads(renders)
    waiters = [asyncio.create_task(renders.lead("a")) for _ in range(5)]
    await waiting_for(renders, 5)
    await lead.give_up()
    done, pending = await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    (next_lead,) = [task.result() for task in done]
    assert isinstance(next_lead, Lead)
    assert len(pending) == 4
    assert await next_lead.share(b"second", {})
    assert await asyncio.gather(*pending) == [Shared(b"second", {})] * 4


@tidy
async def test_the_end_of_the_block_gives_up(url: str) -> None:
    """A failed render frees the name; a shared one stays shared."""
    renders = SharedRenders(url, seconds=30)
    with pytest.raises(ValueError, match="boom"):
        async with await leads(renders):
            raise ValueError("boom")
    async with await leads(renders) as lead:
        await lead.share(b"bytes", {})
    assert await renders.lead("a") == Shared(b"bytes", {})


@tidy
async def test_a_late_leader_takes_nobody_elses_place(url: str) -> None:
    """Who has lost the lead can neither free, nor share, nor prolong what another holds."""
    late, now = SharedRenders(url, seconds=30), SharedRenders(url, seconds=30)
    lost = await leads(late)
    await asked(url, "FLUSHALL")
    lead = await leads(now)
    assert not await lost.share(b"late", {})
    assert await lost._lock.expire("c", 30) is False  # type: ignore[union-attr]
    await lost.stored()
    await lost.give_up()
    waiter = asyncio.create_task(late.lead("a"))
    await waiting_for(late, 1)
    await lead.share(b"now", {})
    assert await waiter == Shared(b"now", {})


@tidy
async def test_a_leader_whose_claim_has_ended_may_still_share(url: str) -> None:
    """If nobody else is at it."""
    renders = SharedRenders(url, seconds=30)
    lead = await leads(renders)
    await asked(url, "FLUSHALL")
    assert await lead.share(b"bytes", {})
    assert await renders.lead("a") == Shared(b"bytes", {})


# -- the end of patience --------------------------------------------------------------------------

LEAD_AND_DIE = """
import asyncio, os, sys
from thumbor_renuo.delivery.shared_render import SharedRenders
async def main():
    print(type(await SharedRenders(sys.argv[1], seconds=0.5).lead("a")).__name__, flush=True)
    os._exit(0)
asyncio.run(main())
"""


@tidy
async def test_a_leader_that_dies_is_replaced(url: str) -> None:
    """Its claim ends by itself, long before the patience of those who wait."""
    died = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LEAD_AND_DIE, url, cwd=ROOT, stdout=PIPE
    )
    assert await died.communicate() == (b"Lead\n", None)
    begin = time.monotonic()
    lead = await leads(SharedRenders(url, seconds=3600))
    assert time.monotonic() - begin < PATIENCE
    await lead.give_up()
    assert await asked(url, "KEYS", "*") == []


@tidy
async def test_who_has_waited_enough_leads(url: str) -> None:
    """It makes its own, and leaves the other's claim alone."""
    lead = await leads(SharedRenders(url, seconds=30))
    impatient = await leads(SharedRenders(url, seconds=0.05))
    assert not await impatient.share(b"mine", {})
    await impatient.stored()
    await impatient.give_up()
    assert await lead.share(b"theirs", {})


@tidy
async def test_a_claim_is_renewed_while_its_leader_works(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is put off again and again, and comes when there is no leader any more."""
    monkeypatch.setattr(shared_render, "LEASE_SECONDS", 0.3)
    lead = await leads(SharedRenders(url, seconds=30))
    for _ in range(3):
        before = await milliseconds_left(url)
        assert before <= 300
        deadline = time.monotonic() + PATIENCE
        while (left := await milliseconds_left(url)) <= before:
            assert time.monotonic() < deadline, "never renewed"
            before = left
    await lead.give_up()
    assert await asked(url, "KEYS", "*") == []


@tidy
async def test_a_leader_that_forgets_to_end_is_not_renewed_for_ever(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its seconds the claim ends, and another leads."""
    monkeypatch.setattr(shared_render, "LEASE_SECONDS", 0.06)
    await leads(SharedRenders(url, seconds=0.2))
    begin = time.monotonic()
    lead = await leads(SharedRenders(url, seconds=3600))
    assert 0.15 < time.monotonic() - begin < PATIENCE
    await lead.give_up()


@tidy
async def test_not_too_many_wait(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting costs Redis questions: past the bound one makes one's own at once."""
    monkeypatch.setattr(shared_render, "MAX_WAITING", 2)
    renders = SharedRenders(url, seconds=30)
    lead = await leads(renders)
    waiters = [asyncio.create_task(renders.lead("a")) for _ in range(2)]
    await waiting_for(renders, 2)
    assert not await (await leads(renders)).share(b"mine", {})
    await lead.share(b"bytes", {})
    assert await asyncio.gather(*waiters) == [Shared(b"bytes", {})] * 2
    assert renders._waiting == 0


# -- what is left in Redis ------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "most"), [(SMALL_BYTES, 10_000), (SMALL_BYTES + 1, 2_000)])
@tidy
async def test_bytes_are_kept_for_seconds_only(url: str, size: int, most: int) -> None:
    """Large ones for the time it takes to ask again, and all of them once they are stored."""
    lead = await leads(SharedRenders(url, seconds=30))
    await lead.share(bytes(size), {})
    assert most - 1000 < await milliseconds_left(url) <= most
    await lead.stored()
    assert 1000 < await milliseconds_left(url) <= 2000


@tidy
async def test_keys_are_digests_with_an_end(url: str) -> None:
    """Neither names nor bytes stay."""
    lead = await leads(SharedRenders(url, seconds=600), "o/shop/hat.jpg")
    (key,) = await asked(url, "KEYS", "*")
    assert len(key) == len("thumbor_renuo:render:") + 64
    assert "hat" not in key
    assert 9_000 < await milliseconds_left(url) <= 10_000
    await lead.give_up()


@pytest.mark.parametrize(
    "kept",
    ["x", "r", "r" * 40, f"r{'0' * 32}[]", f"r{'0' * 32}{{}}\n!!", f'r{"0" * 32}{{"a": 1}}',
     f"r{'0' * 32}{{}}\nÄÄÄÄ", f"r{'0' * 32}{'[' * 100_000}"],
    ids=range(8),
)  # fmt: skip
@tidy
async def test_what_is_not_ours_is_not_believed(url: str, kept: str) -> None:
    """Whoever finds it makes its own."""
    renders = SharedRenders(url, seconds=30)
    lead = await leads(renders)
    (key,) = await asked(url, "KEYS", "*")
    await lead.give_up()
    await asked(url, "SET", key, kept)
    assert not await (await leads(renders)).share(b"bytes", {})


# -- cancellation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("clients", [50, pytest.param(1000, marks=pytest.mark.long)])
@tidy
async def test_clients_that_leave_at_any_moment_leave_no_claim(url: str, clients: int) -> None:
    """While claiming, while working, while sharing: the next one leads without waiting long."""
    renders = SharedRenders(url, seconds=30)

    async def work() -> None:
        lead = await renders.lead("a")
        if isinstance(lead, Lead):
            async with lead:
                for _ in range(10):
                    await asyncio.sleep(0)

    for number in range(clients):
        tasks = [asyncio.create_task(work()) for _ in range(2)]
        for _ in range(number % 25):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert renders._waiting == 0
    await (await leads(renders)).give_up()
    assert await asked(url, "KEYS", "*") == []


@tidy
async def test_a_claim_whose_answer_came_too_late_is_given_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis had made it when the client left: the next one need not wait for its end."""
    renders, server = SharedRenders(url, seconds=30), RedisServer.of(url)
    run, is_claimed = server.run, asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        answer = await run(*arguments)
        if not is_claimed.is_set():
            is_claimed.set()
            await asyncio.Event().wait()
        return answer

    monkeypatch.setattr(server, "run", slow)
    caller = asyncio.create_task(renders.lead("a"))
    await is_claimed.wait()
    assert len(await asked(url, "KEYS", "*")) == 1
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await asked(url, "KEYS", "*") == []


RENDER_25 = """
import asyncio, sys
from thumbor_renuo.delivery.shared_render import Lead, SharedRenders
from thumbor_renuo.delivery.single_flight import SingleFlight
from thumbor_renuo.redis_pool import RedisServer, close_connections
url = sys.argv[1]
redis, renders, flights = RedisServer.of(url), SharedRenders(url, seconds=30), SingleFlight()
async def make(publish):
    lead = await renders.lead("image")
    if not isinstance(lead, Lead):
        publish(lead.data)
        return
    async with lead:
        await redis.ask(lambda client: client.incr("renders"))
        await asyncio.sleep(0.05)
        await lead.share(b"image", {})
        publish(b"image")
        await lead.stored()
async def main():
    await redis.ask(lambda client: client.incr("ready"))
    while int(await redis.ask(lambda client: client.get("ready"))) < 4:
        await asyncio.sleep(0.001)
    made = await asyncio.gather(*(flights.run("image", make) for _ in range(25)))
    print(made.count(b"image"))
    await flights.close(5)
    await close_connections()
asyncio.run(main())
"""


@tidy
async def test_a_hundred_requests_over_four_processes_are_one_render(url: str) -> None:
    """All get the bytes, and one process made them."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", RENDER_25, url, cwd=ROOT, stdout=PIPE, stderr=PIPE
        )
        for _ in range(4)
    ]
    outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert outputs == [(b"25\n", b"")] * 4
    assert await asked(url, "GET", "renders") == "1"
