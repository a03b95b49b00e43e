"""thumbor_renuo.delivery.source_cache: originals that were read lately."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from thumbor_renuo.delivery.source_cache import SourceCache

BIG = 10**6


class Bucket:
    """Counts how often it is read, and answers when it may."""

    def __init__(self, data: bytes = b"image") -> None:
        self.data, self.reads = data, 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def read(self) -> bytes:
        self.reads += 1
        data = self.data
        await self.may_answer.wait()
        if data == b"broken":
            raise OSError
        return data


def cache(seconds: float = 60) -> SourceCache[bytes]:
    return SourceCache(BIG, seconds, size_of=lambda data: None if data == b"missing" else len(data))


def ask(
    sources: SourceCache[bytes],
    fetch: Callable[[], Awaitable[bytes]],
    *,
    bound: int = 9,
    wanted: bytes | None = None,
) -> Awaitable[bytes]:
    return sources.read(
        "o/app/a", fetch, bound=bound, is_wanted=lambda data: wanted in (None, data)
    )


async def test_asked_for_together_or_soon_after_it_is_read_once() -> None:
    """All get the same bytes."""
    bucket, sources = Bucket(), cache()
    bucket.may_answer.clear()
    asking = [asyncio.ensure_future(ask(sources, bucket.read)) for _ in range(5)]
    await asyncio.sleep(0)
    bucket.may_answer.set()
    assert await asyncio.gather(*asking) == [b"image"] * 5
    assert await ask(sources, bucket.read) == b"image"
    assert bucket.reads == 1


async def test_without_time_it_is_shared_and_not_kept() -> None:
    """Those who wait get it, those who come later read it again."""
    bucket, sources = Bucket(), cache(seconds=0)
    bucket.may_answer.clear()
    asking = [asyncio.ensure_future(ask(sources, bucket.read)) for _ in range(5)]
    await asyncio.sleep(0)
    bucket.may_answer.set()
    await asyncio.gather(*asking)
    assert bucket.reads == 1
    await ask(sources, bucket.read)
    assert bucket.reads == 2


async def test_what_has_become_another_is_read_again() -> None:
    """Whoever knows of a newer state is not given the older one."""
    bucket, sources = Bucket(), cache()
    await ask(sources, bucket.read)
    bucket.data = b"newer"
    assert await ask(sources, bucket.read, wanted=b"newer") == b"newer"


async def test_under_another_bound_it_is_read_again() -> None:
    """What one app may take may be too large for another."""
    bucket, sources = Bucket(), cache()
    await ask(sources, bucket.read, bound=9)
    await ask(sources, bucket.read, bound=8)
    assert bucket.reads == 2


async def test_what_is_forgotten_is_read_again() -> None:
    """Even when it was being read at that moment."""
    bucket, sources = Bucket(), cache()
    await ask(sources, bucket.read)
    sources.forget("o/app/a")
    bucket.may_answer.clear()
    asking = asyncio.ensure_future(ask(sources, bucket.read))
    await asyncio.sleep(0)
    sources.forget("o/app/a")
    bucket.may_answer.set()
    await asking
    await ask(sources, bucket.read)
    assert bucket.reads == 3


@pytest.mark.parametrize("data", [b"broken", b"missing"])
async def test_a_failure_is_told_to_all_who_waited_and_not_kept(data: bytes) -> None:
    """They do not fail one after the other; who comes later asks anew."""
    bucket, sources = Bucket(data), cache()
    bucket.may_answer.clear()
    asking = [asyncio.ensure_future(ask(sources, bucket.read)) for _ in range(3)]
    await asyncio.sleep(0)
    bucket.may_answer.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    if data == b"broken":
        assert [type(answer) for answer in answers] == [OSError] * 3
    else:
        assert answers == [b"missing"] * 3
    assert bucket.reads == 1
    bucket.data = b"image"
    assert await ask(sources, bucket.read) == b"image"


async def test_when_the_first_gives_up_the_next_goes_on() -> None:
    """Nobody waits for what nobody reads."""
    bucket, sources = Bucket(), cache()
    bucket.may_answer.clear()
    first, second = (asyncio.ensure_future(ask(sources, bucket.read)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    bucket.may_answer.set()
    assert await second == b"image"
    assert bucket.reads == 2
