"""thumbor_renuo.rate_limit: how much of something may be had in a window of time."""

import asyncio
import json
import re
import sys
import time
import tracemalloc
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ports import free_port
from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.rate_limit import (
    MAX_LIMIT,
    MAX_WINDOW_SECONDS,
    Demand,
    Rate,
    RateLimiter,
    Standing,
    WrongKeys,
    address_group,
    headers,
    parse_rate,
    refusal,
)
from thumbor_renuo.redis_pool import (
    ANSWER_SECONDS,
    REST_SECONDS,
    RedisServer,
    close_connections,
)

ROOT = Path(__file__).parents[2]
TIB = 1024**4
DAY = 86_400
MIDNIGHT = 1_793_836_800  # 2026-11-05T00:00:00Z
HOSTILE = ["", "x" * 100_000, "a\x00b\r\nDEL *", "{a}:*?[", "\ud800", "日本", "#" + "0" * 64]
on_redis = [needs_redis, pytest.mark.integration]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = MIDNIGHT) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisProcess]:
    """One Redis server for the tests that leave it alone."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("redis", marks=on_redis)])
def url(request: pytest.FixtureRequest) -> str:
    """Nothing, or the address of an empty Redis."""
    if request.param == "memory":
        return ""
    running: RedisProcess = request.getfixturevalue("redis")
    running.empty()
    return running.url


@asynccontextmanager
async def limiter(url: str, clock: Clock | None = None) -> AsyncIterator[RateLimiter]:
    """A limiter; afterwards see that Redis was asked, if there is one."""
    made = RateLimiter(url, clock=clock or Clock())
    yield made
    if url:
        assert made._memory._windows == {}, "Redis was not asked"
    await close_connections()


# -- rates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("600/minute", Rate(600, 60)),
        ("1/second", Rate(1, 1)),
        ("10000/day", Rate(10_000, DAY)),
        ("10/15minutes", Rate(10, 900)),
        ("10 / 15 minutes", Rate(10, 900)),
        (" 5/Hour ", Rate(5, 3600)),
        ("7/31days", Rate(7, MAX_WINDOW_SECONDS)),
        ("1000000000000000000/day", Rate(MAX_LIMIT, DAY)),
        ("off", None),
        ("OFF", None),
        ("", None),
        ("  ", None),
    ],
)
def test_rates_are_read(text: str, rate: Rate | None) -> None:
    """A number, a slash, and a unit with or without a number; off or nothing is no limit."""
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        "600", "600/", "/minute", "600/fortnight", "-1/minute", "0/minute", "1.5/minute",
        "600/minute;5/second", "600/minute, 5/second", "600/0minutes", "600/32days",
        "1000000000000000001/day", "9" * 100 + "/day", "٦/minute", "600/minute\x00", "6e2/minute",
        "600/1000000seconds x", "ten/minute", "600/99999999minutes",
    ],
)  # fmt: skip
def test_what_is_no_rate_is_refused_in_words(text: str) -> None:
    """The error says what is wanted, or which bound was passed."""
    with pytest.raises(ValueError, match=r"600/minute|limit is not one|window is not one"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("limit", "window"), [(-1, 60), (MAX_LIMIT + 1, 60), (1, 0), (1, MAX_WINDOW_SECONDS + 1)]
)
def test_rates_have_bounds(limit: int, window: int) -> None:
    """Neither limit nor window may be without end; a limit of 0 lets nothing through."""
    with pytest.raises(ValueError):
        Rate(limit, window)
    assert Rate(0, 60).limit == 0


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("unknown", "unknown"),
        ("", ""),
        ("192.0.2.007", "192.0.2.007"),
    ],
)
def test_addresses_are_grouped(address: str, group: str) -> None:
    """IPv4 by address, also where it is mapped into IPv6; IPv6 by /64; all else by its text."""
    assert address_group(address) == group


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_addresses_of_one_network_are_one_client(address: object, host: int) -> None:
    """The last 64 bits make no difference, and those before them do."""
    number = int(address)  # type: ignore[call-overload]
    texts = {str(type(address)(number >> 64 << 64 | part)) for part in (0, host)}
    if number >> 64:  # below are the IPv4-mapped ones
        assert len({address_group(text) for text in texts}) == 1
        other = str(type(address)(number ^ 1 << 64))
        assert address_group(other) != address_group(str(address))


# -- one limit ------------------------------------------------------------------------------------


async def test_as_many_as_the_limit_are_allowed(url: str) -> None:
    """Each says how many are left and when the window ends; the next is refused."""
    clock = Clock(MIDNIGHT + 15)
    async with limiter(url, clock) as limits:
        standings = [await limits.hit(Rate(3, 60), ("address", "192.0.2.7")) for _ in range(5)]
        assert standings == [
            Standing("address", 3, 2, 45, 60, True),
            Standing("address", 3, 1, 45, 60, True),
            Standing("address", 3, 0, 45, 60, True),
            Standing("address", 3, 0, 45, 60, False),
            Standing("address", 3, 0, 45, 60, False),
        ]


async def test_the_next_window_begins_empty(url: str) -> None:
    """At the whole minute everything may be had again, and the last second counts as one."""
    clock = Clock(MIDNIGHT + 59.999)
    async with limiter(url, clock) as limits:
        for _ in range(2):
            standing = await limits.hit(Rate(1, 60), ("address", "a"))
        assert (standing.allowed, standing.reset_seconds) == (False, 1)
        clock.now = MIDNIGHT + 60
        standing = await limits.hit(Rate(1, 60), ("address", "a"))
        assert (standing.allowed, standing.reset_seconds) == (True, 60)


async def test_days_end_at_midnight_utc(url: str) -> None:
    """A daily budget that was used up at 23:59:59 is whole again one second later."""
    clock = Clock(MIDNIGHT - 1)
    async with limiter(url, clock) as limits:
        assert time.strftime("%H:%M:%S", time.gmtime(clock.now)) == "23:59:59"
        assert (await limits.hit(Rate(9, DAY), ("uploads", "shop"), cost=9)).reset_seconds == 1
        assert not (await limits.hit(Rate(9, DAY), ("uploads", "shop"))).allowed
        clock.now += 1
        standing = await limits.hit(Rate(9, DAY), ("uploads", "shop"))
        assert standing == Standing("uploads", 9, 8, DAY, DAY, True)


async def test_each_subject_policy_and_window_counts_for_itself(url: str) -> None:
    """What one has used is not missing for another."""
    async with limiter(url) as limits:
        for name in [("address", "a"), ("address", "b"), ("key", "a"), ("address", "a:b")]:
            assert (await limits.hit(Rate(1, 60), name)).allowed
        assert (await limits.hit(Rate(1, 3600), ("address", "a"))).allowed
        assert not (await limits.hit(Rate(1, 60), ("address", "a"))).allowed


async def test_a_changed_limit_counts_what_was_used(url: str) -> None:
    """A new limit for the same window applies at once, to what was used before."""
    async with limiter(url) as limits:
        for _ in range(5):
            await limits.hit(Rate(5, 60), ("address", "a"))
        assert await limits.hit(Rate(3, 60), ("address", "a")) == Standing(
            "address", 3, 0, 60, 60, False
        )
        assert (await limits.hit(Rate(6, 60), ("address", "a"))).allowed


async def test_a_limit_of_nothing_lets_nothing_through(url: str) -> None:
    """0 refuses all but what costs nothing."""
    async with limiter(url) as limits:
        assert not (await limits.hit(Rate(0, 60), ("uploads", "a"))).allowed
        assert (await limits.hit(Rate(0, 60), ("uploads", "a"), cost=0)).allowed


async def test_a_cost_below_nothing_is_refused(url: str) -> None:
    """Nobody gives himself more room."""
    async with limiter(url) as limits:
        with pytest.raises(ValueError, match="0 or more"):
            await limits.hit(Rate(5, 60), ("uploads", "a"), cost=-1)


async def test_no_demand_is_no_question(url: str) -> None:
    """A request without limits is answered without asking anybody."""
    async with limiter(url) as limits:
        assert await limits.hit_all([]) == await limits.peek([]) == []


# -- budgets --------------------------------------------------------------------------------------


async def test_bytes_are_counted_exactly_to_ten_to_the_eighteen(url: str) -> None:
    """Sums that a float cannot hold are exact: the last byte fits, and one more does not."""
    async with limiter(url) as limits:
        rate, name = Rate(MAX_LIMIT, DAY), ("bytes", "shop")
        assert (await limits.hit(rate, name, cost=MAX_LIMIT - 5 * TIB - 1)).allowed
        standing = await limits.hit(rate, name, cost=5 * TIB)
        assert (standing.allowed, standing.remaining) == (True, 1)
        assert not (await limits.hit(rate, name, cost=2)).allowed
        assert (await limits.hit(rate, name, cost=1)).remaining == 0
        assert not (await limits.hit(rate, name, cost=1)).allowed


@pytest.mark.parametrize("used", [2**53, 2**53 + 1, 10**17 - 1, 99_999, 100_000])
async def test_one_more_than_fits_is_refused_at_any_size(url: str, used: int) -> None:
    """Also where the number of digits changes."""
    async with limiter(url) as limits:
        rate = Rate(used + 1, DAY)
        await limits.hit(rate, ("bytes", "a"), cost=used)
        assert not (await limits.hit(rate, ("bytes", "a"), cost=2)).allowed
        assert (await limits.hit(rate, ("bytes", "a"), cost=1)).allowed
        assert not (await limits.hit(rate, ("bytes", "a"), cost=1)).allowed


async def test_a_refused_giant_takes_nothing_from_the_small(url: str) -> None:
    """After it, what fitted before still fits."""
    async with limiter(url) as limits:
        rate, name = Rate(100, DAY), ("bytes", "shop")
        await limits.hit(rate, name, cost=60)
        for cost in (41, 5 * TIB, 10**30):
            standing = await limits.hit(rate, name, cost=cost)
            assert (standing.allowed, standing.remaining) == (False, 40)
        assert (await limits.hit(rate, name, cost=40)).allowed


# -- several limits -------------------------------------------------------------------------------


async def test_what_one_limit_refuses_takes_nothing_from_the_others(url: str) -> None:
    """The order does not matter; each limit says whether it had room."""
    async with limiter(url) as limits:
        demands = [
            Demand(Rate(100, 60), "address", "a"),
            Demand(Rate(1, 60), "key", "k"),
            Demand(Rate(10 * TIB, DAY), "bytes", "shop", 5 * TIB, "content-bytes"),
        ]
        first = await limits.hit_all(demands)
        assert [(one.allowed, one.remaining) for one in first] == [
            (True, 99), (True, 0), (True, 5 * TIB),
        ]  # fmt: skip
        for order in (demands, demands[::-1]):
            again = await limits.hit_all(order)
            assert {one.policy: (one.allowed, one.remaining) for one in again} == {
                "address": (True, 99), "key": (False, 0), "bytes": (True, 5 * TIB),
            }  # fmt: skip
        assert refusal(again).policy == "key"
        assert refusal(first) is None


async def test_looking_takes_nothing(url: str) -> None:
    """A peek answers as hit_all would, however often."""
    async with limiter(url) as limits:
        demands = [Demand(Rate(2, 60), "address", "a"), Demand(Rate(1, 60), "key", "k")]
        for _ in range(3):
            standings = await limits.peek(demands)
            assert [(one.allowed, one.remaining) for one in standings] == [(True, 2), (True, 1)]
        await limits.hit_all(demands)
        standings = await limits.peek(demands)
        assert [(one.allowed, one.remaining) for one in standings] == [(True, 1), (False, 0)]


STEPS = st.lists(
    st.tuples(
        st.floats(0, 90),
        st.lists(
            st.tuples(
                st.sampled_from([1, 7, 60]), st.sampled_from("ab"), st.integers(0, 6),
                st.integers(0, 9),
            ),
            min_size=1, max_size=3, unique_by=lambda demand: demand[:2],
        ),
    ),
    max_size=30,
)  # fmt: skip


async def _compare_with_a_list_of_all_that_happened(
    limits: RateLimiter, clock: Clock, steps: list[tuple[float, list[tuple[int, str, int, int]]]]
) -> None:
    happened: list[tuple[float, int, str, int]] = []

    def used(window: int, subject: str) -> int:
        begin = clock.now // window * window
        return sum(
            cost
            for when, *what, cost in happened
            if what == [window, subject] and begin <= when < begin + window
        )

    for seconds, wanted in steps:
        clock.now += seconds
        demands = [
            Demand(Rate(limit, window), "policy", subject, cost)
            for window, subject, cost, limit in wanted
        ]
        before = [used(window, subject) for window, subject, _, _ in wanted]
        rooms = [
            amount + demand.cost <= demand.rate.limit
            for amount, demand in zip(before, demands, strict=True)
        ]
        if all(rooms):
            happened += [(clock.now, window, subject, cost) for window, subject, cost, _ in wanted]
        standings = await limits.hit_all(demands)
        assert [standing.allowed for standing in standings] == rooms
        for standing, (window, subject, _, limit) in zip(standings, wanted, strict=True):
            assert standing.remaining == max(limit - used(window, subject), 0)
            end = clock.now // window * window + window
            assert end - clock.now <= standing.reset_seconds < end - clock.now + 1


@given(STEPS)
def test_windows_are_those_of_a_naive_count(
    steps: list[tuple[float, list[tuple[int, str, int, int]]]],
) -> None:
    """Any requests at any times are answered as from a list of all that was taken."""
    clock = Clock()
    limits = RateLimiter(clock=clock)
    asyncio.run(_compare_with_a_list_of_all_that_happened(limits, clock, steps))


@needs_redis
@pytest.mark.integration
@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_windows_on_redis_are_those_of_a_naive_count(
    redis: RedisProcess, steps: list[tuple[float, list[tuple[int, str, int, int]]]]
) -> None:
    """The script reckons as the memory does."""
    redis.empty()
    clock = Clock()

    async def compare() -> None:
        async with limiter(redis.url, clock) as limits:
            await _compare_with_a_list_of_all_that_happened(limits, clock, steps)

    asyncio.run(compare())


# -- names ----------------------------------------------------------------------------------------


async def test_odd_names_are_names_like_others(url: str) -> None:
    """Long, empty, with control characters or broken ones: each counts for itself."""
    async with limiter(url) as limits:
        for allowed in (True, False):
            for name in HOSTILE:
                assert (await limits.hit(Rate(1, 60), ("address", name))).allowed is allowed


async def test_long_names_take_no_room() -> None:
    """A megabyte of a name is kept as a short digest."""
    limits = RateLimiter(clock=Clock())
    await limits.hit(Rate(1, 60), ("address", "x" * 10**6))
    ((_, counters),) = limits._memory._windows.values()
    assert max(map(len, counters)) == 65


@pytest.mark.parametrize("addresses", [50_000, pytest.param(1_000_000, marks=pytest.mark.long)])
async def test_a_million_addresses_are_not_remembered(addresses: int) -> None:
    """At most so many are kept; who goes on asking is not forgotten, nor is another policy."""
    limits = RateLimiter(clock=Clock(), max_names=1000)
    await limits.hit(Rate(10, DAY), ("uploads", "shop"), cost=10)
    busy = 0
    for number in range(addresses):
        await limits.hit(Rate(5, 60), ("address", str(number)))
        if number % 500 == 0:
            busy += (await limits.hit(Rate(5, 60), ("address", "busy"))).allowed
    sizes = {policy: len(found) for (policy, _), (_, found) in limits._memory._windows.items()}
    assert sizes == {"uploads": 1, "address": 1000}
    assert busy == 5
    assert not (await limits.hit(Rate(10, DAY), ("uploads", "shop"))).allowed


async def test_memory_for_names_is_bounded() -> None:
    """All the room for names is a few hundred bytes for each, however many come."""
    limits = RateLimiter(clock=Clock(), max_names=2000)
    tracemalloc.start()
    try:
        for number in range(20_000):
            await limits.hit(Rate(5, 60), ("address", f"{number}" * 30))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2000 * 500


async def test_past_windows_are_forgotten() -> None:
    """The first request of a window lets the counters of the one before go."""
    clock = Clock()
    limits = RateLimiter(clock=clock)
    for number in range(100):
        await limits.hit(Rate(5, 60), ("address", str(number)))
    clock.now += 60
    await limits.hit(Rate(5, 60), ("address", "a"))
    assert [len(counters) for _, counters in limits._memory._windows.values()] == [1]


# -- headers --------------------------------------------------------------------------------------


def test_headers_of_an_allowed_request() -> None:
    """Each limit's policy and standing, as lists of structured fields; no Retry-After."""
    standings = [
        Standing("address", 600, 599, 30, 60, True),
        Standing("bytes", 1000, 400, 3600, DAY, True, "content-bytes"),
    ]
    assert headers(standings) == {
        "RateLimit-Policy": '"address";q=600;w=60, "bytes";q=1000;qu="content-bytes";w=86400',
        "RateLimit": '"address";r=599;t=30, "bytes";r=400;t=3600',
    }
    assert headers([]) == {}


