"""Where events wait for their webhooks: the interface, and the memory of one process."""

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from thumbor_renuo.uploads.webhook import Event


class StoreUnavailable(Exception):
    """The store cannot be used just now."""


@dataclass(frozen=True)
class Claim:
    """An event that is being sent.

    Attributes:
        failures: attempts that came to nothing so far.
        token: tells this claim from later ones of the same event.
    """

    event: Event
    failures: int = 0
    token: int = 0


class Store(Protocol):
    """Events, each with the time when it is due. All methods may raise StoreUnavailable.

    It holds so many events at most, those being sent included. A receiver that is down cannot fill
    it: an app that has as many events as there is room left gets no more, so alone it fills half.
    """

    async def put(self, event: Event, *, failures: int = 0, delay: float = 0) -> bool:
        """Keep an event that is due in `delay` seconds, once for each id.

        Returns:
            False where there is no room.
        """

    async def claim(
        self, most: int, busy: Mapping[str, int], per_app: int
    ) -> tuple[list[Claim], float | None]:
        """Take what is due, one of each app in turn; first comes who has waited longest.

        Args:
            most: how many events.
            busy: how many of an app's events are being sent by the caller.
            per_app: how many there may be.

        Returns:
            The events, and the seconds until the next is due, if one is waiting for its time.
        """

    async def retry(self, claim: Claim, delay: float) -> None:
        """Let a claimed event wait again, with one failure more."""

    async def done(self, claim: Claim) -> None:
        """Forget a claimed event."""

    async def count(self) -> int:
        """How many events there are, those being sent included."""


class MemoryStore:
    """A Store that ends with its process and is never unavailable.

    Args:
        limit: most events.
        now: seconds that never go back.
    """

    def __init__(self, limit: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._order = itertools.count()
        # Heaps by app, none of them empty; the app that has waited longest for its turn is first.
        self._waiting: dict[str, list[tuple[float, int, Claim]]] = {}
        self._claimed: dict[str, Claim] = {}
        self._apps: dict[str, str] = {}  # by id, of all events
        self._held = Counter[str]()  # by app

    async def put(self, event: Event, *, failures: int = 0, delay: float = 0) -> bool:
        """Store.put."""
        if event.id in self._apps:
            return True
        if self._held[event.app] >= self._limit - len(self._apps):
            return False
        self._apps[event.id] = event.app
        self._held[event.app] += 1
        self._add(Claim(event, failures), delay)
        return True

    async def claim(
        self, most: int, busy: Mapping[str, int], per_app: int
    ) -> tuple[list[Claim], float | None]:
        """Store.claim."""
        now, places = self._now(), Counter(busy)
        claims: list[Claim] = []
        before = -1
        while before < len(claims):
            before = len(claims)
            for app in list(self._waiting):
                is_due = self._waiting[app][0][0] <= now
                if is_due and len(claims) < most and places[app] < per_app:
                    claims.append(self._take(app))
                    places[app] += 1
        self._claimed |= {claim.event.id: claim for claim in claims}
        later = [heap[0][0] - now for heap in self._waiting.values() if heap[0][0] > now]
        return claims, min(later, default=None)

    async def retry(self, claim: Claim, delay: float) -> None:
        """Store.retry."""
        del self._claimed[claim.event.id]
        self._add(Claim(claim.event, claim.failures + 1), delay)

    async def done(self, claim: Claim) -> None:
        """Store.done."""
        del self._claimed[claim.event.id]
        app = self._apps.pop(claim.event.id)
        self._held[app] -= 1
        if not self._held[app]:
            del self._held[app]

    async def count(self) -> int:
        """Store.count."""
        return len(self._apps)

    def all(self) -> list[tuple[Claim, float]]:
        """Every event, and in how many seconds it is due."""
        now = self._now()
        waiting = itertools.chain.from_iterable(self._waiting.values())
        return [
            *((claim, 0.0) for claim in self._claimed.values()),
            *((claim, max(due - now, 0.0)) for due, _, claim in waiting),
        ]

    def _add(self, claim: Claim, delay: float) -> None:
        entry = (self._now() + delay, next(self._order), claim)
        heapq.heappush(self._waiting.setdefault(claim.event.app, []), entry)

    def _take(self, app: str) -> Claim:
        """The first event of an app, which then goes to the end of the line."""
        heap = self._waiting.pop(app)
        claim = heapq.heappop(heap)[2]
        if heap:
            self._waiting[app] = heap
        return claim
