"""thumbor_renuo.once: what has been done is remembered for a while."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.once import OnceStore
from thumbor_renuo.redis_pool import REST_SECONDS, RedisServer, close_connections

ROOT = Path(__file__).parents[2]
HOSTILE = ["", "x" * 100_000, "a\x00b\r\nDEL *", "{a}:*?[", "\ud800", "ключ/日本.png", "c", "r"]
on_redis = [needs_redis, pytest.mark.integration]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisProcess]:
    """One Redis server for the tests that leave it alone."""
    with redis_server() as running:
        yield running


Make = Callable[[], OnceStore]


@pytest.fixture(params=["memory", pytest.param("redis", marks=on_redis)])
def make(request: pytest.FixtureRequest) -> Make:
    """Make stores of one kind; those on Redis share what they know."""
    if request.param == "memory":
        return OnceStore
    running: RedisProcess = request.getfixturevalue("redis")
    running.empty()
    return lambda: OnceStore(running.url)


# -- the same in memory and on Redis --------------------------------------------------------------


async def test_the_first_has_it_and_the_others_wait(make: Make) -> None:
    """A claim is given to one; who comes meanwhile is told that somebody is at it."""
    store = make()
    assert await store.claim("a", 30) is None
    assert await store.claim("a", 30) == ""
    assert await store.claim("b", 30) is None
    await close_connections()


async def test_of_many_at_once_one_has_it(make: Make) -> None:
    """Fifty claims in the same moment: one is given."""
    store = make()
    answers = await asyncio.gather(*(store.claim("a", 30) for _ in range(50)))
    assert sorted(answers, key=str) == [""] * 49 + [None]
    await close_connections()


async def test_a_result_is_told_to_all_who_come_later(make: Make) -> None:
    """After settle everybody gets the text, whatever is in it."""
    store = make()
    for name, result in [("a", '{"key": "ä"}'), ("b", "r"), ("c", "c0ffee"), ("d", " \n\x00")]:
        assert await store.claim(name, 30) is None
        await store.settle(name, result, 60)
        assert await store.claim(name, 30) == result
        assert await store.claim(name, 30) == result
    await close_connections()


async def test_a_released_name_may_be_tried_again(make: Make) -> None:
    """After a failure the next one has it."""
    store = make()
    assert await store.claim("a", 30) is None
    await store.release("a")
    assert await store.claim("a", 30) is None
    await close_connections()


async def test_only_the_owner_ends_a_claim(make: Make) -> None:
    """Another's settle and release do nothing to it."""
    store = make()
    assert await store.claim("a", 30, owner="mine") is None
    await store.release("a", owner="theirs")
    await store.settle("a", "stolen", 60, owner="theirs")
    await store.release("a")
    assert await store.claim("a", 30) == ""
    await store.settle("a", "done", 60, owner="mine")
    assert await store.claim("a", 30) == "done"
    await close_connections()


async def test_a_result_stays_until_its_time(make: Make) -> None:
    """Neither the owner's nor another's second settle or release changes it."""
    store = make()
    assert await store.claim("a", 30) is None
    await store.settle("a", "first", 60)
    await store.settle("a", "second", 60)
    await store.release("a")
    assert await store.claim("a", 30) == "first"
    await close_connections()


async def test_a_result_without_a_claim_is_kept(make: Make) -> None:
    """The claim of a slow one has ended and nobody has taken it: its result still counts."""
    store = make()
    await store.settle("a", "late", 60)
    assert await store.claim("a", 30) == "late"
    await close_connections()


async def test_an_empty_result_is_refused(make: Make) -> None:
    """It could not be told from work under way."""
    store = make()
    with pytest.raises(ValueError, match="empty"):
        await store.settle("a", "", 60)
    assert await store.claim("a", 30) is None
    await close_connections()


async def test_odd_names_are_names_like_others(make: Make) -> None:
    """Long, empty, with control characters or broken ones: each is a name of its own."""
    store = make()
    assert [await store.claim(name, 30) for name in HOSTILE] == [None] * len(HOSTILE)
    for name in HOSTILE:
        await store.settle(name, f"of {len(name)}", 60)
    assert [await store.claim(name, 30) for name in HOSTILE] == [f"of {len(n)}" for n in HOSTILE]
    await close_connections()


