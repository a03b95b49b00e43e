"""OPTIONS on a path of an image: what scripts of other pages may do with it."""

import re
from typing import Any

from thumbor_renuo.delivery.media_type import image_headers
from thumbor_renuo.handlers.base import PREFLIGHT_SECONDS, PublicHandler

HEADER_NAMES = re.compile(r"[\w\-, ]{1,500}", re.ASCII)


class ImagePreflight(PublicHandler):
    """Answers a preflight where the app lets scripts read its images.

    It asks for no signature: a browser sends none, and nothing is shown.
    """

    def options(self, *_args: Any, **_kwargs: Any) -> None:
        """204 with the methods, and with CORS headers where they are allowed."""
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
