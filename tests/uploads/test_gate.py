"""thumbor_renuo.uploads.gate: the limits of an address, a key and an app's day."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import make_settings
from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.app_rules import Rules
from thumbor_renuo.apps import App
from thumbor_renuo.redis_pool import RedisServer, close_connections
from thumbor_renuo.uploads.gate import Admitted, Gate

MIDNIGHT = 1_795_305_600  # a whole number of days since 1970, in UTC
KEY = "12345678"
OFF = {"RATE_LIMIT_ADDRESS": "off", "RATE_LIMIT_KEY": "off"}
HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, in seconds since 1970, as a test sets it."""
    now = [MIDNIGHT + 43_215.5]
    monkeypatch.setattr("thumbor_renuo.rate_limit.time.time", lambda: now[0])
    return now


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisProcess]:
    """A Redis server for the tests of this file."""
    with redis_server() as running:
        yield running


def gate(clock: list[float], **changes: str) -> Gate:
    """A gate of a set-up, with the test's clock."""
    made = Gate(make_settings(**changes))
    made._limiter._clock = lambda: clock[0]
    return made


async def admit(guarded: Gate, address: str, tenant: App | None, key: str, **more: int) -> Admitted:
    """What a request meets: the limit of its address, then, for a known app, the others."""
    first = await guarded.admit_address(address)
    if first.refusal or tenant is None:
        return first
    second = await guarded.admit(tenant, key, **more)
    if second.refusal or not first.headers:
        return second
    if not second.headers:
        return first
    return Admitted({n: f"{first.headers[n]}, {second.headers[n]}" for n in first.headers})


def app(name: str = "foo", **rules: Any) -> App:
    """An app with rules."""
    return App(name, "live", KEY, "98765", rules=Rules(**rules))


async def test_without_limits_everything_passes(clock: list[float]) -> None:
    """Nothing is counted, and the answer has no headers."""
    open_gate = gate(clock, **OFF)
    for _ in range(50):
        admitted = await admit(open_gate, HERE, app(), KEY, uploads=1, size=10**15)
        assert admitted == Admitted({})
    assert open_gate._limiter._memory._windows == {}


async def test_the_limits_by_default(clock: list[float]) -> None:
    """600 a minute for an address, ten times as many for a key, and no daily budget."""
    admitted = await admit(gate(clock), HERE, app(), KEY, uploads=1, size=5)
    assert admitted.refusal is None
    assert admitted.headers == {
        "RateLimit-Policy": '"address";q=600;w=60, "key";q=6000;w=60',
        "RateLimit": '"address";r=599;t=45, "key";r=5999;t=45',
    }


async def test_an_address_has_its_limit(clock: list[float]) -> None:
    """Whatever its keys, those that no app has included; others go on, and the next minute too."""
    guarded = gate(clock, RATE_LIMIT_ADDRESS="3/minute")
    for tenant, key in ((app(), KEY), (app("bar"), "other"), (None, "")):
        assert (await admit(guarded, HERE, tenant, key)).refusal is None
    refused = await admit(guarded, HERE, None, "")
    error = refused.refusal
    assert error is not None
    assert (error.status, error.code) == (429, "too_many_requests")
    assert error.message == "3 requests from this address are the limit, and used up"
    assert (error.limit, error.retry_after) == (3, 45)
    assert refused.headers == {
        "RateLimit-Policy": '"address";q=3;w=60',
        "RateLimit": '"address";r=0;t=45',
        "Retry-After": "45",
    }
    assert (await admit(guarded, THERE, None, "")).refusal is None
    clock[0] += 45
    assert (await admit(guarded, HERE, None, "")).refusal is None


async def test_an_ipv6_network_is_one_address(clock: list[float]) -> None:
    """A client cannot escape within its /64; IPv4 in IPv6 is the same client."""
    guarded = gate(clock, RATE_LIMIT_ADDRESS="1/minute")
    for first, second in (("2001:db8::1", "2001:db8::ffff"), (HERE, f"::ffff:{HERE}")):
        assert (await admit(guarded, first, None, "")).refusal is None
        assert (await admit(guarded, second, None, "")).refusal is not None
    assert (await admit(guarded, "2001:db8:0:1::1", None, "")).refusal is None


async def test_a_key_has_its_limit(clock: list[float]) -> None:
    """From all addresses together; another key of the same app has its own."""
    guarded = gate(clock, RATE_LIMIT_ADDRESS="off", RATE_LIMIT_KEY="2/minute")
    for address in (HERE, THERE):
        assert (await admit(guarded, address, app(), KEY)).refusal is None
    refused = await admit(guarded, "192.0.2.9", app(), KEY)
    assert refused.refusal is not None
    assert refused.refusal.message == "2 requests with this API key are the limit, and used up"
    assert refused.headers["RateLimit"] == '"key";r=0;t=45'
    assert (await admit(guarded, HERE, app(), "another key")).refusal is None


async def test_unknown_keys_have_no_limit_of_their_own(clock: list[float]) -> None:
    """They are counted by address only: nobody fills the memory with made-up keys."""
    guarded = gate(clock, RATE_LIMIT_KEY="1/minute")
    for number in range(5):
        admitted = await admit(guarded, HERE, None, str(number))
        assert admitted.refusal is None
        assert admitted.headers["RateLimit-Policy"] == '"address";q=600;w=60'
    assert [policy for policy, _ in guarded._limiter._memory._windows] == ["address"]


