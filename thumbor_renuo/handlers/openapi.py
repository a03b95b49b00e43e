"""GET /openapi.json: the description of every endpoint, in OpenAPI 3.1."""

import hashlib
from functools import cache
from pathlib import Path

from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.handlers.base import PublicHandler

DOCUMENT = Path(__file__).parent.parent / "openapi.json"
MAX_AGE = 300


@cache
def _document() -> tuple[bytes, str]:
    """The document and its ETag."""
    data = DOCUMENT.read_bytes()
    return data, f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class OpenApiHandler(PublicHandler):
    """Serves the document to any origin's scripts."""

    route = "openapi"
    cors = True

    def get(self) -> None:
        """The document, with an ETag."""
        data, etag = _document()
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", cache_policy.for_success(MAX_AGE))
        self.set_header("ETag", etag)
        if self.check_etag_header():
            self.set_status(304)
        else:
            self.write(data)

    head = get