def test_headers_of_a_refused_request() -> None:
    """Those that refused, and Retry-After: not before the last of them has room again."""
    standings = [
        Standing("address", 600, 0, 30, 60, False),
        Standing("key", 100, 50, 3600, 3600, True),
        Standing("uploads", 10, 0, 7200, DAY, False),
    ]
    found = headers(standings)
    assert found["RateLimit"] == '"address";r=0;t=30, "uploads";r=0;t=7200'
    assert found["RateLimit-Policy"].count(";q=") == 3
    assert found["Retry-After"] == "7200"
    assert refusal(standings).policy == "uploads"


def test_header_numbers_are_structured_integers() -> None:
    """RFC 9651 knows integers of 15 digits: what is larger is told as the largest."""
    found = headers([Standing("bytes", MAX_LIMIT, MAX_LIMIT - 1, 5, DAY, True, "content-bytes")])
    assert max(map(len, re.findall("[0-9]+", "".join(found.values())))) == 15
    assert ";q=999999999999999;" in found["RateLimit-Policy"]
    assert ";r=999999999999999;" in found["RateLimit"]


async def test_retry_after_is_a_second_at_least() -> None:
    """In a window's last moment, too."""
    limits = RateLimiter(clock=Clock(MIDNIGHT + 59.9999))
    standing = await limits.hit(Rate(0, 60), ("address", "a"))
    assert headers([standing])["Retry-After"] == "1"


