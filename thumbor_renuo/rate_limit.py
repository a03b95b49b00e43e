"""How much of something may be had in a window of time: counted in memory, or exactly in Redis.

Windows are fixed and begin at whole multiples of their length since 1970 in UTC: a minute at its
second 0, a day at midnight UTC. So no window needs to be remembered, all processes agree on it,
and up to twice the limit can pass around its end.
"""

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from thumbor_renuo.redis_pool import RedisDown, RedisServer

MAX_LIMIT = 10**18
MAX_WINDOW_SECONDS = 31 * 86400
MAX_NAMES = 100_000  # of one policy in one process: some 20 MB
MAX_SUBJECT = 64
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
RATE = re.compile(r"([0-9]{1,19}) ?/ ?([0-9]{1,6})? ?(second|minute|hour|day)s?")
RATE_WANTED = "a rate (600/minute, 10/15minutes, 10000/day), or off"
LARGEST_INTEGER = 999_999_999_999_999  # RFC 9651, 3.3.1
PREFIX = "thumbor_renuo:limit:"
SKEW_SECONDS = 60  # a counter outlives its window by this, for machines whose clocks are behind
# All or nothing, in one round trip. Counts stay texts: Lua's numbers lose digits past 2^53.
SCRIPT = """
local used, fits = {}, true
for i, key in ipairs(KEYS) do
  used[i] = redis.call('GET', key) or '0'
  local room = ARGV[3 * i - 1]
  if room == '' or #used[i] > #room or (#used[i] == #room and used[i] > room) then
    fits = false
  end
end
if fits and ARGV[#ARGV] == 'take' then
  for i, key in ipairs(KEYS) do
    if ARGV[3 * i - 2] ~= '0' then
      redis.call('INCRBY', key, ARGV[3 * i - 2])
      if used[i] == '0' then redis.call('EXPIRE', key, ARGV[3 * i]) end
    end
  end
end
return used
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So much in each window.

    Raises:
        ValueError: a limit outside 0..10^18, or a window outside 1 second..31 days.
    """

    limit: int
    window_seconds: int

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MAX_LIMIT:
            raise ValueError(f"the limit is not one from 0 to {MAX_LIMIT:,}")
        if not 1 <= self.window_seconds <= MAX_WINDOW_SECONDS:
            raise ValueError(f"the window is not one of 1 to {MAX_WINDOW_SECONDS:,} seconds")


class Demand(NamedTuple):
    """What one request takes from one limit.

    Attributes:
        policy: the limit's name, as clients are told it: letters, digits and `-`.
        subject: whose limit: an address group, an app, the fingerprint of a key (never a key).
        cost: 0 or more.
        unit: what is counted; `content-bytes` is the other registered one.
    """

    rate: Rate
    policy: str
    subject: str
    cost: int = 1
    unit: str = "requests"


class Standing(NamedTuple):
    """How a limit stands after a request.

    Attributes:
        remaining: what is left now; a refused request has taken nothing.
        reset_seconds: until the window ends; at least 1.
        allowed: this limit had room. The request is allowed if all of its limits had.
    """

    policy: str
    limit: int
    remaining: int
    reset_seconds: int
    window_seconds: int
    allowed: bool
    unit: str = "requests"


def parse_rate(text: str) -> Rate | None:
    """Read `600/minute`, `10/15minutes`, `10000/day`; None for `off` or nothing.

    Raises:
        ValueError: says what is wanted.
    """
    text = text.strip().lower()
    if text in {"", "off"}:
        return None
    found = RATE.fullmatch(text)
    if not found or not int(found[1]):
        raise ValueError(f"wants {RATE_WANTED}")
    return Rate(int(found[1]), int(found[2] or 1) * UNITS[found[3]])


