"""How many new thumbnails of an app are stored in an hour or a day."""

from functools import lru_cache

from thumbor_renuo.rate_limit import Demand, Rate, RateLimiter, parse_rate

POLICY = "derivatives"
_rate_of = lru_cache(maxsize=1000)(parse_rate)


class DerivativeBudget:
    """Counts what is made; with Redis for all processes together.

    Args:
        redis_url: empty for none.
    """

    def __init__(self, redis_url: str = "") -> None:
        self._limiter = RateLimiter(redis_url)

    async def has_room(self, app: str, rate: str) -> bool:
        """Whether one more thumbnail of an app would be within the rate; counts nothing."""
        limit = _rate_of(rate)
        if limit is None:
            return True
        (standing,) = await self._limiter.peek([Demand(limit, POLICY, app)])
        return standing.allowed

    async def take(self, app: str, rate: str) -> bool:
        """Count one more thumbnail of an app, and tell whether the rate allows it.

        Args:
            app: its full name.
            rate: as `20000/hour`; `off` allows any number.
        """
        limit: Rate | None = _rate_of(rate)
        if limit is None:
            return True
        (standing,) = await self._limiter.hit_all([Demand(limit, POLICY, app)])
        return standing.allowed
