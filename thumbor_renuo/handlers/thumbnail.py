"""GET /t/<options>/u/<key>: a thumbnail, asked for without a signature."""

from thumbor_renuo.delivery.limits import check_filters, check_size, images_in_filters
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import InvalidOptions, InvalidPath, NotFound
from thumbor_renuo.handlers.thumbor_pipeline import PipelineHandler
from thumbor_renuo.s3.object_key import ObjectKey


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
        filters = path.parameters["filters"]
        check_filters(filters, known, settings.thumbnail_max_filters)
        for image in images_in_filters(filters):
            self._check_image(image)

    def _check_image(self, image: str) -> None:
        """A watermark lies in the folder of a known app, as the original does."""
        try:
            app = ObjectKey.from_image(image).app
        except InvalidPath as error:
            raise InvalidOptions(
                f"{image[:100]!r} is no object of the bucket: watermark and frame take nothing else"
            ) from error
        if not self.services.apps.has_folder(app):
            raise NotFound(f"there is no app {app[:100]!r}")

    def _sign(self, part: str) -> str:
        signer = self.context.modules.url_signer(self.context.server.security_key)
        return str(signer.signature(part).decode())
