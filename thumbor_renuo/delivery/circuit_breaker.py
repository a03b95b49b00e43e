"""A server that fails is left alone for a while, so that its outage costs each caller nothing."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

REST_SECONDS = 5.0


class CircuitBreaker:
    """Closed while calls succeed; after a failure it lets one call through every few seconds.

    Args:
        what: is not done while it is open, for the log: one line when it opens, one when it closes.
        rest_seconds: between two calls while it is open.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        what: str,
        *,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._rest_seconds, self._clock = what, rest_seconds, clock
        self._failed_at: float | None = None  # the latest failure; None: closed
        self._open_since = self._next_at = 0.0

    def lets_through(self) -> bool:
        """Whether to call now; while it is open, a yes is also a turn taken."""
        if self._failed_at is None:
            return True
        now = self._clock()
        if now < self._next_at:
            return False
        self._next_at = now + self._rest_seconds
        return True

    def failed(self, reason: str) -> None:
        """Open, or stay open for longer.

        Args:
            reason: for the log, without anything secret.
        """
        now = self._clock()
        if self._failed_at is None:
            self._open_since = now
            logger.warning("%s: off for a while, %s", self._what, reason)
        self._failed_at, self._next_at = now, now + self._rest_seconds

    def succeeded(self, begun: float) -> None:
        """Close, if the call began after the latest failure; an older one proves nothing.

        Args:
            begun: the clock's time when it was let through.
        """
        if self._failed_at is None or begun < self._failed_at:
            return
        seconds = self._clock() - self._open_since
        self._failed_at = None
        logger.warning("%s: on again after %.0f s", self._what, seconds)
