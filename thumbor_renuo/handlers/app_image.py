"""What the routes share that serve an app's images: whose it is, who may see and script it."""

import re
import time
from collections.abc import Collection
from typing import Any, Literal

from thumbor_renuo.apps import App
from thumbor_renuo.delivery import cache_policy, path_signature
from thumbor_renuo.delivery.media_type import image_headers
from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers.base import PREFLIGHT_SECONDS, PublicHandler
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.s3.object_key import ObjectKey

HEADER_NAMES = re.compile(r"[\w\-, ]{1,500}", re.ASCII)


class AppImageHandler(PublicHandler):
    """Base of the routes with images.

    Attributes:
        app: whose image it is, from `find_app` on.
        rules: its rules for images, complete.
    """

    keeps_errors = True

    app: App
    rules: ImageRules

    def find_app(self, full_name: str) -> App:
        """Take the app whose folder this is; from now on errors have its headers, too.

        Raises:
            NotFound: there is none.
        """
        app = self.services.apps.by_name(full_name)
        if app is None:
            raise NotFound(f"there is no app {full_name[:100]!r}")
        self.app, self.app_name = app, app.full_name
        self.rules = app.rules.image.effective(self.services.settings)
        self.standing_headers = image_headers(cors=bool(self.rules.cors))
        return app

    def private_lifetime(
        self,
        token: str,
        key: ObjectKey,
        *,
        wants: Literal["original", "thumbnail"],
        width: str | None = None,
        other_images: Collection[str] = (),
    ) -> str:
        """The Cache-Control of what only the holder of a signed path may see; else nothing.

        Args:
            token, wants, width, other_images: as in path_signature.verify.

        Raises:
            Forbidden, Expired: the app is private, or the path signed, and it does not cover this.
        """
        if not token and not self.app.rules.private:
            return ""
        self.is_private = True
        left = path_signature.verify(
            self.app,
            token,
            key,
            wants=wants,
            width=width,
            other_images=other_images,
            now=time.time(),
        )
        return cache_policy.for_private(min(left, self.services.settings.max_age))

    def options(self, *_args: Any, **_kwargs: Any) -> None:
        """204 with the methods, and with CORS headers where they are allowed.

        It asks for no signature: a browser sends none, and nothing is shown.
        """
        cors = self.allows_scripts()
        self.set_status(204)
        self.set_header("Allow", self.allowed_methods())
        if cors:
            for name, value in image_headers(cors=True).items():
                self.set_header(name, value)
            self.set_header("Access-Control-Allow-Methods", self.allowed_methods())
            self.set_header("Access-Control-Max-Age", str(PREFLIGHT_SECONDS))
            asked = self.request.headers.get("Access-Control-Request-Headers", "")
            if HEADER_NAMES.fullmatch(asked):
                self.set_header("Access-Control-Allow-Headers", asked)
        self.finish()

    def allows_scripts(self) -> bool:
        """Whether the image's app has the rule `cors`; a path of none raises its error."""
        raise NotImplementedError