# -- over processes, and without Redis ------------------------------------------------------------

HIT = """
import asyncio, json, sys
from thumbor_renuo.redis_pool import close_connections
from thumbor_renuo.rate_limit import Demand, Rate, RateLimiter
async def main():
    limits = RateLimiter(sys.argv[1], clock=lambda: 1_793_836_800)
    demands = [
        Demand(Rate(10**18, 86400), "bytes", "shop", 10**15 + 1, "content-bytes"),
        Demand(Rate(777, 86400), "uploads", "shop"),
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    allowed = 0
    for _ in range(50):
        answers = await asyncio.gather(*(limits.hit_all(demands) for _ in range(10)))
        allowed += sum(all(one.allowed for one in standings) for standings in answers)
    assert limits._memory._windows == {}, "Redis was not asked"
    print(json.dumps(allowed))
    await close_connections()
asyncio.run(main())
"""


@needs_redis
@pytest.mark.integration
async def test_two_processes_share_a_limit_exactly(redis: RedisProcess) -> None:
    """500 requests of each at once: as many pass as one limit allows, no more and no less.

    The other limit's sum is exact as well: what was refused has taken nothing from it.
    """
    redis.empty()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", HIT, redis.url, cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        for _ in range(2)
    ]
    for process in processes:
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    allowed = [json.loads(output) for output, _ in answers]
    assert sum(allowed) == 777
    async with limiter(redis.url) as limits:
        rate = Rate(10**18, DAY)
        (standing,) = await limits.peek([Demand(rate, "bytes", "shop")])
        assert standing.remaining == 10**18 - 777 * (10**15 + 1)


