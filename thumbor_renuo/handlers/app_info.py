"""GET /apps/<api key>: what a page may know of its app before anything is uploaded."""

from thumbor_renuo.handlers.base import etag_of
from thumbor_renuo.handlers.signing import SigningHandler
from thumbor_renuo.logs import ENCODE
from thumbor_renuo.uploads.upload_request import Bounds

MAX_AGE = 60


class AppInfoHandler(SigningHandler):
    """The app's public limits and texts."""

    route = "app"

    async def get(self, api_key: str) -> None:
        """Answer them, with an ETag."""
        app, settings = await self.app_of(api_key), self.services.settings
        rules = app.rules
        bounds = Bounds.of(app, settings.upload_max_bytes, multipart=True)
        answer = {
            "app": app.full_name,
            "publish": rules.publish,
            "content_types": list(rules.content_types) or None,
            "min_bytes": bounds.low,
            "max_bytes": bounds.high,
            "max_files": rules.max_files,
            # Where uploads are published at once, a larger image stays, undescribed.
            "max_pixels": settings.check_max_pixels if rules.is_verified else None,
            "cdn_host": settings.cdn_host,
            "policy_seconds": rules.policy_seconds,
            "texts": dict(rules.texts),
        }
        data = ENCODE(answer).encode()
        self.write_cacheable(data, "application/json", etag=etag_of(data), max_age=MAX_AGE)

    head = get
