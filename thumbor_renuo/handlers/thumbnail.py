"""GET /t/<options>/u/<key>: a thumbnail, asked for without a signature."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.delivery import cache_policy, client_hints, output_format, path_signature
from thumbor_renuo.delivery.filter_calls import Known
from thumbor_renuo.delivery.limits import Limits, images_in_filters
from thumbor_renuo.delivery.remote_address import is_remote
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import (
    InvalidOptions,
    InvalidPath,
    NotFound,
    RenuoError,
    UnreadableImage,
)
from thumbor_renuo.handlers.image import ImageHandler
from thumbor_renuo.handlers.recent_answers import RecentAnswers
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.s3.object_key import ObjectKey


class ThumbnailHandler(ImageHandler):
    """Checks the path, signs it internally, and has Thumbor make the image."""

    route = "thumbnail"

    def initialize(  # type: ignore[override]
        self, services: Services, context: Any, recent: RecentAnswers
    ) -> None:
        """Take what the route table hands over, and where its answers are said again."""
        super().initialize(services, context)
        self.recent = recent

    async def get(self) -> None:
        """Check everything that the path tells before any byte is fetched."""
        token, path = self._path()
        private = self.private_lifetime(
            token,
            path.key,
            wants="thumbnail",
            width=path.parameters.get("width"),
            other_images=images_in_filters(path.own.get("filters")),
        )
        Limits(self.rules).check_path(path, self._filters)
        self._check_images(path)
        if not token:  # it covers the size that the path says
            path = self._hinted(path)
        try:
            await self.serve(self._wanted(path), vary=self._vary(path), lifetime=private)
        except (NotFound, UnreadableImage) as error:
            await self._serve_fallback(path, error)

    head = get

    def allows_scripts(self) -> bool:
        """Whether the app has the rule `cors`."""
        self._path()
        return bool(self.rules.cors)

    def _path(self) -> tuple[str, ThumbnailPath]:
        token, raw_path = path_signature.split(self.request.path)
        path = ThumbnailPath.parse(raw_path, presets_of=self._presets, filters=self._filters)
        return token, path

    @property
    def _filters(self) -> Known:
        known: Known = self.thumbor.filters_factory.filter_classes_map
        return known

    def _presets(self, app: str) -> Mapping[str, str]:
        return self.find_app(app).rules.presets

    def _check_images(self, path: ThumbnailPath) -> None:
        """A watermark lies in the app's own folder, or comes from an allowed host."""
        for image in images_in_filters(path.parameters.get("filters")):
            if is_remote(image):
                self.services.remote.check(image, self.rules.remote_hosts or ())
            elif not _is_of(self.app, image):
                raise InvalidOptions(
                    f"{image[:100]!r} is neither an image of {self.app_name} nor an https address"
                )

    def _hinted(self, path: ThumbnailPath) -> ThumbnailPath:
        """The same in the size that the client's hints ask for, where any size may be had."""
        rules = self.rules
        if not self.services.settings.client_hints or rules.sizes or rules.presets_only:
            return path
        bounds = {"max_side": rules.max_side or 0, "max_pixels": rules.max_pixels or 0}
        hinted = client_hints.hinted(path.expanded, self.request.headers, **bounds)
        return path if hinted == path.expanded else path.with_options(hinted)

    def keep_answer(self, name: str, made: Made) -> None:
        """Have it said again to the next who asks the same, unless a signature was needed."""
        if not self.is_private:
            self.recent.keep(self, self.app, name, made)

    def _wanted(self, path: ThumbnailPath) -> Wanted:
        settings = self.services.settings
        variant = path.variant or self._negotiated(path)
        signer = self.thumbor.modules.url_signer(self.thumbor.server.security_key)
        signed = path.signed_part
        signature = signer.signature(signed).decode()
        return Wanted(
            app=self.app.full_name,
            key=path.key,
            rules=self.rules,
            # As one of Thumbor's own, for plug-ins that go by it.
            url=f"/{signature}/{signed}",
            parameters={
                **path.parameters,
                "image": str(path.key),
                "hash": signature,
                "unsafe": None,
            },
            variant=variant,
            engine=self.services.engine,
            path=path,
            # S3 would serve what is stored to whoever asks.
            derivative=None if self.app.rules.private else path.derivative(variant),
            settings=settings,
        )

    def _negotiated(self, path: ThumbnailPath) -> str:
        if path.parameters["meta"]:  # facts have one format
            return "auto"
        accept = self.request.headers.get("Accept")
        return output_format.negotiate(accept, self.services.settings.auto_formats)

    def _vary(self, path: ThumbnailPath) -> str:
        is_negotiated = output_format.is_negotiated(path.variant, path.parameters.get("filters"))
        names = ["Accept"] if is_negotiated and not path.parameters["meta"] else []
        if self.services.settings.client_hints:
            names.append(client_hints.VARY)
            self.set_header("Accept-CH", client_hints.ACCEPT_CH)
        return ", ".join(names)

    async def _serve_fallback(self, path: ThumbnailPath, error: RenuoError) -> None:
        """The app's own picture for what is missing or broken, in the size that was asked for."""
        if self.rules.fallback is None:
            raise error
        wanted = self._wanted(replace(path, key=ObjectKey.parse(self.rules.fallback)))
        try:
            made = await self.made(wanted)
        except (NotFound, UnreadableImage):
            raise error from None
        self.error_code = error.code
        if self.rules.fallback_keeps_status:
            self.set_status(error.status)
        settings = self.services.settings
        briefly = cache_policy.for_fallback(settings)
        if self.is_private:
            briefly = cache_policy.for_private(settings.error_max_age)
        self.describe(briefly, self._vary(path))
        self.describe_body(made)
        await self.answer(made)


def _is_of(app: App, image: str) -> bool:
    try:
        return ObjectKey.from_image(image).app == app.full_name
    except InvalidPath:
        return False