@lru_cache(maxsize=10_000)
def address_group(address: str) -> str:
    """What counts as one client: an IPv4 address, or an IPv6 network of 64 bits.

    A subscriber has a whole /64 at least. A text that is no address is a group of its own.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return f"{IPv6Address(int(ip) >> 64 << 64)}/64"
        ip = ip.ipv4_mapped
    return str(ip)


def refusal(standings: Sequence[Standing]) -> Standing | None:
    """Of the limits that had no room, the one that has to be waited for longest."""
    refused = [standing for standing in standings if not standing.allowed]
    return max(refused, key=lambda standing: standing.reset_seconds, default=None)


def headers(standings: Sequence[Standing]) -> dict[str, str]:
    """The fields RateLimit-Policy and RateLimit, and Retry-After for a refused request.

    They are those of draft-ietf-httpapi-ratelimit-headers-10. A refusal tells of the limits that
    refused only: Retry-After should not be earlier than any reset beside it.
    """
    if not standings:
        return {}
    refused = refusal(standings)
    shown = [standing for standing in standings if refused is None or not standing.allowed]
    found = {
        "RateLimit-Policy": ", ".join(
            _policy_item(one.policy, one.limit, one.window_seconds, one.unit) for one in standings
        ),
        "RateLimit": ", ".join(map(_limit_item, shown)),
    }
    if refused is not None:
        found["Retry-After"] = str(refused.reset_seconds)
    return found


@lru_cache(maxsize=1000)
def _policy_item(policy: str, limit: int, window_seconds: int, unit: str) -> str:
    counted = "" if unit == "requests" else f';qu="{unit}"'
    return f'"{policy}";q={min(limit, LARGEST_INTEGER)}{counted};w={window_seconds}'


def _limit_item(standing: Standing) -> str:
    remaining = min(standing.remaining, LARGEST_INTEGER)
    return f'"{standing.policy}";r={remaining};t={standing.reset_seconds}'


class RateLimiter:
    """Counts what is taken from limits.

    With Redis the counts are exact over all processes. While it does not answer, and without it,
    each process counts on its own.

    Args:
        redis_url: empty for none.
        clock: seconds since 1970.
        max_names: the most subjects that one policy remembers in memory; past it the one that
            was heard of longest ago is forgotten.
    """

    def __init__(
        self,
        redis_url: str = "",
        *,
        clock: Callable[[], float] = time.time,
        max_names: int = MAX_NAMES,
    ) -> None:
        self._redis = RedisServer.of(redis_url) if redis_url else None
        self._clock = clock
        self._memory = _Memory(max_names)

    async def hit(self, rate: Rate, name: tuple[str, str], *, cost: int = 1) -> Standing:
        """Take `cost` from the limit of (policy, subject) if it has room."""
        return (await self.hit_all([Demand(rate, *name, cost)]))[0]

    async def hit_all(self, demands: Sequence[Demand]) -> list[Standing]:
        """Take from all limits of a request, or from none if one of them has no room.

        Args:
            demands: no two with the same policy and subject.

        Raises:
            ValueError: for a cost below 0.
        """
        return await self._answer(demands, take=True)

    async def peek(self, demands: Sequence[Demand]) -> list[Standing]:
        """Tell whether there is room, and take nothing."""
        return await self._answer(demands, take=False)

    async def _answer(self, demands: Sequence[Demand], *, take: bool) -> list[Standing]:
        now = int(self._clock())
        if any(demand.cost < 0 for demand in demands):
            raise ValueError("a cost is 0 or more")
        used = None
        if self._redis is not None and demands:
            with suppress(RedisDown):
                counts = await self._redis.run(SCRIPT, *_script_input(demands, now, take=take))
                used = list(map(int, counts))
        if used is None:
            used = self._memory.count(demands, now, take=take)
        return _standings(demands, used, now, take=take)


class _Memory:
    """Counters of one process, of the current windows only."""

    def __init__(self, max_names: int) -> None:
        self._max_names = max_names
        # For each policy and length of window: the window's number, and the counters in it.
        self._windows: dict[tuple[str, int], tuple[int, OrderedDict[str, int]]] = {}

    def count(self, demands: Sequence[Demand], now: int, *, take: bool) -> list[int]:
        """What was used before; with `take`, count the costs if all of them fit."""
        places = [
            (self._counters(policy, rate.window_seconds, now), _short(subject))
            for rate, policy, subject, _, _ in demands
        ]
        used = [counters.get(subject, 0) for counters, subject in places]
        if take and _fits(demands, used):
            for (counters, subject), before, demand in zip(places, used, demands, strict=True):
                if demand.cost:
                    counters[subject] = before + demand.cost
        for counters, subject in places:
            if subject in counters:
                counters.move_to_end(subject)
            if len(counters) > self._max_names:
                counters.popitem(last=False)
        return used

    def _counters(self, policy: str, window_seconds: int, now: int) -> OrderedDict[str, int]:
        number = now // window_seconds
        window = self._windows.get((policy, window_seconds))
        if window is None or window[0] != number:
            window = self._windows[policy, window_seconds] = (number, OrderedDict())
        return window[1]


def _fits(demands: Sequence[Demand], used: Sequence[int]) -> bool:
    return all(
        before + demand.cost <= demand.rate.limit
        for demand, before in zip(demands, used, strict=True)
    )


def _standings(
    demands: Sequence[Demand], used: Sequence[int], now: int, *, take: bool
) -> list[Standing]:
    taken = take and _fits(demands, used)
    return [
        Standing(
            policy,
            rate.limit,
            max(rate.limit - before - (cost if taken else 0), 0),
            rate.window_seconds - now % rate.window_seconds,
            rate.window_seconds,
            before + cost <= rate.limit,
            unit,
        )
        for (rate, policy, _, cost, unit), before in zip(demands, used, strict=True)
    ]


def _script_input(
    demands: Sequence[Demand], now: int, *, take: bool
) -> tuple[list[str], list[str | int]]:
    """The keys and arguments of SCRIPT."""
    keys: list[str] = []
    arguments: list[str | int] = []
    for rate, policy, subject, cost, _ in demands:
        window = rate.window_seconds
        number, passed = divmod(now, window)
        keys.append(f"{PREFIX}{policy}:{window}:{number}:{_short(subject)}")
        room = rate.limit - cost
        arguments += [cost, "" if room < 0 else room, window - passed + SKEW_SECONDS]
    arguments.append("take" if take else "peek")
    return keys, arguments


def _short(subject: str) -> str:
    """The subject, or a digest of one that is long or odd; a digest is longer than a subject."""
    if len(subject) <= MAX_SUBJECT and subject.isascii() and subject.isprintable():
        return subject
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
    return f"#{digest}"


class WrongKeys:
    """Slows down and stops those who guess private keys.

    An address group that has given too many wrong keys is refused until the window ends, with a
    right key too: otherwise guessing could go on.

    Args:
        rate: the most wrong keys of one address group; None for no limit.
        redis_url: empty for none.
        delay_seconds: how much later each wrong key is answered.
        max_delayed: the most answers that wait at once; what comes on top is not delayed.
        clock: seconds since 1970.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        rate: Rate | None,
        redis_url: str = "",
        *,
        delay_seconds: float = 1.0,
        max_delayed: int = 200,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._everywhere = RateLimiter(redis_url, clock=clock)
        # Without Redis a limiter never lets other tasks run: see check and wrong.
        self._here = RateLimiter(clock=clock)
        self._delay_seconds = delay_seconds
        self._max_delayed = max_delayed
        self._sleep = sleep
        self._delayed = 0

    async def check(self, address: str) -> Standing | None:
        """Tell whether a key from this address may be looked at; None where there is no limit.

        The caller then compares the key and awaits nothing else before it calls `wrong`: so of
        many guesses at once, no more than the limit are looked at in one process.
        """
        demands = self._demands(address)
        standings = await self._everywhere.peek(demands)
        standings += await self._here.peek(demands)  # last: others were wrong meanwhile
        return _tightest(standings)

    async def wrong(self, address: str) -> Standing | None:
        """Count a wrong key, and return after the delay."""
        demands = self._demands(address)
        standings = await self._here.hit_all(demands)  # first: those that are looked at next know
        standings += await self._everywhere.hit_all(demands)
        await self._delay()
        return _tightest(standings)

    def _demands(self, address: str) -> list[Demand]:
        if self._rate is None:
            return []
        return [Demand(self._rate, "wrong-keys", address_group(address))]

    async def _delay(self) -> None:
        if self._delayed >= self._max_delayed:
            return
        self._delayed += 1
        try:
            await self._sleep(self._delay_seconds)
        finally:
            self._delayed -= 1


def _tightest(standings: Sequence[Standing]) -> Standing | None:
    return min(standings, key=lambda standing: (standing.allowed, standing.remaining), default=None)