async def test_no_key_is_kept(clock: list[float]) -> None:
    """Its fingerprint is what is counted under."""
    guarded = gate(clock)
    await admit(guarded, HERE, app(), "a key that nobody should read")
    digest = hashlib.sha256(b"a key that nobody should read").hexdigest()
    _, counters = guarded._limiter._memory._windows["key", 60]
    assert list(counters) == [digest[:8]]


async def test_an_app_has_so_many_uploads_a_day(clock: list[float]) -> None:
    """Over all keys and addresses, until midnight UTC; what signs nothing takes nothing."""
    guarded, tenant = gate(clock, **OFF), app(daily_uploads=3)
    assert (await admit(guarded, HERE, tenant, KEY, uploads=2)).refusal is None
    assert await admit(guarded, HERE, tenant, KEY) == Admitted({})
    refused = await admit(guarded, THERE, tenant, "other", uploads=2)
    assert refused.refusal is not None
    assert refused.refusal.message == "3 uploads of this app in a day are the limit, and used up"
    assert refused.refusal.limit == 3
    assert refused.refusal.retry_after == 86_400 - 43_215
    assert refused.headers == {
        "RateLimit-Policy": '"uploads";q=3;w=86400',
        "RateLimit": '"uploads";r=1;t=43185',
        "Retry-After": "43185",
    }
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1)).refusal is None
    assert (await admit(guarded, HERE, app("bar", daily_uploads=3), KEY, uploads=1)).refusal is None
    clock[0] = MIDNIGHT + 86_400
    assert (await admit(guarded, HERE, tenant, KEY, uploads=3)).refusal is None


async def test_an_app_has_so_many_bytes_a_day(clock: list[float]) -> None:
    """To the byte; what does not fit takes nothing, and a smaller one still fits."""
    guarded, tenant = gate(clock, **OFF), app(daily_bytes=1000)
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1, size=900)).refusal is None
    refused = await admit(guarded, HERE, tenant, KEY, uploads=1, size=101)
    assert refused.refusal is not None
    assert refused.refusal.message == (
        "1000 bytes of uploads of this app in a day are the limit, and used up"
    )
    assert refused.headers["RateLimit"] == '"bytes";r=100;t=43185'
    assert refused.headers["RateLimit-Policy"] == '"bytes";q=1000;qu="content-bytes";w=86400'
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1, size=100)).refusal is None
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1, size=0)).refusal is None
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1, size=1)).refusal is not None


async def test_what_one_limit_refuses_takes_nothing_from_the_others(clock: list[float]) -> None:
    """An app's spent day costs none of its key's requests; the address is counted before."""
    guarded = gate(clock, RATE_LIMIT_ADDRESS="50/minute", RATE_LIMIT_KEY="5/minute")
    tenant = app(daily_uploads=1, daily_bytes=100)
    first = await admit(guarded, HERE, tenant, KEY, uploads=1, size=10)
    assert first.headers["RateLimit"] == (
        '"address";r=49;t=45, "key";r=4;t=45, "uploads";r=0;t=43185, "bytes";r=90;t=43185'
    )
    for _ in range(10):
        refused = await admit(guarded, HERE, tenant, KEY, uploads=1, size=10)
        assert refused.refusal is not None
        assert refused.refusal.message.startswith("1 uploads")
        assert refused.headers["RateLimit"] == '"uploads";r=0;t=43185'
    free = await admit(guarded, HERE, app("bar"), KEY)
    assert free.headers["RateLimit"] == '"address";r=38;t=45, "key";r=3;t=45'


async def test_the_longest_wait_is_told(clock: list[float]) -> None:
    """Where several limits are used up, coming back before the last of them is in vain."""
    guarded = gate(clock, RATE_LIMIT_KEY="1/hour")
    tenant = app(daily_bytes=10)
    assert (await admit(guarded, HERE, tenant, KEY, uploads=1, size=10)).refusal is None
    refused = await admit(guarded, HERE, tenant, KEY, uploads=1, size=10)
    assert refused.refusal is not None
    assert refused.refusal.retry_after == 43_185
    assert refused.refusal.message.startswith("10 bytes")
    assert refused.headers["Retry-After"] == "43185"
    assert re.findall(r'"(\w+)";r=', refused.headers["RateLimit"]) == ["key", "bytes"]


@needs_redis
@pytest.mark.integration
async def test_processes_share_their_limits(clock: list[float], redis: RedisProcess) -> None:
    """Two gates of one Redis count together, and no key stands in it."""
    redis.empty()
    here, there = (
        gate(clock, REDIS_URL=redis.url, RATE_LIMIT_KEY="2/minute", RATE_LIMIT_ADDRESS="off")
        for _ in range(2)
    )
    tenant = app(daily_uploads=10)
    assert (await admit(here, HERE, tenant, KEY, uploads=1)).refusal is None
    second = await admit(there, HERE, tenant, KEY, uploads=1)
    assert second.headers["RateLimit"] == '"key";r=0;t=45, "uploads";r=8;t=43185'
    assert (await admit(here, HERE, tenant, KEY, uploads=1)).refusal is not None
    names = await RedisServer.of(redis.url).ask(lambda client: client.keys())
    assert len(names) == 2
    assert not any(KEY in name for name in names)
    await close_connections()


async def test_parts_have_a_wider_limit_of_their_own(clock: list[float]) -> None:
    """A batch counts as many as it signs."""
    guarded = gate(clock, RATE_LIMIT_ADDRESS="1/minute", RATE_LIMIT_PARTS="10/minute")
    assert (await guarded.admit_address(HERE, parts=9)).refusal is None
    refused = await guarded.admit_address(HERE, parts=2)
    assert refused.refusal is not None
    assert refused.refusal.message.startswith("10 signed parts")
    assert (await guarded.admit_address(HERE)).refusal is None
