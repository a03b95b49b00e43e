"""The limits that a request with an API key must pass: of its address, its key, its app's day."""

from typing import NamedTuple

from thumbor_renuo.apps import App, fingerprint
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import RenuoError, TooLarge, TooManyRequests
from thumbor_renuo.rate_limit import (
    Demand,
    Rate,
    RateLimiter,
    address_group,
    headers,
    parse_rate,
    refusal,
)

DAY_SECONDS = 86_400
WORDS = {
    "address": "requests from this address",
    "key": "requests with this API key",
    "parts": "signed parts for this address",
    "uploads": "uploads of this app in a day",
    "bytes": "bytes of uploads of this app in a day",
}


class Admitted(NamedTuple):
    """Whether a request may go on, and what its answer says of the limits."""

    headers: dict[str, str]
    refusal: RenuoError | None = None


class Gate:
    """Counts requests: of an address first, then of the app, all of its limits or none."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = RateLimiter(settings.redis_url)
        self._address = parse_rate(settings.rate_limit_address)
        self._key = parse_rate(settings.rate_limit_key)
        self._parts = parse_rate(settings.rate_limit_parts)

    async def admit_address(self, address: str, *, parts: int = 0) -> Admitted:
        """Count one request of an address, before anything is done for it.

        Args:
            address: the client's.
            parts: URLs of single parts that are signed; they have a wider limit of their own.
        """
        if parts and self._parts:
            return await self._count([Demand(self._parts, "parts", address_group(address), parts)])
        if not parts and self._address:
            return await self._count([Demand(self._address, "address", address_group(address))])
        return Admitted({})

    async def admit(self, app: App, api_key: str, *, uploads: int = 0, size: int = 0) -> Admitted:
        """Count one request of an app.

        Args:
            uploads: how many are signed.
            size: the bytes that the signature lets through.
        """
        if app.rules.daily_bytes and size > app.rules.daily_bytes:
            limit = app.rules.daily_bytes
            words = f"{size} bytes are over the {limit} that {app.full_name} may sign in a day"
            return Admitted({}, TooLarge(words, limit=limit))
        demands = []
        if self._key:
            demands.append(Demand(self._key, "key", fingerprint(api_key)))
        if uploads:
            demands += _budget(app, uploads, size)
        return await self._count(demands) if demands else Admitted({})

    async def _count(self, demands: list[Demand]) -> Admitted:
        standings = await self._limiter.hit_all(demands)
        refused = refusal(standings)
        if refused is None:
            return Admitted(headers(standings))
        words = f"{refused.limit} {WORDS[refused.policy]} are the limit, and used up"
        error = TooManyRequests(words, retry_after=refused.reset_seconds, limit=refused.limit)
        return Admitted(headers(standings), error)


def _budget(app: App, uploads: int, size: int) -> list[Demand]:
    rules, demands = app.rules, []
    if rules.daily_uploads:
        rate = Rate(rules.daily_uploads, DAY_SECONDS)
        demands.append(Demand(rate, "uploads", app.full_name, uploads))
    if rules.daily_bytes:
        rate = Rate(rules.daily_bytes, DAY_SECONDS)
        demands.append(Demand(rate, "bytes", app.full_name, size, "content-bytes"))
    return demands
