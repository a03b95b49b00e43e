"""GET /t/<options>/u/<key>: a thumbnail, asked for without a signature."""

from thumbor_renuo.delivery.limits import check_filters, check_size
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers.thumbor_pipeline import PipelineHandler


class ThumbnailHandler(PipelineHandler):
    """Checks the path, signs it internally, and hands it to Thumbor."""

    route = "thumbnail"

    async def get(self) -> None:
        """Check everything that the path tells before any byte is fetched."""
        path = ThumbnailPath.parse(self.request.path)
        if not self.services.apps.has_folder(path.key.app):
            raise NotFound(f"there is no app {path.key.app[:100]!r}")
        self.app_name = path.key.app
        self._check_limits(path)
        signature = self._sign(path.signed_part)
        # Thumbor checks the signature against request.path, and keeps results under it.
        self.request.path = f"/{signature}/{path.signed_part}"
        await self.run_pipeline(
            {**path.parameters, "image": str(path.key), "hash": signature, "unsafe": None}
        )

    head = get

    def _check_limits(self, path: ThumbnailPath) -> None:
        settings = self.services.settings
        check_size(path.parameters, settings.thumbnail_max_side)
        known = self.context.filters_factory.filter_classes_map
        check_filters(path.parameters["filters"], known, settings.thumbnail_max_filters)

    def _sign(self, part: str) -> str:
        signer = self.context.modules.url_signer(self.context.server.security_key)
        return str(signer.signature(part).decode())
