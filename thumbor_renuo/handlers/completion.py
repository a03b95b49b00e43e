"""POST /uploads/complete: what arrived, told to the page or the server that sent it."""

import time

from thumbor_renuo.errors import BadRequest, Forbidden
from thumbor_renuo.handlers.parameters import text_of
from thumbor_renuo.handlers.private import PrivateHandler
from thumbor_renuo.handlers.signing import SigningHandler
from thumbor_renuo.uploads.issued_key import IssuedKey

MAX_KEY = 1024


class CompletionHandler(SigningHandler, PrivateHandler):
    """For a page with its upload's token, or the app's server with its private key."""

    route = "complete"

    async def post(self) -> None:
        """Check the upload, publish or delete it, and say what it is."""
        given = self.parameters()
        key_text, token = text_of(given, "key"), text_of(given, "token")
        if not key_text or len(key_text) > MAX_KEY:
            raise BadRequest(f"the parameter key is missing or over {MAX_KEY} characters")
        declared, ends = None, int(time.time()) + self.services.settings.completion_seconds
        if token:
            api_key = text_of(given, "api_key")
            app = await self.app_of(api_key)
            await self.admit(app, api_key)
            declared, ends = self.services.tokens.read(token, key_text)
        elif self.has_private_key(given):
            app = await self.private_app(given)
        else:
            raise Forbidden("the parameter token is missing")
        # The app's own server may complete what old clients have named as they liked.
        key = IssuedKey.parse(key_text, app.full_name, any_name=not token)
        with self.services.checks.place(app.full_name):
            answer = await self.services.completion.complete(self.bucket, app, key, declared, ends)
        self.write_json(answer)