@needs_redis
@pytest.mark.integration
async def test_counters_in_redis_have_an_end(redis: RedisProcess) -> None:
    """Each outlives its window by a minute at most; what was only looked at is not there."""
    redis.empty()
    clock = Clock(MIDNIGHT + 50)
    async with limiter(redis.url, clock) as limits:
        for _ in range(3):
            await limits.hit(Rate(2, 60), ("address", "192.0.2.7"))
        await limits.hit(Rate(2, 60), ("address", "refused"), cost=3)
        await limits.peek([Demand(Rate(2, 60), "address", "seen")])
        server = RedisServer.of(redis.url)
        (key,) = await server.ask(lambda client: client.keys())
        assert key == f"thumbor_renuo:limit:address:60:{MIDNIGHT // 60}:192.0.2.7"
        assert 0 < await server.ask(lambda client: client.ttl(key)) <= 70


@needs_redis
@pytest.mark.integration
async def test_redis_dies_and_comes_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Meanwhile each process counts alone; nothing is raised, and two lines tell of it."""
    rest = Clock()
    with redis_server() as running:
        monkeypatch.setattr(RedisServer.of(running.url), "_clock", rest)
        limits, other = (RateLimiter(running.url, clock=Clock()) for _ in range(2))
        rate, name = Rate(4, 60), ("address", "a")
        assert [(await one.hit(rate, name)).remaining for one in (limits, other)] == [3, 2]
        running.kill()
        alone = [(await limits.hit(rate, name)).remaining for _ in range(5)]
        assert alone == [3, 2, 1, 0, 0]
        assert (await other.hit(rate, name)).remaining == 3
        running.start()
        assert (await other.hit(rate, name)).remaining == 2  # not asked again yet
        rest.now += REST_SECONDS
        assert [(await one.hit(rate, name)).remaining for one in (limits, other)] == [3, 2]
        await close_connections()
    lines = [r.getMessage() for r in caplog.records if r.name == "thumbor_renuo.redis_pool"]
    assert [line.split(" ")[1:3] for line in lines] == [["does", "not"], ["answers", "again"]]


@needs_redis
@pytest.mark.integration
async def test_a_silent_redis_holds_nobody_up() -> None:
    """A hundred requests wait once and all together, no longer than the short time-out."""
    with redis_server() as running:
        limits = RateLimiter(running.url, clock=Clock())
        running.freeze()
        begin = time.monotonic()
        demands = [Demand(Rate(60, 60), "address", "a")]
        answers = await asyncio.gather(*(limits.hit_all(demands) for _ in range(100)))
        assert time.monotonic() - begin < ANSWER_SECONDS + 1
        assert sum(standing.allowed for (standing,) in answers) == 60
        running.thaw()
        await close_connections()


async def test_nobody_at_the_address_is_no_error() -> None:
    """A Redis that was never there: the limits hold in this process."""
    limits = RateLimiter(f"redis://127.0.0.1:{free_port()}", clock=Clock())
    answers = [await limits.hit(Rate(1, 60), ("address", "a")) for _ in range(2)]
    assert [standing.allowed for standing in answers] == [True, False]
    await close_connections()


# -- wrong keys -----------------------------------------------------------------------------------


class Sleep:
    """Waiting that ends when a test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self.over.wait()