# -- in memory ------------------------------------------------------------------------------------


async def test_claims_and_results_end_by_themselves() -> None:
    """A claim ends with its seconds, as if it had never been; so does a result."""
    clock = Clock()
    store = OnceStore(clock=clock)
    assert await store.claim("a", 30) is None
    clock.now += 29.9
    assert await store.claim("a", 30) == ""
    clock.now += 0.1
    assert await store.claim("a", 30) is None
    await store.settle("a", "done", 60)
    clock.now += 59.9
    assert await store.claim("a", 30) == "done"
    clock.now += 0.1
    assert await store.claim("a", 30) is None


async def test_who_took_too_long_cannot_end_the_next_ones_claim() -> None:
    """With owners of their own, a slow task of the same process does no harm."""
    clock = Clock()
    store = OnceStore(clock=clock)
    assert await store.claim("a", 30, owner="slow") is None
    clock.now += 31
    assert await store.claim("a", 30, owner="next") is None
    await store.release("a", owner="slow")
    assert await store.claim("a", 30) == ""


async def test_memory_holds_so_many_entries_and_no_more() -> None:
    """Past the limit the results that end soonest go; claims and long results stay."""
    clock = Clock()
    store = OnceStore(max_entries=100, clock=clock)
    await store.claim("claim", 1)
    await store.settle("long", "kept", 10_000)
    for number in range(5_000):
        await store.settle(f"short {number}", "x", 100 + number / 1000)
        assert len(store._memory._entries) <= 100
    assert await store.claim("claim", 1) == ""
    assert await store.claim("long", 1) == "kept"
    assert await store.claim("short 4999", 1) == "x"
    assert await store.claim("short 0", 1) is None


async def test_what_has_ended_goes_first() -> None:
    """Live entries stay while ended ones can go, were they claims."""
    clock = Clock()
    store = OnceStore(max_entries=10, clock=clock)
    for number in range(5):
        await store.claim(f"ended {number}", 1)
    clock.now += 2
    for number in range(6):
        await store.settle(f"live {number}", str(number), 60)
    assert [await store.claim(f"live {number}", 1) for number in range(6)] == list("012345")


async def test_memory_holds_so_many_bytes_and_no_more() -> None:
    """Long names and results count; one that is larger than all the room is not kept."""
    store = OnceStore(max_bytes=10_000)
    for number in range(200):
        await store.settle(f"{number:0500}", "ü" * (1 + number % 500), 60)
        assert 0 <= store._memory._bytes <= 10_000
        kept = store._memory._entries.items()
        assert sum(len((name + text).encode()) for name, (_, text) in kept) <= 10_000
    await store.settle("huge", "x" * 10_001, 60)
    assert await store.claim("huge", 1) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["claim", "settle", "release", "wait"]),
            st.sampled_from("ab"),
            st.sampled_from(["me", "you"]),
            st.integers(1, 20),
        ),
        max_size=40,
    )
)
def test_memory_is_as_a_plain_book_would_be(steps: list[tuple[str, str, str, int]]) -> None:
    """Any order of claims, settlings, releases and waiting gives what a naive record gives."""
    clock = Clock()
    store = OnceStore(clock=clock)
    book: dict[str, tuple[str, str, float]] = {}

    async def play() -> None:
        for step, name, owner, seconds in steps:
            kind, whose, ends = book.get(name, ("", "", 0.0))
            if ends <= clock.now:
                kind = ""
            mine = kind == "" or (kind == "claim" and whose == owner)
            if step == "wait":
                clock.now += seconds
            elif step == "claim":
                expected = {"": None, "claim": "", "result": whose}[kind]
                assert await store.claim(name, seconds, owner=owner) == expected
                if not kind:
                    book[name] = ("claim", owner, clock.now + seconds)
            elif step == "settle":
                await store.settle(name, f"by {owner}", seconds, owner=owner)
                if mine:
                    book[name] = ("result", f"by {owner}", clock.now + seconds)
            else:
                await store.release(name, owner=owner)
                if mine:
                    book.pop(name, None)

    asyncio.run(play())


