"""GET /<signature>/<options>/<image>: Thumbor's own signed URLs; unsafe ones are refused."""

from thumbor_renuo.errors import BadRequest, NotFound
from thumbor_renuo.handlers.thumbor_pipeline import PipelineHandler


class SignedHandler(PipelineHandler):
    """Thumbor's catch-all: whoever knows THUMBOR_SECURITY_KEY may ask for anything."""

    route = "signed"

    async def get(self, **parameters: str | None) -> None:
        """Let Thumbor check the signature."""
        if parameters.get("unsafe"):
            raise BadRequest("unsafe URLs are not served: sign it, or use /t/<options>/u/<key>")
        if not parameters.get("hash"):
            raise NotFound("there is nothing under this path")
        await self.run_pipeline(dict(parameters))

    head = get