async def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


async def test_after_too_many_wrong_keys_right_ones_are_refused_too(url: str) -> None:
    """Until the window ends; addresses outside the group go on as before."""
    clock = Clock(MIDNIGHT + 10)
    keys = WrongKeys(Rate(3, 60), url, clock=clock, sleep=no_sleep)
    for left in (2, 1, 0):
        assert (await keys.check("2001:db8::1")).allowed
        assert (await keys.wrong("2001:db8::1")).remaining == left
    for address in ("2001:db8::1", "2001:db8::2"):
        standing = await keys.check(address)
        assert (standing.allowed, standing.limit, standing.reset_seconds) == (False, 3, 50)
    assert (await keys.check("2001:db8:0:1::1")).allowed
    clock.now += 50
    assert (await keys.check("2001:db8::1")).allowed
    await close_connections()


async def test_right_keys_count_nothing(url: str) -> None:
    """However often a right key comes, there is room for as many wrong ones as before."""
    keys = WrongKeys(Rate(2, 60), url, clock=Clock(), sleep=no_sleep)
    for _ in range(20):
        assert (await keys.check("192.0.2.7")).remaining == 2
    await close_connections()


async def test_of_many_guesses_at_once_no_more_than_the_limit_are_looked_at(url: str) -> None:
    """Two hundred guesses in the same moment do not slip past the counting."""
    keys = WrongKeys(Rate(10, 60), url, clock=Clock(), sleep=no_sleep)
    looked_at = 0

    async def guess() -> None:
        nonlocal looked_at
        if (await keys.check("192.0.2.7")).allowed:
            looked_at += 1
            await keys.wrong("192.0.2.7")

    await asyncio.gather(*(guess() for _ in range(200)))
    assert looked_at == 10
    assert not (await keys.check("192.0.2.7")).allowed
    await close_connections()


