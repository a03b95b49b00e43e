"""What has been done already, or is being done: remembered for a while, so as to do it once."""

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from thumbor_renuo.redis_pool import RedisDown, RedisServer

PREFIX = "thumbor_renuo:once:"
MAX_ENTRIES = 10_000
MAX_BYTES = 16 * 1024**2
UNDER_WAY = ""
CLAIM, RESULT = "c", "r"  # what a kept text begins with
CLAIM_SCRIPT = """
local kept = redis.call('GET', KEYS[1])
if kept then return kept end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ''
"""
# Settle or release, unless somebody else has claimed or settled.
END_SCRIPT = """
local kept = redis.call('GET', KEYS[1])
if kept and kept ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
"""
PEEK_SCRIPT = "return redis.call('GET', KEYS[1]) or ''"
FORGET_SCRIPT = """
local kept = redis.call('GET', KEYS[1])
if kept and kept:sub(1, #ARGV[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


class OnceStore:
    """Remembers results, and who is at work on one.

    With Redis that holds over all processes; while it does not answer, and without it, within
    each process.

    Args:
        redis_url: empty for none.
        max_entries: the most that is kept in memory.
        max_bytes: the most bytes of names and results in memory.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        redis_url: str = "",
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = RedisServer.of(redis_url) if redis_url else None
        self._memory = _Memory(max_entries, max_bytes, clock)
        self._me = secrets.token_hex(16)

    async def claim(self, name: str, seconds: float, *, owner: str = "") -> str | None:
        """Take a name, unless it is taken.

        Args:
            seconds: the claim ends by itself after them.
            owner: a random text of the claimant's, given again to settle or release; needed where
                a process may be at work on a name after its claim has ended and has been taken
                by another of its tasks. By default all tasks of a process are one owner.

        Returns:
            None if it is yours now, an empty text if somebody is at it, else the result.
        """
        mine = self._claim_of(owner)
        kept = self._memory.get(name)  # from a time when Redis did not answer
        if not kept and self._redis is not None:
            with suppress(RedisDown):
                arguments = [mine, _milliseconds(seconds)]
                return _told(await self._redis.run(CLAIM_SCRIPT, [_key(name)], arguments))
        return _told(kept or self._memory.claim(name, mine, seconds))

    async def settle(self, name: str, result: str, seconds: float, *, owner: str = "") -> None:
        """Keep the result of what was claimed; nothing happens where another has claimed it since.

        Args:
            result: not empty.
            seconds: how long it is kept.

        Raises:
            ValueError: the result is empty, which would say that somebody is at it.
        """
        if not result:
            raise ValueError("an empty result cannot be told from none")
        await self._end(name, owner, RESULT + result, seconds)

    async def release(self, name: str, *, owner: str = "") -> None:
        """Give a claim up, so that others may try; nothing happens where it is not yours."""
        await self._end(name, owner, "", 0)

    async def peek(self, name: str) -> str:
        """The result that was kept; empty if there is none."""
        kept = self._memory.get(name)
        if not kept and self._redis is not None:
            with suppress(RedisDown):
                kept = str(await self._redis.run(PEEK_SCRIPT, [_key(name)], []))
        return _told(kept) or ""

    async def forget(self, name: str) -> None:
        """Drop a result, so that it can be worked out anew; a claim stays."""
        if self._redis is not None:
            with suppress(RedisDown):
                await self._redis.run(FORGET_SCRIPT, [_key(name)], [RESULT])
        self._memory.forget(name)

    async def _end(self, name: str, owner: str, text: str, seconds: float) -> None:
        mine = self._claim_of(owner)
        if self._redis is not None:
            with suppress(RedisDown):
                arguments = [mine, text, _milliseconds(seconds)]
                await self._redis.run(END_SCRIPT, [_key(name)], arguments)
                self._memory.end(name, mine, "", 0)
                return
        self._memory.end(name, mine, text, seconds)

    def _claim_of(self, owner: str) -> str:
        # The process' number: a store that was made before a fork is several afterwards.
        return f"{CLAIM}{owner or self._me}-{os.getpid()}"


def _told(kept: str) -> str | None:
    if not kept:
        return None
    return kept[1:] if kept.startswith(RESULT) else UNDER_WAY


class _Memory:
    """Claims and results of one process: bounded, and each for its time only."""

    def __init__(self, max_entries: int, max_bytes: int, clock: Callable[[], float]) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._clock = clock
        self._bytes = 0
        self._entries: dict[str, tuple[float, str]] = {}  # when it ends, and the kept text

    def get(self, name: str) -> str:
        """What is kept; an empty text for nothing."""
        ends, text = self._entries.get(name, (0.0, ""))
        return text if self._clock() < ends else ""

    def claim(self, name: str, mine: str, seconds: float) -> str:
        """What is kept; if nothing is, keep the claim and return an empty text."""
        kept = self.get(name)
        if not kept:
            self._put(name, mine, seconds)
        return kept

    def end(self, name: str, mine: str, text: str, seconds: float) -> None:
        """Keep the text, or nothing if it is empty, unless what is kept is another's."""
        if self.get(name) in {"", mine}:
            self._drop(name)
            if text:
                self._put(name, text, seconds)

    def forget(self, name: str) -> None:
        """Drop a result."""
        if self.get(name).startswith(RESULT):
            self._drop(name)

    def _put(self, name: str, text: str, seconds: float) -> None:
        self._drop(name)
        size = _size(name, text)
        if size > self._max_bytes:
            return
        if len(self._entries) >= self._max_entries or self._bytes + size > self._max_bytes:
            self._make_room(size)
        self._entries[name] = (self._clock() + seconds, text)
        self._bytes += size

    def _drop(self, name: str) -> None:
        if name in self._entries:
            self._bytes -= _size(name, self._entries.pop(name)[1])

    def _make_room(self, size: int) -> None:
        """Forget what has ended; if that is not a tenth of the room, what would end soonest.

        Claims go last: a forgotten result is worked out again, a forgotten claim at once.
        """
        now = self._clock()
        for name in [name for name, (ends, _) in self._entries.items() if ends <= now]:
            self._drop(name)
        entries = self._max_entries * 9 // 10
        room = min(self._max_bytes * 9 // 10, self._max_bytes - size)
        if len(self._entries) <= entries and self._bytes <= room:
            return
        for name in sorted(self._entries, key=self._worth):
            self._drop(name)
            if len(self._entries) <= entries and self._bytes <= room:
                return

    def _worth(self, name: str) -> tuple[bool, float]:
        ends, text = self._entries[name]
        return text.startswith(CLAIM), ends


def _key(name: str) -> str:
    """Names may be long and odd; a digest is neither."""
    return PREFIX + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _milliseconds(seconds: float) -> str:
    return str(max(round(seconds * 1000), 1))


def _size(name: str, text: str) -> int:
    return sum(len(part) * (1 if part.isascii() else 4) for part in (name, text))
