"""What the routes share that a page calls with an API key."""

from typing import Any

from thumbor_renuo.apps import App, fingerprint
from thumbor_renuo.errors import Forbidden, InvalidKey
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.handlers.parameters import read_parameters
from thumbor_renuo.uploads.gate import Admitted


class SigningHandler(PublicHandler):
    """Base of the routes for upload clients: CORS, the app's origins, rate limits."""

    cors = True

    def options(self, *arguments: str, **more: str) -> None:
        """Answer a preflight; where it names a key, for pages of the app's origins only."""
        given = self.request.query_arguments.get("api_key", [b""])[-1].decode("utf-8", "replace")
        api_key = arguments[0] if arguments else given
        app = self.services.apps.by_api_key(api_key)
        if app:
            self.know(app, api_key)
        super().options(*arguments, **more)

    def parameters(self) -> dict[str, Any]:
        """The request's parameters."""
        return read_parameters(self.request, self.body)

    async def app_of(self, api_key: str, *, parts: int = 0) -> App:
        """The app of an API key, for a page of one of its origins; the address is counted first.

        Args:
            parts: URLs of single parts that are to be signed.

        Raises:
            TooManyRequests: from this address.
            InvalidKey: there is none.
            Forbidden: the page is another's.
        """
        await self.admit_address(parts=parts)
        app = self.services.apps.by_api_key(api_key)
        if app is None:
            raise InvalidKey("no app has this API key")
        self.know(app, api_key)
        return app

    def know(self, app: App, api_key: str) -> None:
        """Log whose request it is, and refuse pages of other origins.

        Raises:
            Forbidden: the app has origins, and this page's is none of them.
        """
        self.app_name, self.key_fingerprint = app.full_name, fingerprint(api_key)
        origin = self.request.headers.get("Origin")
        if origin and app.rules.origins and origin not in app.rules.origins:
            self.cors_refused = True
            self.clear_header("Access-Control-Allow-Origin")
            raise Forbidden(f"pages of the origin {origin[:200]} may not use {app.full_name}")

    async def admit_address(self, *, parts: int = 0) -> None:
        """Count the request of its address, before anything is done for it."""
        self._stand(await self.services.gate.admit_address(self.address, parts=parts))

    async def admit(self, app: App, api_key: str, *, uploads: int = 0, size: int = 0) -> None:
        """Count the request of its app.

        Args:
            uploads, size: what is signed, for the app's daily budget; size in bytes.

        Raises:
            TooManyRequests: one of them is used up.
        """
        self._stand(await self.services.gate.admit(app, api_key, uploads=uploads, size=size))

    def _stand(self, admitted: Admitted) -> None:
        """Tell how the limits stand, those counted before included."""
        for name, value in admitted.headers.items():
            before = self.standing_headers.get(name)
            joined = f"{before}, {value}" if before and name != "Retry-After" else value
            self.standing_headers[name] = joined
            self.set_header(name, joined)
        if admitted.refusal:
            raise admitted.refusal
