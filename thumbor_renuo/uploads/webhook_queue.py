"""When webhooks are sent: soon, and after failures again and again for about a day."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from thumbor_renuo.uploads.webhook import Event, Gone, NotDelivered
from thumbor_renuo.uploads.webhook_store import Claim, MemoryStore, Store, StoreUnavailable

logger = logging.getLogger(__name__)

MINUTE, HOUR = 60, 3600
# Between attempts: eight of them in 27 h 35 min.
DELAYS = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR)
JITTER = 0.2  # a delay is longer or shorter by up to this share


@dataclass(frozen=True)
class Pace:
    """How much is sent at once, and when again.

    Attributes:
        concurrent: most attempts at once.
        per_app: most attempts at once for one app, so that a slow receiver holds up nobody else.
        delays: seconds after each failed attempt; after the last of them there is one more attempt.
        poll_seconds: how often to look for what other processes left.
    """

    concurrent: int = 10
    per_app: int = 2
    delays: Sequence[float] = DELAYS
    poll_seconds: float = 5.0


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


class WebhookQueue:
    """Sends each event at least once, while its process or its store lives.

    Args:
        send: makes one attempt.
        memory: takes what no other store can take.
        store: preferred to the memory: one that outlives the process.
        chance: from 0 to 1, for the delays' jitter.
        wait: until an event is set or some seconds have passed.
    """

    def __init__(
        self,
        send: Callable[[Event], Awaitable[None]],
        *,
        memory: MemoryStore,
        store: Store | None = None,
        pace: Pace = Pace(),
        chance: Callable[[], float] = random.random,
        wait: Callable[[asyncio.Event, float], Awaitable[None]] = _wait,
    ) -> None:
        self._send = send
        self._memory = memory
        self._outliving: Sequence[Store] = (store,) if store else ()
        self._pace, self._chance, self._wait = pace, chance, wait
        self._woken = asyncio.Event()
        self._starting = asyncio.Lock()
        self._attempts: set[asyncio.Task[None]] = set()
        self._busy = Counter[str]()
        self._is_closing = False

    async def put(self, event: Event) -> None:
        """Take an event. It never raises: one that finds no room is logged as lost."""
        stores = self._outliving if self._is_closing else (*self._outliving, self._memory)
        if not await _put(stores, Claim(event), 0):
            logger.error("a webhook of %s is lost: no room for it", event.app)
        self._woken.set()

    async def run(self) -> None:
        """Send what is due, until aclose."""
        while not self._is_closing:
            self._woken.clear()
            pause = await self._start_due()
            await self._wait(self._woken, pause)

    async def aclose(self, seconds: float) -> None:
        """Stop: finish what is being sent, give what is due in memory a last chance.

        What then is left in memory is moved to the other store, or lost.

        Args:
            seconds: until attempts are broken off.
        """
        self._is_closing = True
        self._woken.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._drain()
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
        rest = self._memory.all()
        lost = [claim for claim, delay in rest if not await _put(self._outliving, claim, delay)]
        if lost:
            logger.error("%d webhooks are lost: the process stops", len(lost))

    async def _drain(self) -> None:
        while True:
            await self._start_due()
            if not self._attempts:
                return
            await asyncio.wait(self._attempts, return_when=asyncio.FIRST_COMPLETED)

    async def _start_due(self) -> float:
        """Begin as many attempts as may be; the seconds until there may be more to do."""
        pause = self._pace.poll_seconds
        async with self._starting:
            stores = () if self._is_closing else self._outliving
            for store in (self._memory, *stores):  # first what would be lost with the process
                free = self._pace.concurrent - len(self._attempts)
                if free > 0:
                    with suppress(StoreUnavailable):
                        claims, soon = await store.claim(free, self._busy, self._pace.per_app)
                        for claim in claims:
                            self._begin(store, claim)
                        pause = pause if soon is None else min(pause, soon)
        return pause

    def _begin(self, store: Store, claim: Claim) -> None:
        app = claim.event.app
        self._busy[app] += 1
        attempt = asyncio.create_task(self._attempt(store, claim))
        self._attempts.add(attempt)

        def end(_: asyncio.Task[None]) -> None:
            self._attempts.discard(attempt)
            self._busy.subtract([app])
            self._busy += Counter()  # without those at zero
            self._woken.set()

        attempt.add_done_callback(end)

    async def _attempt(self, store: Store, claim: Claim) -> None:
        try:
            await self._send(claim.event)
        except NotDelivered as failure:
            final = isinstance(failure, Gone)
            await self._after_failure(store, claim, str(failure), is_final=final)
        except Exception as error:  # noqa: BLE001 - its text may hold a URL or a secret
            await self._after_failure(store, claim, f"sending met {type(error).__name__}")
        else:
            await _settle(store.done(claim))

    async def _after_failure(
        self, store: Store, claim: Claim, reason: str, *, is_final: bool = False
    ) -> None:
        app, failures = claim.event.app, claim.failures + 1
        if is_final or failures > len(self._pace.delays):
            logger.error("a webhook of %s is given up, attempt %d: %s", app, failures, reason)
            await _settle(store.done(claim))
            return
        delay = self._pace.delays[claim.failures] * (1 + JITTER * (2 * self._chance() - 1))
        logger.warning("a webhook of %s failed, attempt %d: %s", app, failures, reason)
        await _settle(store.retry(claim, delay))


async def _settle(change: Awaitable[None]) -> None:
    """Where the store cannot take it, the event is due again when its claim ends."""
    with suppress(StoreUnavailable):
        await change


async def _put(stores: Sequence[Store], claim: Claim, delay: float) -> bool:
    """Put an event into the first store that is available."""
    for store in stores:
        with suppress(StoreUnavailable):
            return await store.put(claim.event, failures=claim.failures, delay=delay)
    return False