def test_a_forked_process_is_another_owner() -> None:
    """A store made before a fork is several owners afterwards."""
    store = OnceStore()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, store._claim_of("").encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 1000).decode()
    os.close(reader)
    os.close(writer)
    assert theirs.startswith("c")
    assert theirs != store._claim_of("")


# -- on Redis -------------------------------------------------------------------------------------

CLAIM_AND_DIE = """
import asyncio, os, sys
from thumbor_renuo.once import OnceStore
async def main():
    print(await OnceStore(sys.argv[1]).claim("a", float(sys.argv[2])), flush=True)
    os._exit(0)
asyncio.run(main())
"""


@needs_redis
@pytest.mark.integration
async def test_processes_know_of_each_other(redis: RedisProcess) -> None:
    """Another process' claim and result count, and it cannot be ended from here."""
    mine, theirs = OnceStore(redis.url), OnceStore(redis.url)
    assert await theirs.claim("shared", 30) is None
    assert await mine.claim("shared", 30) == ""
    await mine.release("shared")
    await mine.settle("shared", "stolen", 60)
    assert await mine.claim("shared", 30) == ""
    await theirs.settle("shared", "done", 60)
    assert await mine.claim("shared", 30) == "done"
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_the_claim_of_a_dead_process_ends_by_itself() -> None:
    """It is kept for its seconds, and given to the next one after them."""
    with redis_server() as running:
        died = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLAIM_AND_DIE, running.url, "30", cwd=ROOT, stdout=PIPE
        )
        assert await died.communicate() == (b"None\n", None)
        store, server = OnceStore(running.url), RedisServer.of(running.url)
        assert await store.claim("a", 30) == ""
        (name,) = await server.ask(lambda client: client.keys())
        assert 0 < await server.ask(lambda client: client.pttl(name)) <= 30_000
        await server.ask(lambda client: client.pexpire(name, 20))  # its 30 seconds are over
        while (answer := await store.claim("a", 30)) == "":  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        assert answer is None
        assert await OnceStore(running.url).claim("a", 30) == ""
        await close_connections()


@needs_redis
@pytest.mark.integration
async def test_names_do_not_stand_in_redis() -> None:
    """Keys there are digests of one length, and each has an end."""
    with redis_server() as running:
        store = OnceStore(running.url)
        for name in HOSTILE:
            await store.claim(name, 30)
        await store.settle(HOSTILE[0], "done", 60)
        server = RedisServer.of(running.url)
        keys = await server.ask(lambda client: client.keys())
        assert len(keys) == len(HOSTILE)
        assert {len(key) for key in keys} == {len("thumbor_renuo:once:") + 64}
        for key in keys:
            assert 0 < await server.ask(lambda client, key=key: client.pttl(key)) <= 60_000
        await close_connections()


@needs_redis
@pytest.mark.integration
async def test_without_redis_each_process_remembers_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Redis dies and comes back empty: nothing is raised, and what was done meanwhile is known."""
    clock = Clock()
    with redis_server() as running:
        server = RedisServer.of(running.url)
        monkeypatch.setattr(server, "_clock", clock)
        store, other = OnceStore(running.url), OnceStore(running.url)
        assert await store.claim("before", 30) is None
        running.kill()
        await store.settle("before", "done", 60)
        assert await store.claim("before", 30) == "done"
        assert await store.claim("during", 30) is None
        assert await store.claim("during", 30) == ""
        assert await store.claim("given up", 30) is None
        await store.release("given up")
        assert await other.claim("during", 30) is None  # another process' memory

        running.start()
        clock.now += REST_SECONDS
        assert await store.claim("fresh", 30) is None
        assert await other.claim("fresh", 30) == ""
        assert await store.claim("before", 30) == "done"
        assert await store.claim("during", 30) == ""
        await store.settle("during", "by store", 60)
        assert await other.claim("during", 30) == ""  # its own claim of the outage
        await other.release("during")
        assert await other.claim("during", 30) == "by store"
        assert await store.claim("given up", 30) is None
        await close_connections()
