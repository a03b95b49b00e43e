"""GET /<signature>/<options>/<image>: Thumbor's own signed URLs; unsafe ones are refused."""

from thumbor.url import Url

from thumbor_renuo.errors import BadRequest
from thumbor_renuo.handlers.thumbor_pipeline import PipelineHandler

# Only what looks signed (27 characters of base64 and "=") or is unsafe: Thumbor's own expression
# would take any path at all.
ROUTE = r"(?=/unsafe/|/[\w-]{27}(?:=|%3[Dd])/)" + Url.regex()


class SignedHandler(PipelineHandler):
    """Thumbor's own route: whoever knows THUMBOR_SECURITY_KEY may ask for anything."""

    route = "signed"

    async def get(self, **parameters: str | None) -> None:
        """Let Thumbor check the signature."""
        if parameters.get("unsafe"):
            raise BadRequest("unsafe URLs are not served: sign it, or use /t/<options>/u/<key>")
        await self.run_pipeline(dict(parameters))

    head = get
