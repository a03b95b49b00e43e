"""What the routes share that an app's own server calls with its private key."""

from collections.abc import Mapping
from typing import Any

from thumbor_renuo.apps import App, fingerprint
from thumbor_renuo.errors import InvalidKey, TooManyRequests
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.handlers.parameters import text_of
from thumbor_renuo.rate_limit import address_group


class PrivateHandler(PublicHandler):
    """Base of the routes for servers: wrong keys are slowed and counted."""

    async def private_app(self, given: Mapping[str, Any]) -> App:
        """The app that the request proves to be.

        Args:
            given: parameters with api_key and private_api_key, the old way; or none, and the
                private key in `Authorization: Bearer`.

        Raises:
            InvalidKey: it proves nothing.
            TooManyRequests: too many wrong keys came from this address.
        """
        api_key = text_of(given, "api_key")
        private_key = self._bearer() or text_of(given, "private_api_key")
        if not private_key:  # no guess: it proves nothing and counts for nothing
            raise InvalidKey("the private key is missing")
        # For each app apart: a page's mistakes must not lock out another app's server.
        guesser = f"{address_group(self.address)} {fingerprint(api_key)}"
        standing = await self.services.wrong_keys.check(guesser)
        if standing and not standing.allowed:
            raise TooManyRequests(
                f"{standing.limit} wrong private keys came from this address",
                retry_after=standing.reset_seconds,
                limit=standing.limit,
            )
        app = self._find(api_key, private_key)
        if app is None:
            await self.services.wrong_keys.wrong(guesser)
            raise InvalidKey("the private key is none of this app")
        self.app_name, self.key_fingerprint = app.full_name, fingerprint(private_key)
        return app

    def has_private_key(self, given: Mapping[str, Any]) -> bool:
        """Whether there is any, right or wrong."""
        return bool(self._bearer() or text_of(given, "private_api_key"))

    def _find(self, api_key: str, private_key: str) -> App | None:
        apps = self.services.apps
        if not api_key:
            return apps.by_private_key(private_key)
        app = apps.by_api_key(api_key)
        return app if app and app.has_private_key(private_key) else None

    def _bearer(self) -> str:
        scheme, _, credentials = self.request.headers.get("Authorization", "").partition(" ")
        return credentials.strip() if scheme.lower() == "bearer" else ""
