"""A bound on the work that is accepted at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from thumbor_renuo.errors import Unavailable


class Admission:
    """Counts what is under way and refuses what is past the limit, at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0
        self._shares = Counter[str]()

    @contextmanager
    def place(self, whose: str = "") -> Iterator[None]:
        """Hold one place for as long as the block runs.

        Args:
            whose: an app, if it is to hold no more than half of all places.

        Raises:
            Unavailable: there is none.
        """
        share = max(1, self._limit // 2) if whose else self._limit
        if self._under_way >= self._limit or self._shares[whose] >= share:
            raise Unavailable(
                f"{self._limit} requests are under way already, try again", limit=self._limit
            )
        self._under_way += 1
        self._shares[whose] += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._shares[whose] -= 1
            if not self._shares[whose]:
                del self._shares[whose]
