"""One render over all processes: who is at it, and what came of it, told through Redis."""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from thumbor_renuo.once import CLAIM_SCRIPT, END_SCRIPT
from thumbor_renuo.redis_pool import RedisDown, RedisServer

PREFIX = "thumbor_renuo:render:"
CLAIM, RESULT = "c", "r"  # what a kept text begins with; the leader's token follows
TOKEN_LENGTH = 32
LEASE_SECONDS = 10.0  # how soon it shows that a leader has vanished
FIRST_PAUSE, LONGEST_PAUSE, PAUSE_GROWTH = 0.02, 0.2, 1.5
MAX_WAITING = 200
MAX_BYTES = 1024**2
# Strangers decide how much is rendered: what is large leaves Redis soon. Who waits asks again
# within LONGEST_PAUSE.
KEPT_SECONDS, SOON_SECONDS = 10.0, 2.0
SMALL_BYTES = 64 * 1024
EXPIRE_SCRIPT = """
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""


@dataclass(frozen=True)
class Shared:
    """What another process made.

    Attributes:
        data: the bytes; None where they are to be read from the bucket.
        facts: what the leader told with them.
    """

    data: bytes | None
    facts: dict[str, str]


class SharedRenders:
    """Lets one process make a thumbnail while the others wait for it.

    It never fails: while Redis does not answer, and without it, each process makes its own.

    Args:
        redis_url: empty for none.
        seconds: how long the others wait for the leader, and how long it is believed to work.
    """

    def __init__(self, redis_url: str, *, seconds: float) -> None:
        self._redis = RedisServer.of(redis_url) if redis_url else None
        self._seconds = seconds
        self._waiting = 0

    async def lead(self, name: str) -> "Lead | Shared":
        """Take the lead in making what has this name, or wait for what the leader makes.

        Whoever gets a Lead uses it as an `async with` block, or calls `give_up` in the end.
        """
        if self._redis is None:
            return Lead(None, 0)
        lock = _Lock(self._redis, name, min(self._seconds, LEASE_SECONDS))
        try:
            return await self._lead_or_wait(lock)
        except (RedisDown, ValueError, RecursionError):
            return Lead(None, 0)
        except asyncio.CancelledError:
            await lock.end("", 0)  # the claim may have reached Redis
            raise

    async def _lead_or_wait(self, lock: "_Lock") -> "Lead | Shared":
        """As `lead`; raises what json and base64 do where what is kept is nothing of ours."""
        kept = await lock.claim()
        if kept.startswith(CLAIM) and self._waiting < MAX_WAITING:
            self._waiting += 1
            try:
                kept = await self._wait(lock)
            finally:
                self._waiting -= 1
        if not kept:
            return Lead(lock, self._seconds)
        return Lead(None, 0) if kept.startswith(CLAIM) else _shared(kept)

    async def _wait(self, lock: "_Lock") -> str:
        """Ask until there is an end to the leader's work, or to the patience."""
        deadline = time.monotonic() + self._seconds
        pause = FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            kept = await lock.claim()
            if not kept.startswith(CLAIM) or time.monotonic() + pause > deadline:
                return kept
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)


class Lead:
    """The right to make a thumbnail, and the duty to say what came of it.

    Made by SharedRenders.lead. All methods may be called in any case; where there is nobody to be
    told they do nothing.
    """

    def __init__(self, lock: "_Lock | None", seconds: float) -> None:
        self._lock = lock
        self._is_shared = False
        self._renewal = asyncio.create_task(lock.renew(seconds)) if lock else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.give_up()

    async def share(self, data: bytes, facts: dict[str, str]) -> bool:
        """Hand the bytes to the processes that wait, unless they are over MAX_BYTES.

        Returns:
            Whether that was done; if not, `stored` lets the others go on.
        """
        if self._lock is None or self._is_shared or len(data) > MAX_BYTES:
            return False
        text = f"{json.dumps(facts)}\n{base64.b64encode(data).decode()}"
        seconds = KEPT_SECONDS if len(data) <= SMALL_BYTES else SOON_SECONDS
        self._is_shared = await self._lock.end(text, seconds)
        if self._is_shared:
            self._stop_renewing()
        return self._is_shared

    async def stored(self) -> None:
        """Tell the processes that wait that the bucket has it."""
        lock = self._lock
        if lock is None:
            return
        if self._is_shared:
            await lock.expire(RESULT, SOON_SECONDS)
        else:
            await lock.end("{}", KEPT_SECONDS)
        self._end()

    async def give_up(self) -> None:
        """Let another process try, unless this one has shared or stored its result."""
        lock = self._lock
        self._end()
        if lock is not None and not self._is_shared:
            await lock.end("", 0)

    def _end(self) -> None:
        self._lock = None
        self._stop_renewing()

    def _stop_renewing(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()


class _Lock:
    """One leader's claim on a name, or what it left there."""

    def __init__(self, redis: RedisServer, name: str, lease_seconds: float) -> None:
        self._redis = redis
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        self._key = PREFIX + digest
        self._token = secrets.token_hex(TOKEN_LENGTH // 2)
        self._lease_seconds = lease_seconds

    async def claim(self) -> str:
        """What is kept; an empty text if nothing was, and the claim is ours now.

        Raises:
            RedisDown: there is no answer.
        """
        arguments = [CLAIM + self._token, _milliseconds(self._lease_seconds)]
        return str(await self._redis.run(CLAIM_SCRIPT, [self._key], arguments))

    async def renew(self, seconds: float) -> None:
        """Keep the claim alive for so long, or until it is lost."""
        deadline = time.monotonic() + seconds
        is_ours = True
        while is_ours and time.monotonic() < deadline:
            await asyncio.sleep(self._lease_seconds / 3)
            is_ours = await self.expire(CLAIM, self._lease_seconds)

    async def expire(self, kind: str, seconds: float) -> bool:
        """Keep what is ours for so long from now; False if it is not there any more."""
        with suppress(RedisDown):
            arguments = [kind + self._token, _milliseconds(seconds)]
            return bool(await self._redis.run(EXPIRE_SCRIPT, [self._key], arguments))
        return True

    async def end(self, text: str, seconds: float) -> bool:
        """Leave a text in place of the claim, or nothing; False where that was not possible."""
        with suppress(RedisDown):
            kept = RESULT + self._token + text if text else ""
            arguments = [CLAIM + self._token, kept, _milliseconds(seconds)]
            return bool(await self._redis.run(END_SCRIPT, [self._key], arguments))
        return False


def _shared(kept: str) -> Shared:
    text, has_data, data = kept[len(RESULT) + TOKEN_LENGTH :].partition("\n")
    facts = json.loads(text)
    if not isinstance(facts, dict) or not all(isinstance(fact, str) for fact in facts.values()):
        raise ValueError("these are no facts")
    return Shared(base64.b64decode(data, validate=True) if has_data else None, facts)


def _milliseconds(seconds: float) -> str:
    return str(max(round(seconds * 1000), 1))
