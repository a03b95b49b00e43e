"""GET /<signature>/<options>/<image>: Thumbor's own signed URLs; unsafe ones are refused."""

from urllib.parse import unquote

from thumbor.url import Url

from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.delivery.media_type import image_headers
from thumbor_renuo.errors import BadRequest, InvalidPath
from thumbor_renuo.handlers.image import ImageHandler
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.s3.object_key import ObjectKey

# Only what looks signed (27 characters of base64 and "=") or is unsafe: Thumbor's own expression
# would take any path at all.
ROUTE = r"(?=/unsafe/|/[\w-]{27}(?:=|%3[Dd])/)" + Url.regex()


class SignedHandler(ImageHandler):
    """Thumbor's own route: whoever knows THUMBOR_SECURITY_KEY may ask for anything."""

    route = "signed"

    async def get(self, **parameters: str | None) -> None:
        """Let Thumbor check the signature."""
        if parameters.get("unsafe"):
            raise BadRequest("unsafe URLs are not served: sign it, or use /t/<options>/u/<key>")
        self._check_signature()
        self.standing_headers = image_headers(cors=self.services.settings.image_cors)
        wanted = self._wanted(parameters)
        await self.serve(wanted, vary="Accept", lifetime=self._private_lifetime(wanted.app))

    head = get

    def allows_scripts(self) -> bool:
        """As the deployment's options say: such a URL may name any app's image."""
        return self.services.settings.image_cors

    def _check_signature(self) -> None:
        """Before anything is asked of S3; Thumbor does it once more before it renders."""
        _, signature, signed = self.request.path.split("/", 2)
        signer = self.thumbor.modules.url_signer(self.thumbor.server.security_key)
        if not signer.validate(unquote(signature).encode(), signed):
            raise BadRequest("the URL's signature is not valid")

    def _private_lifetime(self, full_name: str) -> str:
        """The Cache-Control of a private app's image, which no shared cache may keep."""
        app = self.services.apps.by_name(full_name)
        if app is None or not app.rules.private:
            return ""
        self.is_private = True
        return cache_policy.for_private(self.services.settings.max_age)

    def _wanted(self, parameters: dict[str, str | None]) -> Wanted:
        try:
            key = ObjectKey.parse((parameters.get("image") or "").removeprefix("u/"))
        except InvalidPath as error:
            raise BadRequest("the URL names no object of the bucket") from error
        return Wanted(
            app=key.app,
            key=key,
            rules=ImageRules().effective(self.services.settings),
            url=self.request.path,
            parameters=parameters,
            variant=None,
            engine=f"{self.services.engine} {self.request.headers.get('Accept', '')}",
            settings=self.services.settings,
        )
