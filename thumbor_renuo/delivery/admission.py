"""A bound on the work that is accepted at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from thumbor_renuo.errors import Unavailable


class Admission:
    """Counts what is under way and refuses what is past the limit, at once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._under_way = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place for as long as the block runs.

        Raises:
            Unavailable: there is none.
        """
        if self._under_way >= self._limit:
            raise Unavailable(
                f"{self._limit} requests are under way already, try again", limit=self._limit
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
