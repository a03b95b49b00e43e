"""GET /t/<options>/u/<key>: a thumbnail, asked for without a signature."""

from thumbor_renuo.apps import App
from thumbor_renuo.delivery.limits import check_filters, check_size, images_in_filters
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import InvalidOptions, InvalidPath, NotFound
from thumbor_renuo.handlers.thumbor_pipeline import PipelineHandler
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.s3.object_key import ObjectKey


class ThumbnailHandler(PipelineHandler):
    """Checks the path, signs it internally, and hands it to Thumbor."""

    route = "thumbnail"

    async def get(self) -> None:
        """Check everything that the path tells before any byte is fetched."""
        path = ThumbnailPath.parse(self.request.path, lambda name: self._app(name).rules.presets)
        app = self._app(path.key.app)
        self.app_name = app.full_name
        self._check_limits(path, app.rules.image)
        signature = self._sign(path.signed_part)
        # Thumbor checks the signature against request.path, and keeps results under it.
        self.request.path = f"/{signature}/{path.signed_part}"
        await self.run_pipeline(
            {**path.parameters, "image": str(path.key), "hash": signature, "unsafe": None}
        )

    head = get

    def _app(self, full_name: str) -> App:
        app = self.services.apps.by_name(full_name)
        if app is None:
            raise NotFound(f"there is no app {full_name[:100]!r}")
        return app

    def _check_limits(self, path: ThumbnailPath, mine: ImageRules) -> None:
        settings = self.services.settings
        check_size(path.parameters, _or(mine.max_side, settings.thumbnail_max_side))
        known = self.context.filters_factory.filter_classes_map
        filters = path.parameters["filters"]
        check_filters(filters, known, _or(mine.max_filters, settings.thumbnail_max_filters))
        for image in images_in_filters(filters):
            self._check_image(image)

    def _check_image(self, image: str) -> None:
        """A watermark lies in the folder of a known app, as the original does."""
        try:
            full_name = ObjectKey.from_image(image).app
        except InvalidPath as error:
            raise InvalidOptions(
                f"{image[:100]!r} is no object of the bucket: watermark and frame take nothing else"
            ) from error
        self._app(full_name)

    def _sign(self, part: str) -> str:
        signer = self.context.modules.url_signer(self.context.server.security_key)
        return str(signer.signature(part).decode())


def _or(mine: int | None, default: int) -> int:
    return default if mine is None else mine
