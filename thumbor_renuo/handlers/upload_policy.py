"""POST /generate_policy: a signature for one upload."""

from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.errors import Forbidden, InvalidKey
from thumbor_renuo.handlers.signing import SigningHandler
from thumbor_renuo.uploads.signing import as_answer
from thumbor_renuo.uploads.upload_request import Bounds, UploadRequest

# Any of these: the client names a file.
NEW_STYLE = {"filename", "content_type", "size"}


class UploadPolicyHandler(SigningHandler):
    """Signs for the app of an API key: a concrete file for those who name one, else a folder."""

    route = "generate_policy"
    old_words = True

    async def post(self) -> None:
        """Answer what to send to S3; 403 for a key that no app has."""
        await self.admit_address()
        given = self.parameters()
        api_key = given.get("api_key")
        app = self.services.apps.by_api_key(api_key) if isinstance(api_key, str) else None
        if app is None:
            raise InvalidKey("no app has this API key")
        if NEW_STYLE & set(given):
            await self._sign_file(app, str(api_key), given)
        else:
            await self._sign_folder(app, str(api_key))

    async def _sign_folder(self, app: App, api_key: str) -> None:
        """To the letter what the old clients know."""
        self.know(app, api_key)
        if app.rules.is_verified or not app.rules.old_clients:
            raise Forbidden(
                f"{app.full_name} signs one file at a time: filename, content_type and size are "
                "needed"
            )
        largest = Bounds.of(app, self.services.settings.upload_max_bytes).high
        await self.admit(app, api_key, uploads=1, size=largest)
        self.write_json(self.services.policies.sign(app, api_key))

    async def _sign_file(self, app: App, api_key: str, given: dict[str, Any]) -> None:
        self.know(app, api_key)
        request = UploadRequest.from_parameters(given, needs_size=True)
        method = str(given.get("method", "POST")).upper()
        signed = self.services.signer.sign(app, api_key, request, method)
        await self.admit(app, api_key, uploads=1, size=request.size or 0)
        self.write_json(as_answer(signed, self.services.settings.cdn_host))