async def test_wrong_keys_are_answered_later() -> None:
    """Each waits for the delay, and is counted before it."""
    sleep = Sleep()
    keys = WrongKeys(Rate(10, 60), delay_seconds=1.5, clock=Clock(), sleep=sleep)
    task = asyncio.create_task(keys.wrong("192.0.2.7"))
    await asyncio.sleep(0)
    assert sleep.asked == [1.5]
    assert not task.done()
    assert (await keys.check("192.0.2.7")).remaining == 9
    sleep.over.set()
    assert (await task).remaining == 9


async def test_so_many_answers_wait_and_no_more() -> None:
    """What comes on top is answered at once, and counted all the same; places come back."""
    sleep = Sleep()
    keys = WrongKeys(Rate(1000, 60), max_delayed=5, clock=Clock(), sleep=sleep)
    waiting = [asyncio.create_task(keys.wrong("192.0.2.7")) for _ in range(5)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        for _ in range(20):
            await keys.wrong("192.0.2.8")
    assert len(sleep.asked) == 5
    assert (await keys.check("192.0.2.8")).remaining == 980
    waiting[0].cancel()
    sleep.over.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert keys._delayed == 0


async def test_without_a_limit_wrong_keys_are_only_slowed() -> None:
    """There is nothing to check, and each wrong key still waits."""
    sleep = Sleep()
    sleep.over.set()
    keys = WrongKeys(None, sleep=sleep)
    assert await keys.wrong("192.0.2.7") is None
    assert await keys.check("192.0.2.7") is None
    assert len(sleep.asked) == 1


@needs_redis
@pytest.mark.integration
async def test_processes_count_wrong_keys_together(redis: RedisProcess) -> None:
    """Guesses that were spread over processes are one count."""
    redis.empty()
    here, there = (WrongKeys(Rate(4, 60), redis.url, clock=Clock(), sleep=no_sleep) for _ in "ab")
    for keys in (here, there, here, there):
        assert (await keys.check("192.0.2.7")).allowed
        await keys.wrong("192.0.2.7")
    assert not (await here.check("192.0.2.7")).allowed
    assert not (await there.check("192.0.2.7")).allowed
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_wrong_keys_are_not_forgiven_when_redis_dies() -> None:
    """What this process has counted still holds."""
    with redis_server() as running:
        keys = WrongKeys(Rate(2, 60), running.url, clock=Clock(), sleep=no_sleep)
        for _ in range(2):
            await keys.wrong("192.0.2.7")
        running.kill()
        assert not (await keys.check("192.0.2.7")).allowed
        await close_connections()
