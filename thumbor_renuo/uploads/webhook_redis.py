"""Events that wait in Redis: they outlive their process, and any process may send them."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Self

from thumbor_renuo.redis_pool import RedisDown, RedisServer
from thumbor_renuo.uploads.webhook import Event
from thumbor_renuo.uploads.webhook_store import Claim, StoreUnavailable

logger = logging.getLogger(__name__)

# <prefix>events     hash: id -> event and failures as JSON; its length is how many there are
# <prefix>due:<app>  sorted set: id -> when it is due; a claim moves it to the claim's end
# <prefix>apps       sorted set: app -> when its first is due or, if that is past, when its last
#                    turn was: the lowest has waited longest
# Times are whole milliseconds since 1970, which Lua writes without loss.
COMMON = """
local prefix, now = ARGV[1], tonumber(ARGV[2])
local events, apps = prefix .. 'events', prefix .. 'apps'
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function last_turn(app)
  local score = tonumber(redis.call('ZSCORE', apps, app) or nil)
  return score and score <= now and score or 0
end
local function line_up(app, turn)
  local first = redis.call('ZRANGE', prefix .. 'due:' .. app, 0, 0, 'WITHSCORES')
  if first[1] then
    redis.call('ZADD', apps, math.max(tonumber(first[2]), turn), app)
  else
    redis.call('ZREM', apps, app)
  end
end
"""
PUT = """
local limit, app, id, event, delay = tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local due = prefix .. 'due:' .. app
if redis.call('HEXISTS', events, id) == 1 then return 1 end
if redis.call('ZCARD', due) >= limit - redis.call('HLEN', events) then return 0 end
redis.call('HSET', events, id, event)
redis.call('ZADD', due, now + delay, id)
line_up(app, last_turn(app))
return 1
"""
CLAIM = """
local claim_end, most, per_app, busy = now + ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), {}
for i = 6, #ARGV, 2 do busy[ARGV[i]] = tonumber(ARGV[i + 1]) end
local line, taken, before = redis.call('ZRANGEBYSCORE', apps, '-inf', now), {}, nil
repeat
  before = #taken
  for _, app in ipairs(line) do
    if #taken < most and (busy[app] or 0) < per_app then
      local due = prefix .. 'due:' .. app
      local id = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 1)[1]
      if id then
        redis.call('ZADD', due, claim_end, id)
        line_up(app, now)
        busy[app] = (busy[app] or 0) + 1
        taken[#taken + 1] = {app, id, redis.call('HGET', events, id) or ''}
      end
    end
  end
until #taken == before
local coming = redis.call('ZRANGEBYSCORE', apps, '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return {claim_end, coming[2] and coming[2] - now or -1, taken}
"""
RETRY = """
local app, id, event, delay, token = ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local due = prefix .. 'due:' .. app
if tonumber(redis.call('ZSCORE', due, id) or nil) ~= token then return 0 end
redis.call('HSET', events, id, event)
redis.call('ZADD', due, now + delay, id)
line_up(app, last_turn(app))
return 1
"""
DONE = """
local app, id = ARGV[3], ARGV[4]
redis.call('ZREM', prefix .. 'due:' .. app, id)
redis.call('HDEL', events, id)
line_up(app, last_turn(app))
return 1
"""
COUNT = "return redis.call('HLEN', events)"


class RedisStore:
    """A Store in Redis, shared by all processes of a deployment.

    Args:
        limit: most events, exact over all processes.
        claim_seconds: a claimed event that was neither done nor retried is due again after this
            time; longer than any attempt.
        namespace: tells deployments apart that share a Redis.
        clock: seconds since 1970, in place of Redis' own.
    """

    def __init__(
        self,
        redis: RedisServer,
        *,
        limit: int = 10_000,
        claim_seconds: float = 60.0,
        namespace: str = "",
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._redis = redis
        self._limit = limit
        self._claim_seconds = claim_seconds
        self._clock = clock
        # One hash tag: a cluster runs a script only where all its keys are together.
        self._prefix = f"{{thumbor_renuo:webhooks:{namespace}}}:"

    @classmethod
    def at(cls, url: str, **options: Any) -> Self:
        """A store in the process' one server of an address."""
        return cls(RedisServer.of(url), **options)

    async def put(self, event: Event, *, failures: int = 0, delay: float = 0) -> bool:
        """Store.put."""
        text = _written(event, failures)
        wait = _milliseconds(delay)
        return bool(await self._run(PUT, self._limit, event.app, event.id, text, wait))

    async def claim(
        self, most: int, busy: Mapping[str, int], per_app: int
    ) -> tuple[list[Claim], float | None]:
        """Store.claim."""
        pairs = [part for app, number in busy.items() for part in (app, number)]
        claim_time = _milliseconds(self._claim_seconds)
        token, soon, taken = await self._run(CLAIM, claim_time, most, per_app, *pairs)
        claims = []
        for app, message_id, text in taken:
            if claim := _read(app, message_id, text, token):
                claims.append(claim)
            else:
                logger.error("a webhook of %s is lost: what Redis holds is no event", app)
                await self._run(DONE, app, message_id)
        return claims, None if soon < 0 else soon / 1000

    async def retry(self, claim: Claim, delay: float) -> None:
        """Store.retry; nothing happens where the claim has ended."""
        event, wait = claim.event, _milliseconds(delay)
        text = _written(event, claim.failures + 1)
        await self._run(RETRY, event.app, event.id, text, wait, claim.token)

    async def done(self, claim: Claim) -> None:
        """Store.done."""
        await self._run(DONE, claim.event.app, claim.event.id)

    async def count(self) -> int:
        """Store.count."""
        return int(await self._run(COUNT))

    async def _run(self, script: str, *arguments: str | int) -> Any:
        now = "" if self._clock is None else _milliseconds(self._clock())
        keys = [f"{self._prefix}events"]
        try:
            return await self._redis.run(COMMON + script, keys, [self._prefix, now, *arguments])
        except RedisDown as error:
            raise StoreUnavailable from error


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _written(event: Event, failures: int) -> str:
    return json.dumps({"body": event.body, "failures": failures})


def _read(app: str, message_id: str, text: str, token: int) -> Claim | None:
    try:
        record = json.loads(text)
        event = Event(message_id, app, str(record["body"]))
        return Claim(event, int(record["failures"]), token)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
